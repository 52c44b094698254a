"""One run in a folder, and no lock that outlives it."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from onesun.io import run_lock


@pytest.fixture
def state(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(run_lock, "_PATIENCE", 0.0)
    (tmp_path / "run" / ".snakemake" / "locks").mkdir(parents=True)
    (tmp_path / "run" / ".snakemake" / "locks" / "0.output.lock").write_text("results/table1.csv")
    return tmp_path / "run" / ".snakemake"


def is_locked(state: Path) -> bool:
    return (state / "locks" / "0.output.lock").exists()


def test_locks_that_nobody_holds_are_removed(state):
    run_lock.clear_stale(state)
    assert not is_locked(state)
    run_lock.clear_stale(state)  # and nothing to remove is nothing to say


def test_a_folder_without_runs_stays_as_it_is(tmp_path):
    run_lock.clear_stale(tmp_path / ".snakemake")
    assert list(tmp_path.iterdir()) == []


def test_a_second_run_is_refused_and_the_locks_of_the_first_stay(state):
    with run_lock.hold(state):
        run_lock.clear_stale(state)
        assert is_locked(state)
        with pytest.raises(run_lock.RunningError) as caught:
            run_lock.hold(state)
    assert str(caught.value) == (
        f"{state.parent}: another run is active here (machine and process "
        f"{os.uname().nodename} {os.getpid()}), expected one at a time"
    )
    run_lock.hold(state).close()


def test_a_killed_run_holds_nothing(state):
    code = (
        "import os, signal, sys; from pathlib import Path; from onesun.io import run_lock\n"
        "held = run_lock.hold(Path(sys.argv[1])); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(state)], check=False)
    run_lock.clear_stale(state)
    assert not is_locked(state)
    run_lock.hold(state).close()


def test_locks_of_another_machine_stay(state):
    (state / "onesun.lock").write_text("elsewhere 12")
    run_lock.clear_stale(state)
    assert is_locked(state)


def test_a_file_system_without_locks_is_left_to_snakemake(state, monkeypatch):
    def unsupported(*_):
        raise OSError(run_lock.errno.EOPNOTSUPP, "not supported")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    run_lock.clear_stale(state)
    assert is_locked(state)
    run_lock.hold(state).close()
