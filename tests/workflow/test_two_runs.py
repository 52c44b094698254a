"""Two runs in one folder, and a run after one that was killed."""

from __future__ import annotations

from pathlib import Path

from onesun.io import run_lock

SPLIT = "results/split/mdi-hmi.csv"  # which needs nothing but the configuration


def test_locks_of_a_killed_run_do_not_stop_the_next(shipped, snakemake, tmp_path):
    locks = tmp_path / ".snakemake" / "locks"
    locks.mkdir(parents=True)
    (locks / "0.output.lock").write_text(f"{SPLIT}\n")
    run = snakemake(shipped, SPLIT)
    assert run.returncode == 0, run.stdout
    assert (tmp_path / SPLIT).exists()


def test_a_second_run_is_refused_whatever_it_makes(shipped, snakemake, tmp_path):
    with run_lock.hold(tmp_path / ".snakemake"):
        dry = snakemake(shipped, "--dry-run", SPLIT)
        run = snakemake(shipped, SPLIT)
    assert dry.returncode == 0, dry.stdout
    assert run.returncode == 1
    assert f"{Path(tmp_path).resolve()}: another run is active here" in run.stdout
    assert "Traceback" not in run.stdout
    assert not (tmp_path / SPLIT).exists()
