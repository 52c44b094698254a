"""Submissions: read from files, and stopped at a gate with one sentence."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml
from astropy.io import fits

from helpers.benchmarks import MONTH, STAMPS, SmallBenchmark, write_answer
from helpers.months import GRID
from onesun.benchmark import score as stage
from onesun.benchmark.gates import is_ranked
from onesun.benchmark.reading import Answer, open_answers
from onesun.benchmark.submission import schema
from onesun.io import locations


def scored(small: SmallBenchmark, folder: Path) -> stage.Scored:
    return stage.score(folder, small.definition, [small.aligned])


# Twelve ways to break a submission, and the sentence of each.


def without_words(folder: Path) -> None:
    (folder / "submission.yaml").unlink()


def without_yaml(folder: Path) -> None:
    (folder / "submission.yaml").write_text("name: [")


def say(**words):
    def change(folder: Path) -> None:
        path = folder / "submission.yaml"
        content = yaml.safe_load(path.read_text()) | words
        path.write_text(yaml.safe_dump({k: v for k, v in content.items() if v is not None}))

    return change


def without_a_frame(folder: Path) -> None:
    (folder / f"{STAMPS[1]}.fits").unlink()


def damaged(folder: Path) -> None:
    path = folder / f"{STAMPS[0]}.fits"
    path.write_bytes(b"SIMPLE  = nothing")


def rewritten(change):
    def rewrite(folder: Path) -> None:
        for stamp in STAMPS:
            path = folder / f"{stamp}.fits"
            with fits.open(path) as hdus:
                field = hdus["FIELD"].data.astype(np.float32)
            write_answer(path, change(field))

    return rewrite


def with_a_hole(field: np.ndarray) -> Answer:
    field[250:252, 250:252] = np.nan
    return Answer(field)


BROKEN = {
    "no-words": (without_words, "submission.yaml: missing, expected what the submission says"),
    "no-yaml": (without_yaml, "submission.yaml: not readable as YAML, expected keys and values"),
    "no-authors": (say(authors=None), "submission.yaml: authors: field required"),
    "odd-key": (say(gpu="big"), "submission.yaml: gpu: extra inputs are not permitted"),
    "old-version": (say(version=2), "it answers small 2, expected small 1: the frames of another"),
    "knows-targets": (
        say(uses_test_targets=True),
        "it says that targets of the test months were used, expected a prediction from inputs",
    ),
    "no-frame": (without_a_frame, "frame 20111218_062400_TAI: no field, expected one for every"),
    "damaged": (damaged, "20111217_044800_TAI.fits: not readable as FITS"),
    "small": (
        rewritten(lambda field: Answer(field[::4, ::4].copy())),
        "frame 20111217_044800_TAI: field of 128 x 128 pixels, expected 512 x 512",
    ),
    "hole": (
        rewritten(with_a_hole),
        "field without a value in 4 pixels where the target has one, expected a value in each",
    ),
    "tesla": (
        rewritten(lambda field: Answer(field * np.float32(1e-4))),
        "its field is 0.0001 times the target's where |B| is 50 G or more, expected 0.2 to 5",
    ),
    "zero-error": (
        rewritten(lambda field: Answer(field, np.zeros_like(field))),
        "frame 20111217_044800_TAI: an error of 0 G, expected errors above 0",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_submission_is_listed_with_one_sentence(small, name, tmp_path):
    change, sentence = BROKEN[name]
    folder = small.submit(name)
    change(folder)
    found = scored(small, folder)
    assert found.judgement is None
    assert not found.is_ranked
    assert sentence in found.refused
    assert "\n" not in found.refused
    # Listed: what is written is read again.
    stage.write(tmp_path / "scores.json", found, small.definition)
    again = stage.read(tmp_path / "scores.json")
    assert (again.name, again.refused) == (found.name, found.refused)


def test_pixels_next_to_the_limb_may_lack_a_value(small):
    """As in an output of `onesun convert`, whose disk is that of the header."""

    def smaller(target: np.ndarray) -> Answer:
        field = target.copy()
        field[GRID.radius("target") > 0.992] = np.nan
        return Answer(field)

    found = scored(small, small.submit("smaller", smaller))
    assert found.refused is None
    counted = sum(np.isfinite(target).sum() for target in small.targets().values())
    assert found.judgement.table1.result()[0].n == counted


def test_draws_and_errors_of_some_frames_only_are_refused(small):
    folder = small.submit("half")
    stamp = STAMPS[0]
    field = small.targets()[stamp]
    write_answer(folder / f"{stamp}.fits", Answer(field, np.ones_like(field)))
    assert "no error, expected errors for every frame or for none" in scored(small, folder).refused
    write_answer(folder / f"{stamp}.fits", Answer(field, draws=field[None]))
    assert "expected two or more fields of 512 x 512" in scored(small, folder).refused


def test_a_submission_that_trained_on_the_test_month_is_marked_and_not_ranked(small):
    found = scored(small, small.submit("leaky", training_months=[MONTH, "2016-07"]))
    assert found.judgement is not None
    assert found.marks == [f"trained on the test month {MONTH}"]
    assert not found.is_ranked


def test_other_months_are_marked_and_ranked(small):
    found = scored(small, small.submit("wide", training_months=["2012-01", "2016-07"]))
    assert found.marks == ["trained on months that are not the benchmark's: 2012-01"]
    assert found.is_ranked
    assert is_ranked([])


def test_a_bound_may_know_the_targets_and_is_not_ranked(small):
    found = scored(small, small.submit("bound", uses_test_targets=True, is_reference=True))
    assert found.marks == ["a bound, no prediction"]
    assert not found.is_ranked


def test_what_was_scored_is_read_again(small, tmp_path):
    found = scored(small, small.submit("mine"))
    stage.write(tmp_path / "scores.json", found, small.definition)
    again = stage.read(tmp_path / "scores.json")
    assert again.said == found.said
    assert again.judgement.stamps == list(STAMPS)
    mine, others = found.judgement.arrays(), again.judgement.arrays()
    assert mine.keys() == others.keys()
    assert all(np.array_equal(mine[key], others[key]) for key in mine)
    # A perfect field is the target, in steps of 0.1 G.
    assert np.array_equal(again.scene["field"], again.scene["target"], equal_nan=True)


# Files.


def store(small: SmallBenchmark, folder: Path, **fields: np.ndarray) -> Path:
    dimensions = {3: ("time", "y", "x"), 4: ("time", "draw", "y", "x")}
    data = xr.Dataset(
        {name: (dimensions[values.ndim], values) for name, values in fields.items()},
        coords={"stamp": ("time", np.array(STAMPS, dtype=object))},
    )
    data.to_zarr(folder, zarr_format=3, consolidated=False)
    return folder


def test_a_store_answers_as_a_folder_does(small, tmp_path):
    targets = np.stack([small.targets()[stamp] for stamp in STAMPS])
    path = store(small, tmp_path / "mine.zarr", field=targets, error=np.ones_like(targets))
    answers = open_answers(path)
    frame = small.month.frames[1]
    found = answers.answer(frame)
    assert np.array_equal(found.field, targets[1], equal_nan=True)
    assert np.array_equal(found.deviation, np.ones_like(targets[1]))


def test_the_spread_of_draws_stands_for_an_error(small, tmp_path):
    targets = np.stack([small.targets()[stamp] for stamp in STAMPS])
    draws = np.stack([targets + step for step in (-1, 0, 1)], axis=1)
    path = store(small, tmp_path / "mine.zarr", field=targets, draws=draws)
    found = open_answers(path).answer(small.month.frames[0])
    assert found.error is None
    assert np.nanmax(np.abs(found.deviation - 1)) < 1e-3


def test_a_store_without_a_field_is_one_sentence(small, tmp_path):
    targets = np.stack([small.targets()[stamp] for stamp in STAMPS])
    folder = small.submit("store")
    shutil.rmtree(folder)
    store(small, folder, magnetogram=targets)
    (folder / "submission.yaml").write_text((small.submit("other") / "submission.yaml").read_text())
    assert "expected a Zarr store with field (time, y, x)" in scored(small, folder).refused


@pytest.mark.parametrize(
    ("key", "value"),
    [("T_REC", "2011.12.17_04:48:00_TAI"), ("T_OBS", "2011.12.17_04:51:30_TAI")],
)
def test_files_of_other_names_are_known_by_their_time(small, tmp_path, key, value):
    hdu = fits.ImageHDU(np.ones((512, 512), np.float32), name="FIELD")
    hdu.header[key] = value
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(tmp_path / "fd_M.onesun.fits")
    answers = open_answers(tmp_path)
    first, second = small.month.frames
    assert answers.answer(first) is not None
    assert answers.answer(second) is None


def test_the_schema_is_the_models():
    path = locations.schemas() / "submission.schema.json"
    assert json.loads(path.read_text()) == schema(), "python -m onesun.config.docs makes it"
    assert re.search("uses_test_targets", path.read_text())
