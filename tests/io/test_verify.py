"""Damage of every kind of product is found, named and, on request, removed."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import typer
from astropy.io import fits

from helpers.measured import measures
from helpers.months import sun, write_aligned
from helpers.trainings import PAIR, SMALL, run, write_stage
from onesun.cli.files import verify
from onesun.errors import ConfigError
from onesun.io.files import folder_listing, write_json
from onesun.methods import predict
from onesun.metrics import product
from onesun.products import raw
from onesun.store.write import write_month
from onesun.training.passes import Passes
from onesun.training.stopping import StoppedError

MONTH = "2011-12"
STAMP = "20111217_060000_TAI"
# One file of each kind, below results; the manifest that lists it.
FILES = {
    f"raw/mdi/{MONTH}/fd_M_96m_01d.fits": f"raw/mdi/{MONTH}.json",
    f"aligned/{PAIR}/{MONTH}/{STAMP}.target.fits": f"aligned/{PAIR}/{MONTH}.json",
    f"patches/{PAIR}/{MONTH}.zarr/target/c/0/0/0/0": f"patches/{PAIR}/{MONTH}.json",
    f"patches/{PAIR}/{MONTH}.zarr/zarr.json": f"patches/{PAIR}/{MONTH}.json",
    f"predictions/{PAIR}/blocks/{MONTH}/{STAMP}.fits": f"predictions/{PAIR}/blocks/{MONTH}.json",
    f"measures/{PAIR}/blocks/{MONTH}.npz": f"measures/{PAIR}/blocks/{MONTH}.json",
    f"models/{PAIR}/onesun/weights.safetensors": f"models/{PAIR}/onesun/card.json",
    f"models/{PAIR}/onesun/learning_curve.csv": f"models/{PAIR}/onesun/card.json",
}
ALONE = [  # what is its own manifest
    f"calibration/{PAIR}.json",
    f"models/{PAIR}/.other.checkpoint",
    *sorted(set(FILES.values())),
]


def write_models(models: Path, stage: Path) -> None:
    """A finished training, and one that was stopped at its sixth batch."""
    run(stage, models / "onesun")
    learn, done = Passes.learn, []

    def learn_and_ask(*given):
        done.append(1)
        if len(done) == 6:
            os.kill(os.getpid(), signal.SIGTERM)
        return learn(*given)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(StoppedError):
        patch.setattr(Passes, "learn", learn_and_ask)
        run(stage, models / "other")


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """A folder with one product of each kind, in ``results``."""
    folder = tmp_path_factory.mktemp("written")
    results = folder / "results"
    frames = results / "raw" / "mdi" / MONTH
    frames.mkdir(parents=True)
    fits.PrimaryHDU(np.ones((8, 8), np.float32)).writeto(frames / "fd_M_96m_01d.fits")
    raw.write_manifest(Path(f"{frames}.json"), "mdi", MONTH, MONTH, folder_listing(frames))
    aligned = write_aligned(results / "aligned" / PAIR, PAIR, MONTH, {STAMP: sun(1)})
    write_month(aligned, results / "patches" / PAIR / f"{MONTH}.zarr", SMALL, 0.1)
    blocks = SimpleNamespace(
        name="blocks",
        reads="input",
        predict=lambda field, _: np.kron(field, np.ones((4, 4), np.float32)),
    )
    out = results / "predictions" / PAIR / "blocks" / MONTH
    predict.predict(PAIR, "blocks", MONTH, aligned, blocks, out)
    place = results / "measures" / PAIR / "blocks"
    place.mkdir(parents=True)
    month = product.MonthOf(PAIR, "blocks", MONTH, "test", True, measures(1))
    product.write(place / f"{MONTH}.json", month)
    write_json(results / "calibration" / f"{PAIR}.json", {"product": "calibration", "pair": PAIR})
    write_models(results / "models" / PAIR, write_stage(tmp_path_factory.mktemp("stage")))
    return folder


@pytest.fixture
def results(written, tmp_path, monkeypatch) -> Path:
    """A copy that may be damaged; it lies in the working folder."""
    shutil.copytree(written / "results", tmp_path / "results")
    monkeypatch.chdir(tmp_path)
    return Path("results")


def flip(path: Path, part: float = 0.5) -> None:
    """Change one bit of the byte at this part of a file."""
    content = bytearray(path.read_bytes())
    content[int(part * (len(content) - 1))] ^= 4
    path.write_bytes(content)


def verified(capsys, *paths: Path, remove: bool = False) -> tuple[int, list[str]]:
    """Exit code and lines of `onesun verify`."""
    code = 0
    try:
        verify(list(paths) or None, remove)
    except typer.Exit as end:
        code = end.exit_code
    return code, capsys.readouterr().out.splitlines()


def test_what_was_written_is_verified_and_counted(results, capsys):
    (results / "table1.csv").write_text("a\n")
    chunks = len(folder_listing(results / "patches" / PAIR / f"{MONTH}.zarr"))
    code, lines = verified(capsys)
    assert code == 0
    assert lines == [
        "aligned frames: 1, with 2 files",
        "calibration: 1, with 0 files",
        "measures: 1, with 1 files",
        "model: 1, with 2 files",
        f"patch store: 1, with {chunks} files",
        "predictions: 1, with 1 files",
        "raw frames: 1, with 1 files",
        "checkpoints of unfinished trainings: 1",
        "without a hash: 1 files: results/*.csv (1)",
        "all as they were written",
    ]


@pytest.mark.parametrize("part", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("name", [*FILES, *ALONE])
def test_a_changed_byte_is_found_and_named(results, capsys, name, part):
    flip(results / name, part)
    code, lines = verified(capsys)
    assert code == 2
    assert lines[0].startswith(f"results/{name}: ")
    assert lines[-1] == "wrong: 1 files"
    named = [line for line in lines if line.startswith("results/")]
    assert len(named) == 1


@pytest.mark.parametrize("name", FILES)
def test_a_missing_and_a_shortened_file_are_named(results, capsys, name):
    content = (results / name).read_bytes()
    (results / name).write_bytes(content[:-1])
    assert verified(capsys)[1][0].startswith(f"results/{name}: ")
    (results / name).unlink()
    assert verified(capsys)[1][0].startswith(f"results/{name}: missing, expected ")


def test_all_wrong_files_are_named_not_only_the_first(results, capsys):
    for name in FILES:
        flip(results / name)
    code, lines = verified(capsys)
    assert code == 2
    assert {line.split(": ")[0] for line in lines if line.startswith("results/")} == {
        f"results/{name}" for name in FILES
    }
    assert lines[-1] == f"wrong: {len(FILES)} files"


def test_only_what_is_named_is_verified(results, capsys):
    flip(results / f"calibration/{PAIR}.json")
    assert verified(capsys, results / "aligned", results / "raw" / "mdi" / f"{MONTH}.json")[0] == 0
    with pytest.raises(ConfigError, match="results/none: not found, expected a folder or"):
        verify([Path("results/none")])


def test_nothing_to_verify_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="neither results nor data found here"):
        verify()


def test_manifests_of_an_earlier_version_are_told(results, capsys):
    path = results / "calibration" / f"{PAIR}.json"
    path.write_text('{"product": "calibration", "pair": "mdi-hmi"}')
    code, lines = verified(capsys)
    assert code == 0
    assert "without a digest of its own: 1 manifests, written by an earlier version" in lines


def test_what_was_left_half_written_is_told(results, capsys):
    part = results / "raw" / "mdi" / ".part-host-1-01234567-2012-01"
    part.mkdir()
    (part / "frame.fits").touch()
    code, lines = verified(capsys)
    assert code == 0
    assert f"half written, by a running job or by one that was killed: {part}" in lines


# Removing


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_product_is_removed_and_no_other(results, capsys, name):
    before = folder_listing(results)
    (results / "patches" / PAIR / f"{MONTH}.zarr" / ".snakemake_timestamp").touch()
    flip(results / name)
    code, lines = verified(capsys, remove=True)
    manifest = FILES[name]
    assert code == 2
    made = f"models/{PAIR}/onesun/weights.safetensors" if "models" in name else manifest
    assert lines[-1] == f"to make them again: snakemake --cores all -- results/{made}"
    gone = before.keys() - folder_listing(results).keys()
    folder = str(Path(name).parent) if "models" in name else manifest.removesuffix(".json")
    assert manifest in gone
    assert name in gone
    assert all(path.startswith(folder) for path in gone)
    assert not (results / f"patches/{PAIR}/{MONTH}.zarr").exists() or "patches" not in name
    assert verified(capsys)[0] == 0


def test_of_a_damaged_manifest_nothing_is_believed(results, capsys):
    before = folder_listing(results)
    flip(results / f"aligned/{PAIR}/{MONTH}.json")
    verified(capsys, remove=True)
    assert before.keys() - folder_listing(results).keys() == {f"aligned/{PAIR}/{MONTH}.json"}


def test_a_damaged_card_takes_the_weights_with_it(results, capsys):
    """With weights there, Snakemake would make nothing; and the card it could not tell whose."""
    model = results / f"models/{PAIR}/onesun"
    flip(model / "card.json")
    _, lines = verified(capsys, remove=True)
    assert [path.name for path in model.iterdir()] == ["learning_curve.csv"]
    weights = model / "weights.safetensors"
    assert lines[-1] == f"to make them again: snakemake --cores all -- {weights}"


def test_a_damaged_checkpoint_is_removed(results, capsys):
    checkpoint = results / f"models/{PAIR}/.other.checkpoint"
    flip(checkpoint)
    _, lines = verified(capsys, remove=True)
    assert not checkpoint.exists()
    assert lines[-1] == f"{checkpoint}: removed"


def test_a_users_own_frames_are_never_removed(results, capsys, tmp_path):
    own = tmp_path / "archive" / "mdi" / MONTH
    shutil.copytree(results / "raw" / "mdi" / MONTH, own)
    manifest = results / "raw" / "mdi" / f"{MONTH}.json"
    raw.index_folder(tmp_path / "archive", "mdi", MONTH, manifest)
    (frame,) = own.iterdir()
    flip(frame)
    code, lines = verified(capsys, remove=True)
    assert code == 2
    assert lines[0] == f"{frame}: its bytes have changed since it was written"
    assert lines[-1].startswith(
        f"{manifest}: not removed, because its files are your own, in {own}"
    )
    assert frame.exists()
    assert manifest.exists()
