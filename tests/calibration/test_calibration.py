"""Weighted regressions: each weighting from one pass, the gain put in comes back."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import ndimage

from helpers.months import GRID, GRID_SETTINGS, sun, write_aligned, write_split
from onesun import instruments
from onesun.calibration.bins import WEIGHTINGS, BinnedSums, fit
from onesun.calibration.calibrate import calibrate
from onesun.calibration.pairs import Pairs
from onesun.calibration.product import read_baseline, read_matched
from onesun.calibration.settings import Calibration
from onesun.cli.prepare import calibrate as command
from onesun.errors import ConfigError, DamagedProductError, OneSunError
from onesun.geometry.grid import AU_METRES, Grid
from onesun.geometry.psf import FWHM_PER_SIGMA, block_mean
from onesun.provenance.records import PARTS

BLOCKS = {"days": 27.2753, "fewest": 3, "tile": 32}
SETTINGS = {
    "weighting": "inverse", "resolution": "native", "bin_width": 10, "within_radius": 0.9,
    "blocks": BLOCKS,
}  # fmt: skip
TYPED = Calibration.model_validate(SETTINGS)


def pairs(seed: int, size: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    x = draw.laplace(0, 60, size)
    return x, 1.3 * x + draw.normal(4, 25, size)


def weights_of(y: np.ndarray, width: float, weighting: str) -> np.ndarray:
    """Weight of each pair, written down from the definition."""
    index = np.floor(y / width)
    _, bin_of, count = np.unique(index, return_inverse=True, return_counts=True)
    share = count[bin_of] / y.size
    return {"inverse": 1 / share, "fraction": share, "uniform": np.ones_like(share)}[weighting]


@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_binned_sums_give_the_fit_that_weighted_pairs_give(weighting: str) -> None:
    x, y = pairs(1)
    b, a = np.polyfit(x, y, 1, w=np.sqrt(weights_of(y, 20, weighting)))
    found = fit([BinnedSums(20).update(x, y)], weighting)
    assert found.a == pytest.approx(a, rel=1e-8)
    assert found.b == pytest.approx(b, rel=1e-10)
    assert found.n == x.size
    assert found.b_error is None
    weight = weights_of(y, 20, weighting)
    assert found.effective == pytest.approx(weight.sum() ** 2 / (weight**2).sum())


@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_errors_are_those_of_leaving_one_group_out(weighting: str) -> None:
    groups = [pairs(seed) for seed in range(6)]
    sums = [BinnedSums(20).update(*group) for group in groups]
    without = []
    for left_out in range(6):
        x, y = np.concatenate([g for k, g in enumerate(groups) if k != left_out], axis=1)
        weight = np.sqrt(weights_of(y, 20, weighting))
        without.append(np.polyfit(x, y, 1, w=weight))
    b_error, a_error = np.sqrt(5 * np.var(without, axis=0))
    found = fit(sums, weighting)
    assert found.a_error == pytest.approx(a_error, rel=1e-6)
    assert found.b_error == pytest.approx(b_error, rel=1e-6)


def test_sums_merge_in_any_order() -> None:
    parts = [pairs(seed, 500) for seed in range(5)]
    parts[3] = (parts[3][0] + 3000, parts[3][1] + 3000)
    at_once = BinnedSums(10).update(*np.concatenate(parts, axis=1))
    merged = BinnedSums(10)
    for x, y in reversed(parts):
        merged.merge(BinnedSums(10).update(x, y))
    assert merged.first == at_once.first
    np.testing.assert_allclose(merged.sums, at_once.sums, rtol=1e-9, atol=1e-6)


def test_bins_of_other_widths_do_not_merge() -> None:
    with pytest.raises(ValueError, match=r"bins of 5 G into bins of 10 G"):
        BinnedSums(10).merge(BinnedSums(5))


def test_nothing_to_fit_is_none() -> None:
    assert fit([BinnedSums(10)], "inverse").b is None
    constant = fit([BinnedSums(10).update(np.ones(9), np.arange(9.0))], "uniform")
    assert (constant.a, constant.b, constant.n) == (None, None, 9)


def near_centre(seed: int, gain: float) -> tuple[np.ndarray, np.ndarray, Grid]:
    """Active regions at the disk centre at HMI's scale, as MDI would see them; no code shared
    with onesun.geometry.psf.matched."""
    grid = Grid(target_size=512)
    draw = np.random.default_rng(seed)
    y, x = np.indices((512, 512)) - 255.5
    target = np.zeros((512, 512))
    for _ in range(60):
        strength, width = draw.choice([-1, 1]) * draw.uniform(100, 1500), draw.uniform(1.5, 5)
        cy, cx = draw.uniform(-150, 150, 2)
        target += strength * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * width**2))
    sigma = instruments.load("mdi").optics.fwhm / FWHM_PER_SIGMA / grid.target_scale
    seen = block_mean(ndimage.gaussian_filter(target, sigma), 4)
    field = 2 + gain * seen + draw.normal(0, 16, seen.shape)
    return field.astype(np.float32), target.astype(np.float32), grid


@pytest.mark.parametrize("gain", [1.4, 0.9])
def test_the_matched_slope_is_the_gain_put_in(gain: float) -> None:
    sums = {resolution: BinnedSums(10) for resolution in ("native", "block", "matched")}
    for seed in range(3):
        field, target, grid = near_centre(seed, gain)
        for resolution, x, y in Pairs(grid, "mdi", 0.9)(target, field, AU_METRES):
            sums[resolution].update(x, y)
    matched = fit([sums["matched"]], "uniform")
    assert matched.b == pytest.approx(gain, rel=0.01)
    assert matched.a == pytest.approx(2, abs=0.5)
    assert fit([sums["matched"]], "inverse").b == pytest.approx(gain, rel=0.01)
    # Blur alone takes several per cent off, which is why resolutions are told apart.
    assert fit([sums["native"]], "uniform").b < 0.95 * gain


def test_missing_pixels_are_left_out_at_every_resolution() -> None:
    field, target = sun(1)
    whole = {name: x.size for name, x, _ in Pairs(GRID, "mdi", 0.9)(target, field, AU_METRES)}
    field[60, 60] = np.nan
    target[200:204, 240:244] = np.nan
    found = {name: x for name, x, _ in Pairs(GRID, "mdi", 0.9)(target, field, AU_METRES)}
    assert {name: whole[name] - x.size for name, x in found.items()} == {
        "native": 32, "block": 2, "matched": 2,
    }  # fmt: skip
    assert all(np.isfinite(x).all() for x in found.values())


@pytest.fixture
def month(tmp_path):
    frames = {f"2016070{k}_060000_TAI": sun(k) for k in (1, 2, 3)}
    manifest = write_aligned(tmp_path, "mdi-hmi", "2016-07", frames)
    return manifest, write_split(tmp_path / "split.csv", "mdi-hmi", {"2016-07": "train"})


def test_the_stage_writes_every_fit_and_the_chosen_one(month, tmp_path) -> None:
    manifest, split = month
    out = tmp_path / "mdi-hmi.json"
    settings = json.dumps({"calibration": SETTINGS, "grid": GRID_SETTINGS})
    command("mdi-hmi", "mdi", [manifest], split, settings, out)
    content = json.loads(out.read_text())
    assert content["simulated"] is True
    assert content["months"] == ["2016-07"]
    assert content["frames"] == 3
    assert set(content["fits"]) == {"native", "block", "matched"}
    # Inputs of `sun` are block means times 1.4.
    block = content["fits"]["block"]["uniform"]
    assert block["b"] == pytest.approx(1.4, rel=0.01)
    assert 0 < block["b_error"] < 0.02
    # One Sun: three days of it are one rotation, so that tiles of the disk are left out.
    assert content["jackknife"] == {"over": "tiles", "blocks": 16, "tile": 32, "rotations": 1}
    assert block["n"] == 3 * np.count_nonzero(GRID.radius("input") <= 0.9)
    chosen = content["fits"]["native"]["inverse"]
    assert content["baseline"]["b"] == chosen["b"]
    assert read_baseline(out) == chosen["b"]
    matched = content["fits"]["matched"]["uniform"]
    assert (read_matched(out).a, read_matched(out).b) == (matched["a"], matched["b"])


def test_the_rule_knows_what_is_read_of_the_record(month, tmp_path, record_reads) -> None:
    manifest, split = month
    calibrate("mdi-hmi", "mdi", [manifest], split, TYPED, GRID, tmp_path / "c.json")
    assert record_reads == set(PARTS["calibrate"])


def test_only_frames_within_the_split_are_used(month, tmp_path) -> None:
    manifest, _ = month
    split = write_split(tmp_path / "s.csv", "mdi-hmi", {"2016-07": "train"}, buffer="2016-07-03")
    out = tmp_path / "c.json"
    calibrate("mdi-hmi", "mdi", [manifest], split, TYPED, GRID, out)
    assert json.loads(out.read_text())["frames"] == 2


def test_a_test_month_is_refused(month, tmp_path) -> None:
    manifest, _ = month
    split = write_split(tmp_path / "s.csv", "mdi-hmi", {"2016-07": "test"})
    with pytest.raises(ConfigError, match="2016-07 is a test month of mdi-hmi"):
        calibrate("mdi-hmi", "mdi", [manifest], split, TYPED, GRID, tmp_path / "c.json")
    assert not (tmp_path / "c.json").exists()


def test_a_month_given_twice_is_refused(month, tmp_path) -> None:
    manifest, split = month
    with pytest.raises(ConfigError, match="expected each month once"):
        calibrate(
            "mdi-hmi",
            "mdi",
            [manifest] * 2,
            split,
            Calibration(**SETTINGS),
            GRID,
            tmp_path / "c.json",
        )


def test_a_split_that_leaves_no_frame_is_refused(month, tmp_path) -> None:
    manifest, _ = month
    split = write_split(tmp_path / "s.csv", "mdi-hmi", {"2016-07": "train"}, buffer="2016-07-01")
    split.write_text(split.read_text().replace("2016-07-01,2016-07-01", "2016-06-01,2016-06-05"))
    with pytest.raises(ConfigError, match="no frame of 2016-07"):
        calibrate("mdi-hmi", "mdi", [manifest], split, TYPED, GRID, tmp_path / "c.json")


def test_another_instrument_than_the_frames_is_refused(month, tmp_path) -> None:
    manifest, _ = month
    split = write_split(tmp_path / "s.csv", "mdi-hmi", {"2016-07": "train"})
    with pytest.raises(ConfigError, match="--input-instrument: gong found, expected mdi, whose"):
        calibrate("mdi-hmi", "gong", [manifest], split, TYPED, GRID, tmp_path / "c.json")


def test_a_gain_that_is_not_positive_is_refused(tmp_path) -> None:
    field, target = sun(1)
    manifest = write_aligned(tmp_path, "p", "2016-07", {"20160701_060000_TAI": (-field, target)})
    split = write_split(tmp_path / "s.csv", "p", {"2016-07": "train"})
    with pytest.raises(OneSunError, match=r"gives b = -\d.*expected a gain above 0"):
        calibrate("p", "mdi", [manifest], split, TYPED, GRID, tmp_path / "c.json")


def test_a_file_that_is_no_calibration_is_refused(tmp_path) -> None:
    (tmp_path / "c.json").write_text('{"baseline": {"a": 1}}')
    with pytest.raises(DamagedProductError, match="expected a calibration"):
        read_baseline(tmp_path / "c.json")
    with pytest.raises(DamagedProductError, match=r"no fits\.matched\.uniform\.a and"):
        read_matched(tmp_path / "c.json")
