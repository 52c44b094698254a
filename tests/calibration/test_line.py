"""The line of ``matched``: known gains come back, errors are of Suns, every choice counts."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pytest

from helpers.months import GRID, GRID_SETTINGS, sun, write_aligned, write_split
from onesun.calibration.bins import BinnedSums, fit
from onesun.calibration.blocks import Blocks, jackknife
from onesun.calibration.calibrate import calibrate
from onesun.calibration.cells import CellSums
from onesun.calibration.estimators import PAPER, Reading, Regression
from onesun.calibration.pairs import Pairs
from onesun.calibration.product import read_baseline, read_line
from onesun.calibration.settings import Blocks as BlockSettings
from onesun.calibration.settings import Calibration
from onesun.cli.prepare import line as command
from onesun.errors import DamagedProductError, OneSunError
from onesun.geometry.grid import AU_METRES, Grid
from onesun.methods import Sources, load

DEFAULT = Reading("noise-corrected", "uniform", "both", 10)
ZERO_POINT = 3.0  # gauss
NOISE = {"target": 6.0, "input": 12.0}  # gauss


def pairs(seed: int, gain: float, size: int = 30_000) -> tuple[np.ndarray, np.ndarray]:
    """Quiet Sun and a few active regions, read twice with errors."""
    draw = np.random.default_rng(seed)
    true = draw.laplace(0, 15, size)
    true[: size // 100] += draw.normal(0, 300, size // 100)
    x = true + draw.normal(0, NOISE["target"], size)
    return x, ZERO_POINT + gain * true + draw.normal(0, NOISE["input"], size)


def regression(gain: float, seeds: range = range(12), width: float = 10) -> Regression:
    return Regression(
        [CellSums(width).update(*pairs(seed, gain)) for seed in seeds], NOISE["target"]
    )


@pytest.mark.parametrize("gain", [1.4, 0.83])
@pytest.mark.parametrize("estimator", ["noise-corrected", "orthogonal"])
def test_the_gain_and_the_zero_point_come_back(gain: float, estimator: str) -> None:
    found = regression(gain)
    assert found.noise.input == pytest.approx(NOISE["input"], rel=0.03)
    for reading in (DEFAULT, Reading(estimator, "inverse", "both", 10)):
        line = found.estimate(reading)
        assert line.b == pytest.approx(gain, rel=0.01)
        assert abs(line.b - gain) < 4 * line.b_error
        assert abs(line.a - ZERO_POINT) < 4 * line.a_error
    # The target's noise flattens the line of who takes the target for exact.
    flat = found.estimate(Reading("least-squares", "uniform", "both", 10))
    assert flat.b < gain * 0.99
    assert gain - flat.b > 5 * flat.b_error


def test_weights_by_bins_of_what_has_errors_tilt_the_line() -> None:
    """Bins of 4 G, narrower than the errors, and weights that make weak field count."""
    found = regression(1.4, width=4)
    by_input, by_target, by_both = (
        found.estimate(Reading("noise-corrected", "fraction", bins, 10)).b
        for bins in ("input", "target", "both")
    )
    assert by_input < 0.9 * 1.4
    assert by_target > 1.1 * 1.4
    assert by_both == pytest.approx(1.4, rel=0.05)


def test_the_papers_reading_is_the_weighted_fit() -> None:
    groups = [pairs(seed, 1.3, 4000) for seed in range(5)]
    expected = fit([BinnedSums(20).update(*group) for group in groups], "inverse")
    found = Regression([CellSums(20).update(*group) for group in groups], 5.0).estimate(PAPER)
    for name in ("a", "b", "a_error", "b_error", "n", "effective"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-6), name


def test_sparse_bins_do_not_count_and_inverse_weights_leave_few_pixels() -> None:
    x, y = pairs(1, 1.4)
    found = Regression([CellSums(10).update(x, y)], 0.0)
    count = np.unique(np.floor(x / 10), return_counts=True)[1]
    assert (count < 10).any()
    kept = found.estimate(Reading("least-squares", "inverse", "target", 10))
    assert kept.n == count[count >= 10].sum()
    # Every bin weighs the same: sum of 1 over bins, squared, over the sum of 1 / count.
    assert kept.effective == pytest.approx(
        (count >= 10).sum() ** 2 / (1 / count[count >= 10]).sum()
    )
    everything = found.estimate(Reading("least-squares", "inverse", "target", 1))
    assert everything.n == x.size
    assert everything.effective < kept.effective < 0.2 * x.size
    assert kept.b_error is None  # one block


def test_cells_merge_in_any_order() -> None:
    parts = [pairs(seed, 1.4, 500) for seed in range(5)]
    parts[3] = (parts[3][0] - 3000, parts[3][1] - 4000)
    at_once = CellSums(10).update(*np.concatenate(parts, axis=1))
    merged = CellSums(10)
    for part in reversed(parts):
        merged.merge(CellSums(10).update(*part))
    np.testing.assert_array_equal(merged.keys, at_once.keys)
    np.testing.assert_allclose(merged.sums, at_once.sums, rtol=1e-9, atol=1e-6)
    assert at_once.sums[:, 0].sum() == 2500
    # A cell lies where its pairs do.
    n, x, y = at_once.sums[:, :3].T
    np.testing.assert_array_equal(at_once.index("x"), np.floor(x / n / 10))
    np.testing.assert_array_equal(at_once.index("y"), np.floor(y / n / 10))
    with pytest.raises(ValueError, match="cells of 5 G into cells of 10 G"):
        CellSums(10).merge(CellSums(5))


def test_without_a_line_there_is_none() -> None:
    constant = Regression([CellSums(10).update(np.ones(40), np.arange(40.0))], 5.0)
    for reading in (DEFAULT, PAPER, Reading("orthogonal", "inverse", "both", 1)):
        assert constant.estimate(reading).b is None


@pytest.mark.parametrize(("resolution", "factor"), [("native", 1), ("block", 4), ("matched", None)])
def test_the_targets_noise_at_each_resolution(resolution: str, factor: int | None) -> None:
    grid = Grid(target_size=512)
    compared = Pairs(grid, "mdi", 0.9, [resolution])
    noise = np.random.default_rng(4).normal(0, 5, (512, 512)).astype(np.float32)
    ((name, x, _),) = compared(noise, np.zeros((128, 128), np.float32), AU_METRES)
    assert name == resolution
    assert compared.noise(resolution, 5.0) == pytest.approx(np.std(x), rel=0.03)
    assert factor is None or compared.noise(resolution, 5.0) == 5.0 / factor


BLOCKS = {"days": 27.2753, "fewest": 3, "tile": 32}


def test_frames_of_a_rotation_are_one_block() -> None:
    days = ("2016-07-01", "2016-07-20", "2016-08-10", "2016-10-01")
    found = Blocks([f"{day}T06:00:00.000" for day in days], BlockSettings(**BLOCKS))
    assert not found.tiled
    assert found.rotations == 3
    keys = [key for frame in range(4) for key, _ in found.parts(frame, (128, 128), 1)]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
    assert found.described(3) == {"over": "rotations", "blocks": 3, "days": 27.2753, "rotations": 3}


def test_of_few_rotations_tiles_are_blocks_through_all_frames() -> None:
    found = Blocks(["2016-07-01T06:00:00.000", "2016-10-01T06:00:00.000"], BlockSettings(**BLOCKS))
    assert found.tiled
    for scale in (1, 4):
        shape = (128 * scale, 128 * scale)
        covered = np.zeros(shape, int)
        parts = [list(found.parts(frame, shape, scale)) for frame in (0, 1)]
        assert [key for key, _ in parts[0]] == [key for key, _ in parts[1]]
        for _, where in parts[0]:
            covered[where] += 1
        assert (covered == 1).all()
        assert len(parts[0]) == 16


def test_the_jackknife_is_the_scatter_of_what_is_left() -> None:
    values = np.array([1.0, 2.0, 4.0, 5.0])
    mean = [values[values != value].mean() for value in values]
    assert jackknife(np.array(mean)) == pytest.approx(values.std(ddof=1) / 2)
    assert jackknife(values[:1]) is None
    assert jackknife(np.array([1.0, np.nan])) is None


SETTINGS = {"within_radius": 0.9, "blocks": BLOCKS, "line": {"resolution": "block"}}
GAINS = {"2016-07": 1.2, "2016-10": 1.4, "2017-01": 1.6}


def write_suns(folder, gains: dict[str, float], days: range) -> tuple[list, str]:
    """A Sun a month with a gain of its own, the same frame on each of some days."""
    manifests = []
    for seed, (month, gain) in enumerate(gains.items()):
        frame = sun(seed, gain=gain)
        stamps = [f"{month.replace('-', '')}{day:02}_060000_TAI" for day in days]
        manifests.append(write_aligned(folder, "mdi-hmi", month, dict.fromkeys(stamps, frame)))
    return manifests, write_split(folder / "split.csv", "mdi-hmi", dict.fromkeys(gains, "train"))


def run(folder, gains: dict[str, float], days: range, **changed) -> dict:
    manifests, split = write_suns(folder, gains, days)
    section = SETTINGS | {"line": SETTINGS["line"] | changed}
    settings = json.dumps({"calibration": section, "grid": GRID_SETTINGS})
    command("mdi-hmi", "mdi", manifests, split, settings, folder / "line.json")
    return json.loads((folder / "line.json").read_text())


def test_the_error_is_how_suns_differ_and_copies_of_one_do_not_shrink_it(tmp_path) -> None:
    once, often = (
        run(tmp_path / str(len(days)), GAINS, days) for days in (range(1, 2), range(1, 5))
    )
    for content in (once, often):
        assert content["jackknife"]["over"] == "rotations"
        assert content["jackknife"]["blocks"] == 3
        assert content["line"]["b"] == pytest.approx(1.4, abs=0.1)
        # Three gains 0.2 apart: 0.2 / sqrt(3) for Suns of equal weight.
        assert 0.08 < content["line"]["b_error"] < 0.25
    assert often["line"]["b_error"] == pytest.approx(once["line"]["b_error"], rel=0.05)
    alone = run(tmp_path / "alone", {"2016-07": 1.4}, range(1, 5))
    assert alone["jackknife"]["over"] == "tiles"
    assert 0 < alone["line"]["b_error"] < 0.02


def test_the_stage_writes_the_line_and_every_other_reading(tmp_path) -> None:
    content = run(tmp_path, {"2016-07": 1.4}, range(1, 3))
    assert content["product"] == "line of the method matched"
    assert content["simulated"] is True
    assert content["frames"] == 2
    found = content["line"]
    # Inputs of `sun` are block means times 1.4.
    assert found["b"] == pytest.approx(1.4, rel=0.01)
    assert abs(found["a"]) < 4 * found["a_error"]
    assert found["n"] <= found["effective"] + 1 <= 2 * np.count_nonzero(GRID.radius("input") < 0.9)
    readings = [(r["estimator"], r["weighting"], r["bins"]) for r in content["readings"][1:]]
    assert readings == list(
        product(
            ("least-squares", "noise-corrected", "orthogonal"),
            ("inverse", "fraction", "uniform"),
            ("input", "target", "both"),
        )
    )
    assert found in content["readings"]
    read = read_line(tmp_path / "line.json")
    assert (read.a, read.b) == (found["a"], found["b"])
    method = load({"kind": "matched"}, GRID, Sources(line=tmp_path / "line.json"))
    field, target = sun(0)
    error = method.predict(field) - target
    assert np.abs(np.nanmean(error)) < 0.5


def test_the_papers_reading_by_its_name_is_the_baselines_slope(tmp_path) -> None:
    paper = {
        "resolution": "native", "estimator": "least-squares", "weighting": "inverse",
        "bins": "input", "fewest": 1,
    }  # fmt: skip
    content = run(tmp_path, {"2016-07": 1.4}, range(1, 3), **paper)
    settings = Calibration(
        weighting="inverse", resolution="native", bin_width=10, within_radius=0.9,
        blocks=BlockSettings(**BLOCKS),
    )  # fmt: skip
    calibrate(
        "mdi-hmi", "mdi", [tmp_path / "2016-07.json"], tmp_path / "split.csv", settings, GRID,
        tmp_path / "c.json",
    )  # fmt: skip
    assert content["line"]["b"] == pytest.approx(read_baseline(tmp_path / "c.json"), rel=1e-9)
    assert content["readings"][0] == content["line"]


def test_a_gain_that_is_not_positive_is_refused(tmp_path) -> None:
    with pytest.raises(OneSunError, match=r"gives b = -1\.\d.*expected a gain above 0"):
        run(tmp_path, {"2016-07": -1.4}, range(1, 2))
    assert not (tmp_path / "line.json").exists()


def test_a_file_that_is_no_line_is_refused(tmp_path) -> None:
    (tmp_path / "c.json").write_text('{"pair": "mdi-hmi", "baseline": {"b": 1}}')
    with pytest.raises(DamagedProductError, match=r"no line\.a and line\.b, expected a line of"):
        read_line(tmp_path / "c.json")
