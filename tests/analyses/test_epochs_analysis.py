"""The analysis of other epochs: it says month by month which errors are right."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from helpers.cards import save_model
from helpers.months import GRID, GRID_SETTINGS, sun, write_aligned
from onesun.analyses import epochs, epochs_month, product
from onesun.analyses.epochs_month import Classes, Delivered
from onesun.analyses.product import years
from onesun.cli.analyses import epochs_measure as measure
from onesun.cli.analyses import epochs_show as show
from onesun.cli.train import errors
from onesun.conversion.flags import Flag, Ranges
from onesun.errors import ConfigError, DamagedProductError
from onesun.io.files import read_json, write_json
from onesun.metrics.tiled import Tiling
from onesun.networks import Calibration
from onesun.products import split
from onesun.training import model

PAIR = "mdi-hmi"
TRAINED, VALIDATED, TESTED = "2016-07", "2019-06", "2011-12"
SETS = {"train": [TRAINED], "validation": [VALIDATED], "test": [TESTED]}
SECTION = {"fewest": 20, "frames_per_month": 3}
EPOCHS = {"methods": ["onesun"], "block_sizes": [1, 4, 16]}
BOOTSTRAP = {
    "resamples": 60, "confidence": 0.95, "seed": 1, "tile": 128, "days": 27,
    "fewest_rotations": 10,
}  # fmt: skip
SIGMA = 10.0


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """Aligned months, a network with a calibrated error, and the months judged."""
    folder = tmp_path_factory.mktemp("epochs")
    for month in (VALIDATED, TESTED):
        frames = {}
        for day in (1, 2):
            field, target = sun(int(month.replace("-", "")) + day)
            # A noisier epoch than the one by which errors are calibrated.
            target += np.random.default_rng(day).normal(0, 12.0 * (month == TESTED), target.shape)
            frames[f"{month.replace('-', '')}{day:02}_060000_TAI"] = field, target
        write_aligned(folder / "aligned", PAIR, month, frames)
    rows = split.assign(PAIR, SETS)
    split.write(folder / "split.csv", rows)
    network = {"kind": "onesun", "channels": 4, "blocks": 1, "kernel": 3, "dropout": 0.0}
    save_model(
        folder / "model", network | {"error": True}, Calibration(a=0.0, b=1.4, field_scale=3500.0),
        split=[vars(row) for row in rows],
    )  # fmt: skip
    errors(
        pair=PAIR, method="onesun", weights=folder / "model" / model.WEIGHTS,
        aligned=[folder / "aligned" / f"{VALIDATED}.json"], split=str(folder / "split.csv"),
        settings=json.dumps({"errors": SECTION, "grid": GRID_SETTINGS}),
        out=folder / "model" / "errors.json",
    )  # fmt: skip
    for month in (VALIDATED, TESTED):
        judge(folder, month, folder / "sums" / f"{month}.npz")
    return folder


def judge(stage, month: str, out, **changes) -> None:
    settings = {
        "analyses": {"tile": 128, "epochs": EPOCHS | changes}, "errors": SECTION,
        "grid": GRID_SETTINGS,
    }  # fmt: skip
    measure(
        pair=PAIR, method="onesun", month=month, aligned=stage / "aligned" / f"{month}.json",
        weights=stage / "model" / model.WEIGHTS, errors=stage / "model" / "errors.json",
        split=str(stage / "split.csv"), settings=json.dumps(settings), out=out,
    )  # fmt: skip


def judged(stage) -> epochs.Epochs:
    paths = sorted((stage / "sums").glob("*.json"))
    months = product.read_months(paths, "epochs", PAIR)
    return epochs.judged(PAIR, months, ["onesun"], BOOTSTRAP)


def test_errors_hold_where_they_are_calibrated_and_not_in_a_noisier_epoch(stage):
    found = judged(stage)
    tested, validated = found.judgements
    assert (tested.month, tested.set, validated.set) == (TESTED, "test", "validation")
    shares = {each.set: each.of("all")[0].scores["within_68"].value for each in found.judgements}
    assert shares["validation"] == pytest.approx(68.3, abs=3)
    # The month's own noise is not given to the errors.
    assert shares["test"] < shares["validation"] - 10
    assert tested.of("all")[0].scores["rms_normalised"].value > 1.2
    score = tested.of("all")[0].scores["within_68"]
    assert score.low < score.value < score.high
    assert tested.independent > 1


def test_what_trained_what_calibrated_and_how_far_away_is_from_the_card(stage):
    tested, validated = judged(stage).judgements
    assert (list(tested.train), list(tested.validation)) == ([TRAINED], [VALIDATED])
    assert tested.gap == pytest.approx(4 + 7 / 12)
    assert validated.gap == pytest.approx(2 + 11 / 12)
    assert years("2016-07") == pytest.approx(2016 + 6.5 / 12)


def test_bins_of_a_kind_add_up_to_all_pixels(stage):
    for each in judged(stage).judgements:
        (whole,) = each.of("all")
        assert sum(part.count for part in each.of("field")) == whole.count
        assert sum(part.count for part in each.of("radius")) == whole.count
        assert sum(part.count for part in each.of("mask")[:2]) == whole.count
        assert sum(part.share for part in each.of("field")) == pytest.approx(1)
        single, *larger = (part for part in each.of("block") if part.kind.low is None)
        assert single.kind.size == 1
        assert single.count == whole.count
        assert all(part.count * part.kind.size**2 < whole.count for part in larger)
        for score in ("rms_normalised", "bias", "actual", "expected"):
            one, other = single.scores[score], whole.scores[score]
            assert one.value == pytest.approx(other.value, rel=1e-4)


@dataclass(frozen=True)
class _Frame:
    interval: float | None = 300.0
    input_noise: float | None = 10.0


def sums_of(misfit: np.ndarray, given: np.ndarray | None = None, frame=None) -> dict:
    """Scores by kind and name of one frame whose errors are all stated as ``SIGMA``."""
    shape = GRID.shape("target")
    ranges = Ranges(field=1000.0, noise=(9.0, 20.0), radius=(0.0, 1.0), interval=(300.0,))
    classes = Classes(GRID, [0, 30], [0, 0.5, 1], ranges)
    field = np.zeros(shape, np.float32)
    stated = np.full(shape, SIGMA, np.float32)
    target = np.where(classes.radius < 1, field + misfit, np.nan)
    found = Delivered(field, target, stated, stated, 1.96 * stated)
    given = np.zeros(GRID.shape("input"), np.float32) if given is None else given
    flags = classes.flags(given, frame or _Frame(), "mdi")
    tiles = Tiling.of(GRID, 128).numbers()
    pixels = epochs_month._pixel_sums(found, classes, flags, tiles).sum(axis=0)
    found = {}
    with np.errstate(invalid="ignore"):  # of classes without a pixel
        for name, sums in zip(classes.names, pixels, strict=True):
            scores = {
                key: factor * score(sums) for key, (score, _, factor) in epochs._SCORES.items()
            }
            found[name] = SimpleNamespace(count=sums[0], **scores)
    return found


def test_right_errors_are_found_right_and_halved_ones_twice_too_small():
    misfit = np.random.default_rng(1).normal(0, SIGMA, GRID.shape("target"))
    right = sums_of(misfit)["all"]
    assert right.within_68 == pytest.approx(68.27, abs=0.5)
    assert right.within_95 == pytest.approx(95, abs=0.3)
    assert right.rms_normalised == pytest.approx(1, abs=0.01)
    assert right.actual == pytest.approx(SIGMA, rel=0.01)
    assert right.expected == pytest.approx(SIGMA)
    small = sums_of(2 * misfit + 3)["all"]
    assert small.rms_normalised == pytest.approx(np.hypot(2, 0.3), abs=0.02)
    assert small.bias == pytest.approx(3, abs=0.1)


def test_pixels_that_the_mask_doubts_are_judged_apart():
    misfit = np.random.default_rng(1).normal(0, SIGMA, GRID.shape("target"))
    given = np.zeros(GRID.shape("input"), np.float32)
    given[60, 60] = -3400
    where = np.zeros(GRID.shape("input"), bool)
    where[58:63, 58:63] = True
    misfit[np.kron(where, np.ones((4, 4), bool))] *= 5
    found = sums_of(misfit, given)
    beyond = found["mask field beyond the training range"]
    assert 9 * 16 <= beyond.count <= 25 * 16
    assert beyond.rms_normalised == pytest.approx(5, rel=0.15)
    assert found["mask out of range"].count == beyond.count
    assert found["mask in range"].rms_normalised == pytest.approx(1, abs=0.03)
    assert found["mask input may be saturated"].count == beyond.count


def test_a_frame_beyond_the_training_is_doubted_as_a_whole():
    misfit = np.zeros(GRID.shape("target"))
    noisy = sums_of(misfit, frame=_Frame(input_noise=40.0))
    assert noisy["mask in range"].count == 0
    assert noisy["mask frame: noise beyond the training range"].count == noisy["all"].count
    short = sums_of(misfit, frame=_Frame(interval=None))
    assert short["mask frame: integration time not trained on"].count == short["all"].count
    unknown = sums_of(misfit, frame=_Frame(input_noise=None))
    assert unknown["mask out of range"].count == 0


def test_flags_of_an_aligned_frame_are_those_of_a_conversion():
    """Bits that the input's own gaps and the sky set are no range of the training."""
    ranges = Ranges(field=1000.0, noise=None, radius=(0.0, 0.8), interval=())
    classes = Classes(GRID, [0], [0, 1], ranges)
    given = np.full(GRID.shape("input"), np.nan, np.float32)
    found = classes.flags(given, _Frame(), "mdi")
    outer = (classes.radius > 0.85) & (classes.radius < 0.95)
    assert (found[outer] == Flag.RADIUS).all()
    assert (found[classes.radius < 0.75] == 0).all()


def test_table_and_figure_say_the_same(stage, tmp_path):
    out, png = tmp_path / "epochs" / "mdi-hmi.csv", tmp_path / "epochs-mdi-hmi.png"
    sections = {
        "analyses": {"epochs": EPOCHS}, "figures": {"style": {"dpi": 40}},
        "table1": {"bootstrap": BOOTSTRAP},
    }  # fmt: skip
    show(sorted((stage / "sums").glob("*.json")), PAIR, json.dumps(sections), out, png)
    found = judged(stage)
    with open(out, encoding="utf-8", newline="") as handle:
        lines = list(csv.DictReader(handle))
    assert len(lines) == sum(len(each.bins) for each in found.judgements)
    row = next(each for each in lines if each["month"] == TESTED and each["by"] == "all")
    whole = found.judgements[0].of("all")[0]
    assert float(row["within_68"]) == pytest.approx(whole.scores["within_68"].value)
    assert (row["train"], row["set"], row["pair"]) == (TRAINED, "test", PAIR)
    page = out.with_suffix(".md").read_text("utf-8")
    assert f"| onesun | {TRAINED} | {TESTED} | test | 4.6 | 2 | " in page
    assert "simulated MDI/GONG from real HMI" in page
    assert np.asarray(Image.open(png).convert("L")).std() > 5
    assert "onesun" in png.with_suffix(".md").read_text("utf-8")


def test_blocks_that_do_not_fit_are_refused(stage, tmp_path):
    with pytest.raises(ConfigError, match=re.escape("analyses.epochs.block_sizes: found 24")):
        judge(stage, TESTED, tmp_path / "x.npz", block_sizes=[1, 24])


def test_errors_of_other_weights_are_refused(stage, tmp_path):
    other = tmp_path / "errors.json"
    write_json(other, read_json(stage / "model" / "errors.json") | {"weights_sha256": "0" * 64})
    settings = {"analyses": {"tile": 128, "epochs": EPOCHS}, "errors": SECTION,
                "grid": GRID_SETTINGS}  # fmt: skip
    with pytest.raises(DamagedProductError):
        measure(
            pair=PAIR, method="onesun", month=TESTED, aligned=stage / "aligned" / f"{TESTED}.json",
            weights=stage / "model" / model.WEIGHTS, errors=other,
            split=str(stage / "split.csv"), settings=json.dumps(settings),
            out=tmp_path / "x.npz",
        )  # fmt: skip
    assert not (tmp_path / "x.json").exists()
