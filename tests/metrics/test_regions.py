"""Table 1's rows in one pass are what masks and np.corrcoef give, row by row."""

from __future__ import annotations

import numpy as np
import pytest

from onesun.errors import ConfigError, DamagedProductError, OneSunError
from onesun.geometry.grid import Grid
from onesun.metrics import cells, regions
from onesun.metrics.regions import Region, RegionMoments, RegionStatistics
from onesun.metrics.tiled import Tiling

GRID = Grid(target_size=512, target_scale=4.034184, factor=4, patch=32)
ROWS = [
    {"name": "disk", "r": [0, 1]},
    {"name": "two thirds", "r": [0, 0.6666666667]},
    {"name": "third", "r": [0, 0.3333333333]},
    {"name": "ring", "r": [0.3333333333, 0.5]},
    {"name": "outer ring", "r": [0.5, 0.75]},
    {"name": "over 10", "r": [0, 0.9], "field": [10, None]},
    {"name": "strong", "r": [0, 0.9], "field": [600, None]},
    {"name": "weak", "r": [0, 0.9], "field": [0, 600]},
    {"name": "between", "r": [0.2, 0.9], "field": [10, 600]},
    {"name": "strong, B > 0", "r": [0, 0.9], "field": [600, None], "polarity": "positive"},
    {"name": "strong, B < 0", "r": [0, 0.9], "field": [600, None], "polarity": "negative"},
    {"name": "between, B < 0", "r": [0.2, 0.9], "field": [10, 600], "polarity": "negative"},
    {"name": "B > 0", "r": [0, 1], "polarity": "positive"},
    {"name": "B < 0", "r": [0, 1], "polarity": "negative"},
]
REGIONS = [Region.from_settings(row) for row in ROWS]
TILING = Tiling.of(GRID, 64)


def frame(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A quiet disk with a few strong patches, and a noisy prediction of it; gauss, float32."""
    draw = np.random.default_rng(seed)
    shape = (GRID.target_size,) * 2
    target = draw.laplace(0, 8, shape)
    target[100:140, 200:260] += 900
    target[300:340, 260:330] -= 1400
    # Values on the bounds themselves, which are inclusive.
    target[250, 200:230] = 10
    target[251, 200:230] = -600
    target[252, 200:230] = 0  # of neither polarity
    prediction = 0.9 * target + draw.normal(0, 6, shape) + 2
    for field in (target, prediction):
        field[GRID.radius("target") >= 1] = np.nan
    return target.astype(np.float32), prediction.astype(np.float32)


def by_masks(row: dict, target: np.ndarray, prediction: np.ndarray) -> tuple[int, float, float]:
    """Count, correlation and slope, as one would write them down."""
    radius = GRID.radius("target").astype(np.float64)
    mask = np.isfinite(target) & (radius >= row["r"][0]) & (radius <= row["r"][1])
    low, high = row.get("field", (None, None))
    strength = np.abs(target)
    if low is not None:
        mask &= strength >= low
    if high is not None:
        mask &= strength <= high
    if "polarity" in row:
        mask &= (target > 0) if row["polarity"] == "positive" else (target < 0)
    x, y = target[mask].astype(np.float64), prediction[mask].astype(np.float64)
    return x.size, np.corrcoef(x, y)[0, 1], np.polyfit(x, y, 1)[0]


def check(target: np.ndarray, prediction: np.ndarray) -> None:
    for row, moments in zip(ROWS, RegionMoments(GRID, REGIONS)(target, prediction), strict=True):
        n, correlation, slope = by_masks(row, target, prediction)
        result = moments.result()
        assert result.n == n, row["name"]
        # Centring sums costs (mean / standard deviation)²: here 1e4 where one polarity is strong.
        digits = 1e-10 if "polarity" in row else 1e-12
        assert result.correlation == pytest.approx(correlation, abs=digits), row["name"]
        assert result.slope == pytest.approx(slope, rel=1e-9), row["name"]


@pytest.mark.parametrize("pixels", [1, 5000, 131072])
def test_one_pass_equals_masks(monkeypatch: pytest.MonkeyPatch, pixels: int) -> None:
    monkeypatch.setattr(cells, "_BLOCK_PIXELS", pixels)
    check(*frame())


def test_missing_target_pixels_do_not_count() -> None:
    target, prediction = frame()
    target[120:200, 150:170] = np.nan
    target[::7, 256] = np.nan
    prediction[150, 160] = np.nan  # the target has no value here either
    check(target, prediction)


def test_a_shared_bound_belongs_to_both_rows() -> None:
    radius = GRID.radius("target")
    edge = float(radius[300, 300])
    rings = [Region("inner", (0, edge)), Region("outer", (edge, 1))]
    target, prediction = frame()
    inner, outer = RegionMoments(GRID, rings)(target, prediction)
    on_edge = np.count_nonzero(radius.astype(np.float64) == edge)
    assert on_edge > 0
    assert inner.n + outer.n == np.isfinite(target).sum() + on_edge


def test_polarities_are_apart_and_share_nothing() -> None:
    """Both together correlate by their signs, even where neither alone tells anything."""
    draw = np.random.default_rng(1)
    shape = (GRID.target_size,) * 2
    sign = draw.choice([-1, 1], shape)
    target = (sign * draw.uniform(700, 800, shape)).astype(np.float32)
    prediction = (sign * draw.uniform(700, 800, shape)).astype(np.float32)
    target[GRID.radius("target") >= 1] = np.nan
    regions = [
        Region("strong", (0, 1), (600, np.inf), polarity)
        for polarity in (None, "positive", "negative")
    ]
    both, positive, negative = (
        m.result() for m in RegionMoments(GRID, regions)(target, prediction)
    )
    assert positive.n + negative.n == both.n
    assert both.correlation > 0.99
    assert abs(positive.correlation) < 0.02
    assert abs(negative.correlation) < 0.02


def test_a_region_without_pixels_is_empty() -> None:
    (moments,) = RegionMoments(GRID, [Region("none", (0, 1), (4000, np.inf))])(*frame())
    assert moments.n == 0
    assert moments.result().correlation is None


def test_a_prediction_that_lacks_values_is_refused() -> None:
    target, prediction = frame()
    prediction[256, 250:261] = np.nan
    with pytest.raises(OneSunError, match="no value in 11 pixels of the disk"):
        RegionMoments(GRID, REGIONS)(target, prediction)


def test_a_prediction_of_another_shape_is_refused() -> None:
    target, prediction = frame()
    with pytest.raises(OneSunError, match=r"prediction: \(256, 512\) pixels"):
        RegionMoments(GRID, REGIONS)(target, prediction[:256])


def test_sums_of_tiles_are_those_of_their_pixels() -> None:
    target, prediction = frame()
    target[120:200, 150:170] = np.nan
    sums = RegionMoments(GRID, REGIONS, TILING).sums(target, prediction)
    assert sums.shape == (64, len(ROWS), 6)
    for row, column in ((0, 0), (2, 3), (4, 7)):
        tile = (slice(64 * row, 64 * row + 64), slice(64 * column, 64 * column + 64))
        alone = [np.full_like(target, np.nan), prediction]
        alone[0][tile] = target[tile]
        expected = RegionMoments(GRID, REGIONS).sums(*alone)[0]
        np.testing.assert_allclose(sums[8 * row + column], expected, rtol=1e-12, atol=1e-6)
    whole = RegionMoments(GRID, REGIONS)(target, prediction)
    for found, expected in zip(regions.moments(sums), whole, strict=True):
        assert found.n == expected.n
        assert found.c_xy == pytest.approx(expected.c_xy, rel=1e-12)


def test_months_merge_to_the_same_table_in_any_order() -> None:
    sums_of = RegionMoments(GRID, REGIONS, TILING).sums
    frames = {f"2011120{day}_000000_TAI": sums_of(*frame(day)) for day in range(1, 5)}
    at_once, parts = RegionStatistics(REGIONS, TILING), []
    for stamp, sums in frames.items():
        at_once.update(stamp, sums)
        parts.append(RegionStatistics(REGIONS, TILING).update(stamp, sums))
    backwards = RegionStatistics(REGIONS, TILING)
    for part in reversed(parts):
        backwards.merge(part)
    assert backwards.content() == at_once.content()
    assert backwards.result() == at_once.result()
    assert np.array_equal(backwards.tiles.table("rows"), at_once.tiles.table("rows"))
    assert at_once.tiles.table("rows").shape == (4, TILING.count, len(ROWS), 6)


def test_frames_of_a_day_add_up_by_tile() -> None:
    sums = RegionMoments(GRID, REGIONS, TILING).sums(*frame())
    statistics = RegionStatistics(REGIONS, TILING)
    for stamp in ("20111201_000000_TAI", "20111201_013600_TAI", "20111203_000000_TAI"):
        statistics.update(stamp, sums)
    assert np.array_equal(statistics.tiles.table("rows"), [2 * sums, sums])


def test_statistics_survive_json() -> None:
    sums = RegionMoments(GRID, REGIONS, TILING).sums(*frame())
    statistics = RegionStatistics(REGIONS, TILING).update("20111201_000000_TAI", sums)
    again = RegionStatistics.kept(statistics.content(), statistics.arrays())
    assert (again.regions, again.tiling) == (REGIONS, TILING)
    assert again.content() == statistics.content()
    assert np.array_equal(again.tiles.table("rows"), statistics.tiles.table("rows"))


def test_a_frame_counts_once() -> None:
    statistics = RegionStatistics(REGIONS, TILING)
    statistics.update("20111217_060000_TAI", np.zeros((TILING.count, len(REGIONS), 6)))
    with pytest.raises(DamagedProductError, match="20111217_060000_TAI: counted twice"):
        statistics.merge(statistics)


def test_statistics_of_other_rows_do_not_merge() -> None:
    with pytest.raises(ConfigError, match="different rows"):
        RegionStatistics([Region("a")], TILING).merge(RegionStatistics([Region("b")], TILING))
    with pytest.raises(ConfigError, match="different tiles"):
        RegionStatistics(REGIONS, TILING).merge(RegionStatistics(REGIONS, Tiling.of(GRID, 128)))


def test_a_row_whose_bounds_fall_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"row 'x': field from 600\.0 to 10\.0"):
        Region.from_settings({"name": "x", "field": [600, 10]})
