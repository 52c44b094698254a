"""Analyses beside the paper's tables: sums by tile, null test, calibration map, continuity."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from helpers.months import GRID, GRID_SETTINGS, sun, write_aligned, write_split
from helpers.small_sun import START, SmallSun
from onesun import config, instruments
from onesun.analyses import intervals, product, tiles
from onesun.analyses.calibration_month import CalibrationSums
from onesun.analyses.changes import changes, detectable_step
from onesun.analyses.continuity_month import SUMS, Fluxes, centre_noise
from onesun.analyses.continuity_results import of_area, ratio
from onesun.analyses.degrade import degraded, on_grid
from onesun.analyses.regions import REGIONS, regions
from onesun.analyses.repeated import partners, turned_back
from onesun.cli.app import app
from onesun.errors import ConfigError, DamagedProductError
from onesun.geometry import psf
from onesun.geometry.flux import flux_per_gauss
from onesun.geometry.grid import AU_METRES
from onesun.io.files import write_json
from onesun.metrics import bootstrap
from onesun.metrics.tiled import Tiling
from onesun.metrics.units import make_units
from onesun.products.aligned import AlignedFrame
from onesun.reading.times import shifted

DAY = "20160707"
PAIR, MONTHS = "mdi-hmi", ("2011-12", "2016-07")
BOOTSTRAP = {
    "resamples": 200, "confidence": 0.95, "seed": 1, "tile": 128, "days": 27,
    "fewest_rotations": 10,
}  # fmt: skip
TILE = 128  # target pixels; 16 tiles
EDGES = {
    "mu_edges": [0.3, 0.6, 0.8, 1],
    "field_edges": [0, 50, 200, 5000],
    "velocity_edges": [-4000, 0, 4000],
}
CONTINUITY = {"within_radius": 0.9, "active": 30, "smoothing": 8, "pole": 55}
ANALYSES = {
    "tile": TILE,
    "null_test": {"field_edges": [0, 30, 300], "lags": [12, 96]},
    "calibration": EDGES | {"fewest": 20},
    "continuity": CONTINUITY,
}
SETTINGS = {"analyses": ANALYSES, "grid": GRID_SETTINGS, "table1": {
    "columns": [], "rows": [{"name": "all"}], "bootstrap": BOOTSTRAP}, "figures": {}}  # fmt: skip


def frame(time: str = "2016-07-07T00:00:00.000", **more) -> AlignedFrame:
    values = {
        "stamp": "20160707_000000_TAI", "time": time, "input_time": time, "interval": 300.0,
        "input_file": "", "target_file": "", "b0": 3.0, "l0": 100.0, "dsun": AU_METRES,
        "input_dsun": AU_METRES, "observer_velocity": 500.0, "simulated": True,
    }  # fmt: skip
    return AlignedFrame(**(values | more))


# Sums by tile.


def test_pair_sums_add_up_to_the_same_regression_as_all_pixels() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(0, 50, 4000)
    y = 3 + 1.4 * x + rng.normal(0, 10, x.size)
    tile, bins = rng.integers(0, 6, x.size), np.where(x > 0, 1, 0)
    bins[:100] = -1
    sums = tiles.pair_sums(x, y, tile, bins, (6, 2))
    assert sums.shape == (6, 2, 6)
    used = bins >= 0
    total = sums.sum(axis=(0, 1))
    fit = stats.linregress(x[used], y[used])
    assert intervals.slope(total) == pytest.approx(fit.slope)
    assert intervals.offset(total) == pytest.approx(fit.intercept)
    assert bootstrap.correlation(total) == pytest.approx(fit.rvalue)
    assert intervals.rmse(total) == pytest.approx(np.sqrt(np.mean((y - x)[used] ** 2)))
    assert intervals.ratio(total) == pytest.approx((x * y)[used].sum() / (x * x)[used].sum())
    assert sums[2, 1, 0] == np.count_nonzero((tile == 2) & (bins == 1))


def test_an_edge_belongs_to_the_bin_that_it_begins() -> None:
    values = np.array([-1, 0, 9.9, 10, 20, 25])
    assert tiles.bin_numbers(values, [0, 10, 20], open_end=False).tolist() == [-1, 0, 0, 1, 1, -1]
    assert tiles.bin_numbers(values, [0, 10, 20], open_end=True).tolist() == [-1, 0, 0, 1, 2, 2]


def test_sums_are_kept_by_day() -> None:
    sums = tiles.DailySums()
    for day, size in (("20111217", 1), ("20111218", 2), ("20111217", 3)):
        sums.add("x", day, np.full((4, 6), size))
    found = sums.of("x", ["20111216", "20111217", "20111218"])
    assert found[:, 0, 0].tolist() == [0, 4, 2]
    assert sums.names == ["x"]


def test_units_are_tiles_of_few_months_and_rotations_of_many() -> None:
    tiling = {"tiling": {"side": 512, "size": TILE, "limb": 238.0}}

    def months(count: int) -> list[product.AnalysedMonth]:
        names = [f"2010-{number:02}" for number in range(1, count + 1)]
        days = [[f"{name.replace('-', '')}15"] for name in names]
        return [
            month_of(month=name, days=own, settings=tiling)
            for name, own in zip(names, days, strict=True)
        ]

    few = intervals.units_of(months(2), BOOTSTRAP)
    assert len(few.places) == 2 * 16
    table = np.ones((1, 16, 3, 6))
    assert intervals.sums_of([table] * 2, few).shape == (32, 3, 6)
    many = intervals.units_of(months(10), BOOTSTRAP)
    assert (intervals.sums_of([table] * 10, many) == 16).all()
    assert len(many.places) == 10


def test_an_interval_holds_a_slope_that_varies_from_tile_to_tile() -> None:
    rng = np.random.default_rng(3)
    days = [f"2010{month:02}15" for month in range(1, 5)]
    tiling = Tiling(512, TILE, 238.0)
    units = make_units(days, tiling, BOOTSTRAP)
    held = 0
    for _ in range(40):
        slopes = 1.4 + rng.normal(0, 0.1, 64)
        x = rng.normal(0, 50, (64, 30))
        y = slopes[:, None] * x
        tile = np.repeat(np.arange(64), 30)
        sums = tiles.pair_sums(x.ravel(), y.ravel(), tile, np.zeros(tile.size, int), (64, 1))
        by_unit = intervals.sums_of([sums.reshape(4, 16, 1, 6)], units)[:, 0]
        share = bootstrap.variation(by_unit)
        value, _ = intervals.with_interval(intervals.slope, by_unit, share, units, BOOTSTRAP)
        held += value.low <= 1.4 <= value.high
    assert 34 <= held <= 40


# Products.


def month_of(**more) -> product.AnalysedMonth:
    values = {
        "analysis": "trial", "pair": PAIR, "method": None, "month": "2011-12", "set": "test",
        "simulated": True, "days": ["20111217"], "frames": [{"stamp": "a"}],
        "settings": {"tile": 4}, "arrays": {"sums": np.arange(6.0)}, "labels": {"sums": ["x"]},
    }  # fmt: skip
    return product.AnalysedMonth(**(values | more))


def test_a_month_comes_back_as_it_was_written(tmp_path) -> None:
    product.write(tmp_path / "a.npz", month_of())
    found = product.read(tmp_path / "a.json", "trial")
    np.testing.assert_array_equal(found.arrays["sums"], np.arange(6.0))
    assert replace(found, arrays={}) == replace(month_of(), arrays={})


def test_months_that_do_not_fit_are_refused(tmp_path) -> None:
    one, two, three = (tmp_path / f"{name}.npz" for name in "abc")
    product.write(one, month_of())
    product.write(two, month_of(month="2016-07", settings={"tile": 8}))
    product.write(three, month_of())
    paths = [path.with_suffix(".json") for path in (one, two, three)]
    with pytest.raises(ConfigError, match="other settings"):
        product.read_months(paths[:2], "trial", PAIR)
    with pytest.raises(ConfigError, match="2011-12, which another file holds"):
        product.read_months([paths[0], paths[2]], "trial", PAIR)
    with pytest.raises(ConfigError, match="of pair mdi-hmi, expected gong-hmi"):
        product.read_months(paths[:1], "trial", "gong-hmi")
    with pytest.raises(DamagedProductError, match="no manifest of analysis: other"):
        product.read(paths[0], "other")


# The null test.


@pytest.fixture(scope="module")
def waves() -> SmallSun:
    return SmallSun(waves=40, shortest=0.1)


def target_at(waves: SmallSun, seconds: float) -> tuple[AlignedFrame, np.ndarray]:
    time = shifted(START, seconds)
    # The Earth goes round the Sun by a degree a day.
    about = frame(time.isot, l0=100.0 - 13.2 * seconds / 86400)
    return about, waves.on_grid(GRID, "target", on_grid(GRID, about), time)


def test_a_degraded_target_has_the_gain_the_blur_and_the_noise_of_the_record(waves) -> None:
    about, target = target_at(waves, 0)
    record = instruments.load("mdi")
    found = degraded(target, about, record, GRID, np.random.default_rng(1))
    seen = psf.matched(target, GRID, fwhm=3.0, pixel=1.9838, dsun=AU_METRES)
    inner = GRID.radius("input") < 0.8
    fit = stats.linregress(seen[inner], found["optics"][inner])
    assert fit.slope == pytest.approx(record.response.gain, rel=0.01)
    assert fit.rvalue > 0.999
    noise = (found["noise"] - found["optics"])[GRID.radius("input") < 0.5]
    # 10 G at the disk centre, averaged over the 8 x 8 raw pixels of a pixel of this grid.
    assert np.std(noise) == pytest.approx(10 / 8, rel=0.2)
    assert np.isnan(found["noise"][GRID.radius("input") >= 1]).all()


def test_the_noise_is_that_of_the_integration_time(waves) -> None:
    about, target = target_at(waves, 0)
    noises = []
    for interval in (300.0, 30.0):
        rng = np.random.default_rng(1)
        found = degraded(
            target, replace(about, interval=interval), instruments.load("mdi"), GRID, rng
        )
        noises.append(np.nanstd(found["noise"] - found["optics"]))
    assert noises[1] / noises[0] == pytest.approx(1.9, rel=0.02)


def test_a_later_target_is_turned_back_by_differential_rotation(waves) -> None:
    (first, before), (later, after) = (target_at(waves, seconds) for seconds in (0, 5760))
    back = turned_back(after, first, later, GRID)
    inner = GRID.radius("target") < 0.8
    assert np.std((after - before)[inner]) > 10
    assert np.nanstd((back - before)[inner]) < 1
    assert np.isnan(back[GRID.radius("target") >= 1]).all()


def test_partners_are_within_half_a_cadence_of_a_lag() -> None:
    times = ["00:00:00", "00:12:05", "01:36:00", "03:12:00"]
    frames = [frame(f"2016-07-07T{time}.000", stamp=time) for time in times]
    found = partners(frames[0], frames, [12, 24, 96], 720)
    assert {lag: each.stamp for lag, each in found.items()} == {
        "lag 12": "00:12:05", "lag 96": "01:36:00",
    }  # fmt: skip
    assert partners(frames[3], frames, [12, 96], 720) == {}


# The calibration map.


def calibrated(target: np.ndarray, field_of) -> tuple[CalibrationSums, np.ndarray]:
    record = instruments.load("mdi")
    seen = psf.matched(
        target, GRID, fwhm=record.optics.fwhm, pixel=record.detector.plate_scale, dsun=AU_METRES
    )
    sums = CalibrationSums(GRID, TILE, EDGES, record)
    sums.update(
        DAY, target, field_of(seen), dsun=AU_METRES, input_dsun=AU_METRES,
        of_frame={"velocity": "0 to 4000", "interval": "300"},
    )  # fmt: skip
    return sums, seen


def test_a_line_at_matched_resolution_is_found_in_every_bin() -> None:
    _, target = sun(5)
    sums, _ = calibrated(target, lambda seen: 2 + 1.4 * seen)
    for name, array in sums.arrays([DAY]).items():
        total = array.sum(axis=(0, 1))
        known = total[:, 0] > 50
        np.testing.assert_allclose(intervals.slope(total)[known], 1.4, rtol=1e-4, err_msg=name)
        np.testing.assert_allclose(intervals.offset(total)[known], 2, atol=0.01, err_msg=name)
    arrays = sums.arrays([DAY])
    assert arrays["interval"].sum() == pytest.approx(arrays["mu"].sum())
    assert sums.labels() == {"velocity": ["0 to 4000"], "interval": ["300"], "site": []}


def test_polarities_are_told_apart() -> None:
    _, target = sun(5)
    sums, _ = calibrated(target, lambda seen: np.where(seen > 0, 1.5, 1.3) * seen)
    arrays = {name: array.sum(axis=(0, 1)) for name, array in sums.arrays([DAY]).items()}
    assert intervals.ratio(arrays["positive"])[1:3] == pytest.approx(1.5)
    assert intervals.ratio(arrays["negative"])[1:3] == pytest.approx(1.3)


def test_noise_of_the_input_does_not_bend_the_slope_by_field() -> None:
    _, target = sun(5)
    rng = np.random.default_rng(2)
    sums, seen = calibrated(target, lambda seen: 1.4 * seen + rng.normal(0, 20, seen.shape))
    arrays = sums.arrays([DAY])
    total = (arrays["positive"] + arrays["negative"]).sum(axis=(0, 1))
    strong = np.count_nonzero(np.abs(seen[GRID.radius("input") < 0.9]) > 50)
    assert strong > 100
    assert intervals.ratio(total)[1] == pytest.approx(1.4, abs=0.03)


# Continuity of flux.


def test_active_regions_and_poles_are_found_in_the_target() -> None:
    target = np.zeros((512, 512), np.float32)
    target[250:290, 250:290] = 500
    target[:, :8] = np.nan
    target[300:302, 300:302] = np.nan
    found = regions(target, GRID, 0.0, AU_METRES, CONTINUITY)
    assert found[270, 270] == REGIONS.index("active")
    assert found[256, 180] == REGIONS.index("quiet")
    limb = GRID.limb_radius("target")
    assert found[256 + int(0.86 * limb), 256] == REGIONS.index("poles")
    assert found[256 - int(0.86 * limb), 256] == REGIONS.index("poles")
    assert found[256 + int(0.78 * limb), 256] == REGIONS.index("quiet")
    assert found[301, 301] == -1
    assert (found[GRID.radius("target") > 0.9] == -1).all()
    tilted = regions(target, GRID, 7.0, AU_METRES, CONTINUITY)
    north, south = (
        tilted[half] == REGIONS.index("poles") for half in (slice(256, 512), slice(256))
    )
    assert north.sum() > 1.5 * south.sum()


def fluxes(output_of, sigma: float = 5.0, growth: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    _, target = sun(7)
    measured = Fluxes(GRID, TILE, CONTINUITY, sigma, growth)
    return measured.of(target, output_of(target), frame()), target


def test_fluxes_are_those_of_equation_2() -> None:
    sums, target = fluxes(lambda target: 0.5 * target)
    total = dict(zip(SUMS, sums.sum(axis=(0, 1)), strict=True))
    inside = np.isfinite(target) & (GRID.radius("target") <= np.float64(0.9))
    radius = GRID.radius("target")[inside].astype(float)
    weight = flux_per_gauss(radius, GRID.limb_radius("target"), AU_METRES)
    assert total["pixels"] == np.count_nonzero(inside)
    assert total["target"] == pytest.approx((weight * np.abs(target[inside])).sum(), rel=1e-6)
    assert total["target_net"] == pytest.approx((weight * target[inside]).sum(), rel=1e-4)
    assert ratio(of_area(sums.sum(axis=0), "disk"), "unsigned") == pytest.approx(0.5)


def test_an_output_without_field_has_the_flux_of_the_noise_alone() -> None:
    sums, _ = fluxes(np.zeros_like)
    total = dict(zip(SUMS, sums.sum(axis=(0, 1)), strict=True))
    assert total["output"] == 0
    assert total["with_noise"] == pytest.approx(total["noise"])
    assert total["noise"] > 0


def test_the_expected_noise_makes_a_quiet_series_join() -> None:
    """Without its noise a perfect output looks as if flux were lost; with it, series join."""
    rng = np.random.default_rng(4)
    _, target = sun(7)
    clean = target - rng.normal(0, 5, target.shape).astype(np.float32)
    quiet = np.where(np.isfinite(target), 3.0 * np.sign(np.sin(np.arange(512) / 3)), np.nan)
    quiet = quiet.astype(np.float32)
    noisy = quiet + rng.normal(0, 5, quiet.shape).astype(np.float32)
    assert clean.shape == noisy.shape
    sums = Fluxes(GRID, TILE, CONTINUITY, 5.0, 0.0).of(noisy, quiet, frame()).sum(axis=0)
    disk = of_area(sums, "disk")
    assert ratio(disk, "unsigned") < 0.75
    assert ratio(disk, "with_noise") == pytest.approx(1, abs=0.01)


def test_noise_measured_over_half_the_disk_is_less_at_its_centre(tmp_path) -> None:
    path = tmp_path / "noise.json"
    settings = {"within_radius": 0.5}
    write_json(path, {"product": "noise", "pair": PAIR, "sigma": 4.0, "settings": settings})
    mu = np.sqrt(1 - np.random.default_rng(1).uniform(0, 0.25, 100_000))
    expected = 4.0 / np.mean(1 + 0.8 * (1 - mu))
    assert centre_noise(path, 0.8) == pytest.approx(expected, rel=1e-3)
    assert centre_noise(path, 0.0) == pytest.approx(4.0)


def test_a_step_between_months_is_found_where_it_is() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(100, 1, 24)
    values[15:] += 4
    found = changes(np.arange(24) / 12, values, seed=1)
    assert found.step_at == 15
    assert found.step == pytest.approx(4, abs=1)
    assert found.step_p < 0.01
    drift = changes(np.arange(24) / 12, rng.normal(100, 1, 24) + np.arange(24) / 4, seed=1)
    assert drift.trend_low < 3 < drift.trend_high
    assert drift.trend_p < 0.001


def test_noise_alone_gives_few_steps_and_trends() -> None:
    rng = np.random.default_rng(2)
    found = [changes(np.arange(8.0), rng.normal(size=8), seed=1) for _ in range(40)]
    assert sum(each.step_p < 0.05 for each in found) <= 6
    assert sum(each.trend_p < 0.05 for each in found) <= 6


def test_few_values_can_tell_nothing_and_say_so() -> None:
    assert changes(np.arange(2.0), np.array([1.0, 2.0]), seed=1) is None
    found = changes(np.arange(4.0), np.array([1.0, 1.1, 9.0, 9.1]), seed=1)
    assert found.smallest_p == (pytest.approx(1 / 12), pytest.approx(1 / 3))
    assert found.step_p == pytest.approx(1 / 3)
    assert np.isnan(found.trend_low)


def test_the_detectable_step_is_found_four_times_in_five() -> None:
    rng = np.random.default_rng(5)
    step = detectable_step(12, 2.0)
    values = rng.normal(0, 2.0, (4000, 12))
    values[:, 6:] += step
    found = stats.ttest_ind(values[:, 6:], values[:, :6], axis=1).pvalue < 0.05
    assert found.mean() == pytest.approx(0.8, abs=0.025)


# Commands, from aligned months to tables and figures.


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    """Two aligned months, of which 2011-12 tests and 2016-07 trains, and what methods need."""
    folder = tmp_path_factory.mktemp("analyses")
    for month in MONTHS:
        day = month.replace("-", "")
        frames = {f"{day}17_{clock}_TAI": sun(seed) for seed, clock in (
            (1, "060000"), (2, "073600"))}  # fmt: skip
        velocities = {stamp: -500.0 + 1000 * i for i, stamp in enumerate(frames)}
        write_aligned(folder / "aligned", PAIR, month, frames, velocities=velocities)
    write_split(folder / "split.csv", PAIR, dict(zip(MONTHS, ("test", "train"), strict=True)))
    write_json(folder / "calibration.json", {"pair": PAIR, "baseline": {"b": 1.4}})
    write_json(folder / "line.json", {"pair": PAIR, "line": {"a": 0.0, "b": 1.4}})
    noise = {"product": "noise", "pair": PAIR, "sigma": 5.0, "settings": {"within_radius": 0.5}}
    write_json(folder / "noise.json", noise)
    return folder


def call(*words: object) -> None:
    found = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert found.exit_code == 0, found.output


def of_month(folder: Path, month: str) -> list[object]:
    return [
        "--pair", PAIR, "--month", month, "--aligned", folder / "aligned" / f"{month}.json",
        "--split", folder / "split.csv",
    ]  # fmt: skip


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def settings(**more) -> str:
    return json.dumps(SETTINGS | more)


def test_the_calibration_map_from_aligned_months(run, tmp_path) -> None:
    manifests = []
    for month in MONTHS:
        out = tmp_path / f"{month}.npz"
        call("analyse-calibration", "measure", *of_month(run, month),
             "--settings", settings(), "--out", out)  # fmt: skip
        manifests.append(out.with_suffix(".json"))
    call("analyse-calibration", "show", *manifests, "--pair", PAIR, "--settings", settings(),
         "--out", tmp_path / "table.csv", "--figure", tmp_path / "figure.png")  # fmt: skip
    rows = rows_of(tmp_path / "table.csv")
    found = {(row["by"], row["bin"]): row for row in rows}
    whole = found["all", "all"]
    assert float(whole["slope_low"]) < float(whole["slope"]) < float(whole["slope_high"])
    assert {row["bin"] for row in rows if row["by"] == "month"} == set(MONTHS)
    assert {row["bin"] for row in rows if row["by"] == "velocity"} == {"-4000 to 0", "0 to 4000"}
    assert int(found["month", "2011-12"]["pixels"]) * 2 == int(whole["pixels"])
    assert found["field", "≥ 5000"]["slope"] == ""
    page = (tmp_path / "table.md").read_text("utf-8")
    assert "fewer than 20 pixels, or pixels in fewer than 6 blocks" in page
    assert "simulated MDI/GONG from real HMI" in page
    assert (tmp_path / "figure.png").stat().st_size > 10_000


def test_the_null_test_from_aligned_months(run, tmp_path) -> None:
    back, itself = tmp_path / "back.npz", tmp_path / "itself.npz"
    bicubic = settings(method={"kind": "bicubic"})
    call("analyse-null", "restored", *of_month(run, "2011-12"), "--method", "bicubic",
         "--calibration", run / "calibration.json", "--settings", bicubic,
         "--out", back)  # fmt: skip
    call("analyse-null", "repeated", *of_month(run, "2011-12"),
         "--settings", settings(), "--out", itself)  # fmt: skip
    call("analyse-null", "show", back.with_suffix(".json"), itself.with_suffix(".json"),
         "--pair", PAIR, "--settings", settings(),
         "--out", tmp_path / "table.csv", "--figure", tmp_path / "figure.png")  # fmt: skip
    rows = rows_of(tmp_path / "table.csv")
    whole = {row["kind"]: row for row in rows if not row["field_low_gauss"]}
    assert set(whole) == {"reading", "lag 96", "optics", "noise", "observed"}
    assert (whole["reading"]["frames"], whole["lag 96"]["frames"]) == ("2", "1")
    # Two readings with the record's 4.7 G each, which grow to the limb.
    assert 1.41 * 4.7 < float(whole["reading"]["rmse_gauss"]) < 1.41 * 4.7 * 1.3
    assert float(whole["optics"]["correlation"]) >= float(whole["noise"]["correlation"])
    page = (tmp_path / "table.md").read_text("utf-8")
    assert "No frame has a partner 12 minutes later." in page
    assert (tmp_path / "figure.png").stat().st_size > 10_000


def test_continuity_from_aligned_months(run, tmp_path) -> None:
    manifests = []
    for month in MONTHS:
        out = tmp_path / f"{month}.npz"
        call("analyse-continuity", "measure", *of_month(run, month), "--method", "matched",
             "--line", run / "line.json", "--noise", run / "noise.json",
             "--settings", settings(method={"kind": "matched"}), "--out", out)  # fmt: skip
        manifests.append(out.with_suffix(".json"))
    call("analyse-continuity", "show", *manifests, "--pair", PAIR, "--settings", settings(),
         "--out", tmp_path / "table.csv", "--figure", tmp_path / "figure.png")  # fmt: skip
    rows = rows_of(tmp_path / "table.csv")
    assert len(rows) == 4 * (len(MONTHS) + 1)
    by_place = {(row["region"], row["month"]): row for row in rows}
    disk = by_place["disk", "all"]
    assert float(disk["unsigned_low"]) < float(disk["unsigned"]) < float(disk["unsigned_high"])
    parts = [float(by_place[name, "2011-12"]["target_unsigned_mx"]) for name in REGIONS]
    whole = float(by_place["disk", "2011-12"]["target_unsigned_mx"])
    assert sum(parts) == pytest.approx(whole, rel=1e-8)
    page = (tmp_path / "table.md").read_text("utf-8")
    assert "Fewer than 3 months: no test." in page
    assert "2016-07 (train)" in page


def test_settings_that_do_not_fit_are_told_in_a_sentence_each() -> None:
    shipped = config.read(Path(__file__).parents[2] / "config" / "config.yaml")
    shipped["analyses"]["tile"] = 500
    shipped["analyses"]["null_test"]["lags"] = [96, 12]
    shipped["analyses"]["continuity"]["methods"] = ["ceiling"]
    with pytest.raises(ConfigError) as found:
        config.complete(shipped)
    tile, lags, method = str(found.value).splitlines()
    assert tile.startswith("analyses.tile: found 500, expected a divisor of grid.target_size 4096")
    assert lags == "analyses.null_test.lags: found [96, 12], expected rising numbers"
    assert method.startswith('analyses.continuity.methods[0]: found "ceiling"')


def test_a_method_made_of_the_target_is_refused(run, tmp_path) -> None:
    words = [
        "analyse-continuity", "measure", *of_month(run, "2011-12"), "--method", "ceiling",
        "--noise", run / "noise.json", "--out", tmp_path / "a.npz",
        "--settings", settings(method={"kind": "ceiling"}),
    ]  # fmt: skip
    found = CliRunner().invoke(app, [str(word) for word in words])
    assert isinstance(found.exception, ConfigError)
