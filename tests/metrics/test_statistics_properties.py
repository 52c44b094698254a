"""Any frames, cut into any batches, merged in any order: the same bits, and what NumPy gives.

Frames lack values at the limb, in whole patches and here and there, or everywhere.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers.measured import DSUN, SETTINGS, gradient
from onesun.geometry.flux import flux_per_gauss
from onesun.geometry.grid import Grid
from onesun.metrics.measures import Measures
from onesun.metrics.regions import Region, RegionMoments, RegionStatistics
from onesun.metrics.tiled import Tiling

GRID = Grid(target_size=64, target_scale=33.0, factor=4, patch=8)
RADIUS = GRID.radius("target").astype(np.float64)
WITHIN = RADIUS <= 0.9
OWN = copy.deepcopy(SETTINGS) | {"kernels": [2, 4, 8], "flux_blocks": [1, 4], "patches": [8, 16]}
REGIONS = [
    Region("disk", (0, 1)), Region("ring", (0.25, 0.75)), Region("strong", (0, 0.9), (10, np.inf)),
    Region("weak", (0, 0.9), (0, 10)),
]  # fmt: skip
TILING = Tiling.of(GRID, OWN["tiles"]["size"])
SUMS_OF = RegionMoments(GRID, REGIONS, TILING).sums


@dataclass(frozen=True)
class Frame:
    """How a frame is made: where it lacks values, and by which seed it is drawn."""

    seed: int
    rim: float
    patches: tuple[tuple[int, int], ...]
    missing: float

    def fields(self) -> tuple[np.ndarray, np.ndarray]:
        """Target and prediction, float32 gauss."""
        draw = np.random.default_rng(self.seed)
        target = draw.laplace(0, 15, RADIUS.shape)
        target[20:36, 30:44] += 400
        prediction = 0.8 * target + draw.normal(2, 9, target.shape)
        target[(self.rim < RADIUS) | (draw.random(target.shape) < self.missing)] = np.nan
        for row, column in self.patches:
            target[row : row + 16, column : column + 16] = np.nan
        prediction[RADIUS >= 1] = np.nan
        target[RADIUS >= 1] = np.nan
        return target.astype(np.float32), prediction.astype(np.float32)


places = st.tuples(st.integers(0, 3).map(lambda k: 16 * k), st.integers(0, 48))
frames = st.lists(
    st.builds(
        Frame,
        seed=st.integers(0, 2**32 - 1),
        rim=st.sampled_from([1.0, 0.97, 0.93, 0.6]),
        patches=st.lists(places, max_size=3).map(tuple),
        missing=st.sampled_from([0.0, 0.0, 0.01, 1.0]),
    ),
    min_size=1,
    max_size=4,
)


def stamp(index: int) -> str:
    return f"201112{index + 1:02}_060000_TAI"


def in_turn(made: Sequence[Frame], chosen: Sequence[int]) -> tuple[Measures, RegionStatistics]:
    """All statistics of the chosen frames, added one by one."""
    measures, regions = Measures(OWN, GRID), RegionStatistics(REGIONS, TILING)
    for index in chosen:
        x, y = made[index].fields()
        measures.update(measures.comparison(stamp(index), x, y, DSUN))
        regions.update(stamp(index), SUMS_OF(x, y))
    return measures, regions


@settings(max_examples=25, deadline=None)
@given(made=frames, data=st.data())
def test_batches_merge_in_any_order_to_the_same_bits(made: list[Frame], data) -> None:
    order = data.draw(st.permutations(range(len(made))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(made)), max_size=3)))
    batches = [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(made)], strict=True)]
    parts = [in_turn(made, batch) for batch in batches]
    while len(parts) > 1:
        # Any two of the parts, in any tree; an empty batch is a part, too.
        one = parts.pop(data.draw(st.integers(0, len(parts) - 1)))
        other = parts.pop(data.draw(st.integers(0, len(parts) - 1)))
        parts.append((one[0].merge(other[0]), one[1].merge(other[1])))
    (merged, regions), (expected, expected_regions) = parts[0], in_turn(made, range(len(made)))
    arrays, wanted = merged.arrays(), expected.arrays()
    assert merged.stamps == expected.stamps
    assert arrays.keys() == wanted.keys()
    for name, array in wanted.items():
        assert np.array_equal(arrays[name], array), name
    assert regions.content() == expected_regions.content()
    for name, array in expected_regions.tiles.arrays().items():
        assert np.array_equal(regions.tiles.arrays()[name], array), name
    assert regions.result() == expected_regions.result()


@settings(max_examples=25, deadline=None)
@given(made=frames, cut=st.integers(0, 4))
def test_merged_halves_are_what_numpy_gives(made: list[Frame], cut: int) -> None:
    (measures, regions), others = in_turn(made, range(len(made))[:cut]), range(len(made))[cut:]
    second = in_turn(made, others)
    measures.merge(second[0])
    regions.merge(second[1])
    fields = [tuple(f.astype(np.float64) for f in frame.fields()) for frame in made]
    check_kernels(measures, fields)
    check_gradients(measures, fields)
    check_flux(measures, fields)
    check_patches(measures, fields)
    check_pixels(measures, fields)
    check_correlations(measures, regions, fields)


def near(found, expected) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def cut_up(field: np.ndarray, size: int) -> np.ndarray:
    """(blocks, size, size)."""
    n = len(field) // size
    return field.reshape(n, size, n, size).swapaxes(1, 2).reshape(-1, size, size)


def mean(values: np.ndarray) -> float:
    """NaN of nothing, without a warning."""
    return float(np.mean(values)) if len(values) else np.nan


def check_kernels(measures: Measures, fields) -> None:
    found = measures.kernels.result()
    for index, size in enumerate(OWN["kernels"]):
        high, low, slope = [], [], []
        for x, y in fields:
            slopes = cut_up(np.where(WITHIN, gradient(y - x), np.nan), size)
            whole = np.isfinite(slopes).all(axis=(1, 2))
            a, b = (cut_up(field, size)[whole] for field in (x, y))
            high += list(a.max(axis=(1, 2)) - b.max(axis=(1, 2)))
            low += list(a.min(axis=(1, 2)) - b.min(axis=(1, 2)))
            slope += list(slopes[whole].mean(axis=(1, 2)))
        assert found.n[index] == len(high)
        near(found.maximum[index], mean(np.abs(high)))
        near(found.minimum[index], mean(np.abs(low)))
        near(found.extremes[index], (mean(np.abs(high)) + mean(np.abs(low))) / 2)
        near([found.maximum_bias[index], found.minimum_bias[index]], [mean(high), mean(low)])
        near(found.gradient[index], mean(slope))


def check_gradients(measures: Measures, fields) -> None:
    found = measures.gradients.result()
    values = np.concatenate([gradient(y - x)[WITHIN] for x, y in fields])
    values = values[np.isfinite(values)]
    assert found.n == found.counts.sum() == values.size
    near(found.mean, mean(values))


def check_flux(measures: Measures, fields) -> None:
    found = measures.flux.result()
    weights = flux_per_gauss(np.where(WITHIN, RADIUS, 0), GRID.limb_radius("target"), DSUN)
    errors = {size: [] for size in OWN["flux_blocks"]}
    for index, (x, y) in enumerate(fields):
        inside = WITHIN & np.isfinite(x)
        of_x, of_y = (np.where(inside, field * weights, np.nan) for field in (x, y))
        np.testing.assert_allclose(
            found.unsigned[index], [np.nansum(np.abs(of_x)), np.nansum(np.abs(of_y))], rtol=1e-6
        )
        size_of = found.unsigned[index].max()
        signed = [np.nansum(of_x), np.nansum(of_y)]
        np.testing.assert_allclose(found.signed[index], signed, rtol=1e-6, atol=1e-6 * size_of)
        for size, kept in errors.items():
            sums = cut_up(of_y - of_x, size).sum(axis=(1, 2))
            kept += list(sums[np.isfinite(sums)])
    for index, kept in enumerate(errors.values()):
        assert found.n[index] == len(kept)
        scale = mean(np.abs(kept))
        np.testing.assert_allclose(found.mean_absolute[index], scale, rtol=1e-6)
        np.testing.assert_allclose(found.rms[index], np.sqrt(mean(np.square(kept))), rtol=1e-6)
        near(found.bias[index] / scale, mean(kept) / scale)
    assert found.counts.sum() == len(errors[1])


def check_patches(measures: Measures, fields) -> None:
    for (size, area, name), found in measures.patches.result().items():
        least = SETTINGS["strong"].get(name, 0)
        correlation, high, low = [], [], []
        for x, y in fields:
            blocks = (cut_up(field, size) for field in (x, y, WITHIN))
            for a, b, within in zip(*blocks, strict=True):
                valid = np.isfinite(a)
                if valid.mean() < OWN["min_share"] or (area == "within" and not within.all()):
                    continue
                if np.abs(a[valid]).mean() >= least:
                    correlation.append(stats.pearsonr(a[valid], b[valid]).statistic)
                    high.append(a[valid].max() - b[valid].max())
                    low.append(a[valid].min() - b[valid].min())
        assert (found.n, found.undetermined) == (len(high), 0)
        near(found.mean_correlation, mean(correlation))
        near([found.mean_maximum, found.mean_minimum], [mean(np.abs(high)), mean(np.abs(low))])
        assert found.correlation.sum() == found.maximum.sum() == found.minimum.sum() == len(high)


def check_pixels(measures: Measures, fields) -> None:
    found = measures.pixels.result()
    x, y = (np.concatenate([f[k][WITHIN & np.isfinite(f[0])] for f in fields]) for k in (0, 1))
    assert found.counts.sum() == found.n.sum() == x.size
    bins = np.digitize(x, np.linspace(-1500, 1500, 61))
    for index in np.unique(bins):
        a, b = x[bins == index], y[bins == index]
        near([found.mean[index], found.residual[index]], [b.mean(), (b - a).mean()])
        assert abs(found.spread[index] - b.std()) <= 1e-6 * max(1, np.abs(b).max())
    if x.size:
        slope, intercept, r, *_ = stats.linregress(x, y)
        line = found.regression
        near([line.slope, line.intercept, line.correlation], [slope, intercept, r])


def check_correlations(measures: Measures, regions: RegionStatistics, fields) -> None:
    x, y = (np.stack([pair[k] for pair in fields]) for k in (0, 1))
    radius, valid = np.broadcast_to(RADIUS, x.shape), np.isfinite(x)

    def check(agreement, mask: np.ndarray) -> None:
        assert agreement.n == mask.sum()
        if agreement.n > 2:
            near(agreement.correlation, stats.pearsonr(x[mask], y[mask]).statistic)
            near(agreement.rmse, np.sqrt(np.mean((y - x)[mask] ** 2)))
            near(agreement.bias, np.mean((y - x)[mask]))

    found, edges = measures.correlations.result(), OWN["radius_edges"]
    for agreement, low, high in zip(found.by_radius, edges, edges[1:], strict=False):
        check(agreement, valid & (radius >= low) & (radius < high))
    strengths = [*OWN["field_edges"], np.inf]
    for agreement, low, high in zip(found.by_field, strengths, strengths[1:], strict=False):
        check(agreement, valid & (radius < 0.9) & (np.abs(x) >= low) & (np.abs(x) < high))
    check(found.disk, valid)
    for region, moments in zip(REGIONS, regions.result(), strict=True):
        (inner, outer), (low, high) = region.radius, region.strength
        ring = (radius >= inner) & (radius <= outer)
        check(moments.result(), valid & ring & (np.abs(x) >= low) & (np.abs(x) <= high))
