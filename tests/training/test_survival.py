"""A training that is stopped, killed or finds its checkpoint damaged ends with the same bytes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers.trainings import command, curve, hashes, run, settings, write_stage
from onesun.training.passes import Passes
from onesun.training.stopping import StoppedError, listening

BATCHES = 8  # in an epoch of the small training, of which there are two
VALIDATING = 3  # batches of the validation set


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Path:
    return write_stage(tmp_path_factory.mktemp("stage"))


@pytest.fixture(scope="module")
def model(stage, tmp_path_factory) -> Path:
    """What a training that nothing interrupts ends with."""
    return run(stage, tmp_path_factory.mktemp("undisturbed") / "model")


@pytest.fixture(scope="module")
def undisturbed(model) -> dict[str, str]:
    """Hashes of its weights, card and curve."""
    return hashes(model)


class Passed:
    """Counts the passes of a training and does something to it before one of them."""

    def __init__(self, monkeypatch) -> None:
        self.learnt = self.scored = 0
        self._before = {}
        for name, counter in (("learn", "learnt"), ("score", "scored")):
            monkeypatch.setattr(Passes, name, self._counting(getattr(Passes, name), counter))

    def _counting(self, method, counter):
        def counted(passes, *given):
            count = getattr(self, counter)
            setattr(self, counter, count + 1)
            self._before.pop((counter, count), lambda: None)()
            return method(passes, *given)

        return counted

    def before(self, action, **when: int) -> None:
        """Do ``action`` before a pass: learnt=5 is the sixth batch that is learnt from."""
        self._before[next(iter(when.items()))] = action


@pytest.fixture
def passes(monkeypatch) -> Passed:
    return Passed(monkeypatch)


def power_cut() -> None:
    raise RuntimeError("power cut")


def checkpoints(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def saved_at(checkpoint: Path) -> int:
    """Its time of writing, ns; 0 where there is none, as for a moment between two renames."""
    try:
        return checkpoint.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


# Signals


@pytest.mark.parametrize(
    ("when", "where"),
    [
        ({"scored": 1}, "0 epochs and 0"),  # while the untrained network is validated
        ({"learnt": 0}, "0 epochs and 1"),
        ({"learnt": 5}, "0 epochs and 6"),
        ({"learnt": BATCHES - 1}, f"0 epochs and {BATCHES}"),
        ({"scored": VALIDATING + 1}, "1 epochs and 0"),
        ({"learnt": 2 * BATCHES - 1}, f"1 epochs and {BATCHES}"),
        ({"scored": 3 * VALIDATING - 1}, "2 epochs and 0"),
    ],
)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1])
def test_a_signal_stops_at_the_next_batch_and_costs_none(
    stage, undisturbed, tmp_path, passes, when, where, number
):
    passes.before(lambda: os.kill(os.getpid(), number), **when)
    with pytest.raises(StoppedError) as caught:
        run(stage, tmp_path / "model")
    assert str(caught.value) == (
        f"train mdi-hmi onesun: stopped by {number.name} after {where} batches; all is saved, and "
        "the same command resumes from here"
    )
    assert checkpoints(tmp_path) == [".model.checkpoint"]
    run(stage, tmp_path / "model")
    assert passes.learnt == 2 * BATCHES
    assert hashes(tmp_path / "model") == undisturbed
    assert checkpoints(tmp_path) == ["model"]


def test_what_signals_did_before_they_do_again_after_a_training():
    before = signal.getsignal(signal.SIGTERM)
    with listening() as stop:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)
        assert stop.asked == "SIGTERM"
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_second_interrupt_from_the_keyboard_does_not_wait():
    with listening() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.asked == "SIGINT"
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.slow
def test_a_killed_process_loses_nothing_but_its_time(stage, tmp_path):
    """A process of its own, ended by each signal in turn at whatever it is doing then."""
    sections = settings(epochs=12, checkpoint_minutes=0)
    words = command(stage, tmp_path / "model", sections)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    checkpoint = tmp_path / ".model.checkpoint"
    ends = []
    for number, wait in ((signal.SIGKILL, 0.05), (signal.SIGTERM, 0.2), (signal.SIGKILL, 0.31)):
        before = saved_at(checkpoint)
        process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment)
        deadline = time.monotonic() + 120
        while saved_at(checkpoint) <= before:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(wait)
        process.send_signal(number)
        said = process.communicate()[1]
        ends.append((process.returncode, said.splitlines()[-1]))
        assert not (tmp_path / "model").exists()
    assert [code for code, _ in ends] == [-signal.SIGKILL, 75, -signal.SIGKILL]
    assert ends[1][1].startswith("onesun: train mdi-hmi onesun: stopped by SIGTERM after ")
    last = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert "starts from the beginning" not in last.stderr
    alone = run(stage, tmp_path / "alone", sections)
    assert hashes(tmp_path / "model") == hashes(alone)
    assert checkpoints(tmp_path) == ["alone", "model"]


# Checkpoints


def test_the_last_two_checkpoints_are_kept(stage, model, tmp_path, passes):
    passes.before(power_cut, learnt=5)
    with pytest.raises(RuntimeError, match="power cut"):
        run(stage, tmp_path / "model", checkpoint_minutes=0)
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert set(sizes) == {".model.checkpoint", ".model.checkpoint.before"}
    # The weights, Adam's two of their size, the best ones; and what names and shapes take.
    weights = (model / "weights.safetensors").stat().st_size
    assert all(size < 4 * weights + 60_000 for size in sizes.values())


def damaged(content: bytes, how: str) -> bytes:
    place = {"first": 3, "hash": 40, "middle": len(content) // 2, "last": len(content) - 1}
    if how in place:
        at = place[how]
        return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    return {"truncated": content[: len(content) // 2], "emptied": b"", "other": b"x" * 999}[how]


DAMAGES = ["first", "hash", "middle", "last", "truncated", "emptied", "other"]


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_checkpoint_is_refused_and_the_one_before_is_used(
    stage, undisturbed, tmp_path, passes, capsys, how
):
    passes.before(power_cut, learnt=5)
    with pytest.raises(RuntimeError, match="power cut"):
        run(stage, tmp_path / "model", checkpoint_minutes=0)
    last = tmp_path / ".model.checkpoint"
    last.write_bytes(damaged(last.read_bytes(), how))
    run(stage, tmp_path / "model", checkpoint_minutes=60)
    said = capsys.readouterr().err
    assert f"onesun: {last}: " in said
    assert f"onesun: {last}.before: the training resumes from this" in said
    assert passes.learnt == 1 + 2 * BATCHES + 1  # the one that was cut off, the one done twice
    assert hashes(tmp_path / "model") == undisturbed  # however often it is saved
    assert checkpoints(tmp_path) == ["model"]


def test_where_both_are_damaged_the_training_starts_anew(
    stage, undisturbed, tmp_path, passes, capsys
):
    passes.before(power_cut, learnt=5)
    with pytest.raises(RuntimeError, match="power cut"):
        run(stage, tmp_path / "model", checkpoint_minutes=0)
    for path in tmp_path.iterdir():
        path.write_bytes(damaged(path.read_bytes(), "middle"))
    run(stage, tmp_path / "model")
    said = capsys.readouterr().err
    assert said.count("not a checkpoint, or one whose bytes have changed") == 2
    assert "no checkpoint to resume from, training starts from the beginning" in said
    assert hashes(tmp_path / "model") == undisturbed


def test_a_kill_between_the_two_renames_leaves_the_one_before(stage, undisturbed, tmp_path, passes):
    passes.before(power_cut, learnt=5)
    with pytest.raises(RuntimeError, match="power cut"):
        run(stage, tmp_path / "model", checkpoint_minutes=0)
    (tmp_path / ".model.checkpoint").unlink()
    run(stage, tmp_path / "model")
    assert passes.learnt == 1 + 2 * BATCHES + 1
    assert hashes(tmp_path / "model") == undisturbed


def test_a_checkpoint_of_other_settings_is_left_unused(stage, tmp_path, passes, capsys):
    passes.before(power_cut, learnt=3)
    with pytest.raises(RuntimeError, match="power cut"):
        run(stage, tmp_path / "model", checkpoint_minutes=0)
    run(stage, tmp_path / "model", epochs=1, learning_rate=1e-4)
    said = capsys.readouterr().err
    assert said.count("checkpoint of a training with other settings or data") == 2
    assert "training starts from the beginning" in said
    assert len(curve(tmp_path / "model")) == 2


def test_epochs_shorter_than_the_interval_are_saved_too(stage, tmp_path, passes, monkeypatch):
    """The clock runs on from epoch to epoch: it once began again with each."""
    now = [0.0]
    monkeypatch.setattr("onesun.training.checkpoint.time.monotonic", lambda: now[0])
    for batch in range(2 * BATCHES):
        passes.before(lambda: now.__setitem__(0, now[0] + 60.0), learnt=batch)
    passes.before(power_cut, learnt=2 * BATCHES - 1)
    with pytest.raises(RuntimeError, match="power cut"):
        run(stage, tmp_path / "model", checkpoint_minutes=BATCHES + 2)
    assert checkpoints(tmp_path) == [".model.checkpoint"]


# Several processes


class Together:
    """Two processes, as torchrun starts them, each with half of every batch."""

    def __init__(self, stage: Path, out: Path, sections: dict) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(sys.path),
            "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
            "OMP_NUM_THREADS": "1",
        }  # fmt: skip
        self.processes = [
            subprocess.Popen(
                command(stage, out, sections),
                env=environment | {"RANK": str(rank)},
                stderr=subprocess.PIPE,
                text=True,
            )
            for rank in range(2)
        ]

    def ends(self) -> list[tuple[int, str]]:
        """Exit code and last line of each."""
        said = [process.communicate(timeout=120)[1] for process in self.processes]
        return [
            (process.returncode, (text.splitlines() or [""])[-1])
            for process, text in zip(self.processes, said, strict=True)
        ]


def in_halves(**training) -> dict:
    sections = settings(**training)
    sections["network"]["dropout"] = 0.0  # which each process draws for itself
    return sections


@pytest.fixture(scope="module")
def together(stage, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("together") / "model"
    ends = Together(stage, out, in_halves(epochs=8, checkpoint_minutes=0)).ends()
    assert [code for code, _ in ends] == [0, 0]
    return out


@pytest.mark.slow
def test_processes_that_train_together_learn_as_one_does(stage, together, tmp_path):
    alone = run(stage, tmp_path / "alone", in_halves(epochs=8, checkpoint_minutes=0))
    for name in ("training_loss", "validation_loss", "validation_rmse"):
        both, one = ([float(row[name] or 0) for row in curve(each)] for each in (together, alone))
        assert both == pytest.approx(one, rel=1e-5)  # 5e-8 was found
    assert both[-1] < both[0]


@pytest.mark.slow
@pytest.mark.parametrize("rank", [0, 1])
def test_a_signal_to_one_process_stops_all_at_the_same_batch(stage, together, tmp_path, rank):
    sections = in_halves(epochs=8, checkpoint_minutes=0)
    out = tmp_path / "model"
    pair = Together(stage, out, sections)
    deadline = time.monotonic() + 120
    while not (tmp_path / ".model.checkpoint.before").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    pair.processes[rank].send_signal(signal.SIGUSR1)
    (code, said), (other_code, other_said) = ends = pair.ends()
    assert (code, other_code) == (75, 75), ends
    assert "stopped by SIGUSR1" in ends[rank][1]
    assert "stopped by a signal to another process" in ends[1 - rank][1]
    assert said.split(" after ")[1] == other_said.split(" after ")[1]
    assert [code for code, _ in Together(stage, out, sections).ends()] == [0, 0]
    assert hashes(out) == hashes(together)
