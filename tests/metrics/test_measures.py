"""Every statistic is what NumPy and SciPy give, for one frame, for many, and for merged halves."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers.measured import DSUN, GRID, SETTINGS, fields, gradient, measures, stamp
from onesun.errors import ConfigError, DamagedProductError, OneSunError
from onesun.geometry.flux import flux_per_gauss
from onesun.metrics.comparison import Comparison, Disk
from onesun.metrics.measures import Measures

SEEDS = (0, 1, 2, 3)
SIZE = GRID.target_size
RADIUS = GRID.radius("target").astype(np.float64)
LIMIT = SETTINGS["within_radius"]
WITHIN = RADIUS <= LIMIT
WAYS = ("one frame", "many frames", "merged halves")


@cache
def made(way: str) -> tuple[Measures, tuple[int, ...]]:
    """Measures, and the frames they are of."""
    if way == "one frame":
        return measures(0), (0,)
    if way == "many frames":
        return measures(*SEEDS), SEEDS
    return measures(*SEEDS[2:]).merge(measures(*SEEDS[:2])), SEEDS


@pytest.fixture(params=WAYS)
def case(request) -> tuple[Measures, list[tuple[np.ndarray, np.ndarray]]]:
    """Measures and the fields of their frames, in float64."""
    found, seeds = made(request.param)
    return found, [tuple(field.astype(np.float64) for field in fields(seed)) for seed in seeds]


def squares(size: int) -> Iterator[tuple[slice, slice]]:
    for row in range(0, SIZE, size):
        for column in range(0, SIZE, size):
            yield slice(row, row + size), slice(column, column + size)


def near(found, expected) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_extremes_and_gradients_by_kernel(case) -> None:
    found = case[0].kernels.result()
    for index, kernel in enumerate(SETTINGS["kernels"]):
        high, low, slope = [], [], []
        for x, y in case[1]:
            slopes = np.where(WITHIN, gradient(y - x), np.nan)
            for square in squares(kernel):
                if np.isfinite(slopes[square]).all():
                    high.append(x[square].max() - y[square].max())
                    low.append(x[square].min() - y[square].min())
                    slope.append(slopes[square].mean())
        assert found.n[index] == len(high) > 0
        near(found.gradient[index], np.mean(slope))
        near(found.extremes[index], (np.mean(np.abs(high)) + np.mean(np.abs(low))) / 2)
        near(found.maximum[index], np.mean(np.abs(high)))
        near(found.minimum[index], np.mean(np.abs(low)))
        near(found.maximum_bias[index], np.mean(high))
        near(found.minimum_bias[index], np.mean(low))


def test_gradients_of_pixels(case) -> None:
    found = case[0].gradients.result()
    values = np.concatenate([gradient(y - x)[WITHIN] for x, y in case[1]])
    values = values[np.isfinite(values)]
    expected = np.histogram(values, bins=40, range=(0, 80))[0]
    assert found.n == values.size
    # Values within a rounding of an edge may change sides.
    assert np.abs(found.counts[1:-1] - expected).sum() <= 2
    near(found.mean, values.mean())


def test_fluxes_of_frames_and_blocks(case) -> None:
    found = case[0].flux.result()
    weights = flux_per_gauss(np.where(WITHIN, RADIUS, 0), GRID.limb_radius("target"), DSUN)
    errors = {size: [] for size in SETTINGS["flux_blocks"]}
    for index, (x, y) in enumerate(case[1]):
        inside = WITHIN & np.isfinite(x)
        of_x, of_y = (np.where(inside, field * weights, np.nan) for field in (x, y))
        near(found.signed[index], [np.nansum(of_x), np.nansum(of_y)])
        near(found.unsigned[index], [np.nansum(np.abs(of_x)), np.nansum(np.abs(of_y))])
        near(found.ratio[index], np.nansum(np.abs(of_y)) / np.nansum(np.abs(of_x)))
        for size, kept in errors.items():
            sums = [(of_y - of_x)[square].sum() for square in squares(size)]
            kept += [entry for entry in sums if np.isfinite(entry)]
    for index, kept in enumerate(errors.values()):
        assert found.n[index] == len(kept) > 0
        scale = np.mean(np.abs(kept))
        np.testing.assert_allclose(found.bias[index], np.mean(kept), rtol=1e-6, atol=1e-6 * scale)
        near(found.mean_absolute[index], scale)
        near(found.rms[index], np.sqrt(np.mean(np.square(kept))))
    expected = np.histogram(errors[1], bins=50, range=(-5e19, 5e19))[0]
    np.testing.assert_array_equal(found.counts[1:-1], expected)
    assert found.counts.sum() == len(errors[1])


@pytest.mark.parametrize("size", SETTINGS["patches"])
@pytest.mark.parametrize("area", ["within", "disk"])
@pytest.mark.parametrize("name", ["all", "caption", "text"])
def test_patches(case, size: int, area: str, name: str) -> None:
    found = case[0].patches.result()[size, area, name]
    correlation, high, low = [], [], []
    for x, y in case[1]:
        for square in squares(size):
            valid = np.isfinite(x[square])
            if valid.mean() < SETTINGS["min_share"]:
                continue
            if area == "within" and not WITHIN[square].all():
                continue
            a, b = x[square][valid], y[square][valid]
            if np.abs(a).mean() < SETTINGS["strong"].get(name, 0):
                continue
            correlation.append(stats.pearsonr(a, b).statistic)
            high.append(a.max() - b.max())
            low.append(a.min() - b.min())
    assert found.n == len(high) > 0
    assert found.undetermined == 0
    near(found.mean_correlation, np.mean(correlation))
    near(found.mean_maximum, np.mean(np.abs(high)))
    near(found.mean_minimum, np.mean(np.abs(low)))
    for counts, values, bins, limit in (
        (found.correlation, correlation, 40, 1),
        (found.maximum, high, 50, 500),
        (found.minimum, low, 50, 500),
    ):
        expected = np.histogram(values, bins=bins, range=(-limit, limit))[0]
        np.testing.assert_array_equal(counts[1:-1], expected)
        assert counts.sum() == len(values)


def test_pixels_against_pixels(case) -> None:
    found = case[0].pixels.result()
    masks = [WITHIN & np.isfinite(x) for x, _ in case[1]]
    x, y = (
        np.concatenate([pair[k][mask] for pair, mask in zip(case[1], masks, strict=True)])
        for k in (0, 1)
    )
    edges = np.linspace(-1500, 1500, 61)
    expected = np.histogram2d(x, y, bins=(edges, edges))[0]
    np.testing.assert_array_equal(found.counts[1:-1, 1:-1], expected)
    assert found.counts.sum() == found.n.sum() == x.size
    for name, values, statistic in (
        ("n", y, "count"), ("mean", y, "mean"), ("spread", y, "std"), ("target", x, "mean"),
        ("residual", y - x, "mean"),
    ):  # fmt: skip
        by_bin = stats.binned_statistic(x, values, statistic, bins=edges).statistic
        known = found.n[1:-1] > 0
        scale = 1e-6 * np.abs(by_bin[known]).max()
        np.testing.assert_allclose(
            getattr(found, name)[1:-1][known], by_bin[known], rtol=1e-6, atol=scale, err_msg=name
        )
    bins = np.digitize(x, edges)
    for index in np.unique(bins):
        a, b = x[bins == index], y[bins == index]
        near(found.relative_residual[index], (b - a).mean() / a.mean())
        near(found.relative_variance[index], (b - a).var() / a.mean() ** 2)
    slope, intercept, r, *_ = stats.linregress(x, y)
    near(found.regression.slope, slope)
    near(found.regression.intercept, intercept)
    near(found.regression.correlation, r)


def test_detail_within_input_pixels(case) -> None:
    found = case[0].pixels.result().detail
    bins, deviations = [], []
    for x, y in case[1]:
        inside = WITHIN & np.isfinite(x)
        for square in squares(GRID.factor):
            if inside[square].all():
                a, b = x[square], y[square]
                bins.append(np.digitize(a.mean(), np.linspace(-1500, 1500, 61)))
                deviations.append([(a - a.mean()).ravel(), (b - b.mean()).ravel()])
    bins, deviations = np.array(bins), np.array(deviations)
    assert found.n.sum() == len(bins)
    for index in np.unique(bins):
        a, b = deviations[bins == index].transpose(1, 0, 2).reshape(2, -1)
        assert found.n[index] == (bins == index).sum()
        near(found.target[index], np.sqrt(np.mean(a**2)))
        near(found.prediction[index], np.sqrt(np.mean(b**2)))
        near(found.variance_ratio[index], np.sum(b**2) / np.sum(a**2))
        near(found.correlation[index], np.sum(a * b) / np.sqrt(np.sum(a**2) * np.sum(b**2)))


def test_correlation_by_radius_and_field(case) -> None:
    found = case[0].correlations.result()
    x, y = (np.stack([pair[k] for pair in case[1]]) for k in (0, 1))
    radius = np.broadcast_to(RADIUS, x.shape)
    valid = np.isfinite(x)

    def check(agreement, mask: np.ndarray) -> None:
        assert agreement.n == mask.sum()
        if agreement.n > 1:
            near(agreement.correlation, stats.pearsonr(x[mask], y[mask]).statistic)
            near(agreement.rmse, np.sqrt(np.mean((y - x)[mask] ** 2)))

    edges = SETTINGS["radius_edges"]
    for agreement, low, high in zip(found.by_radius, edges, edges[1:], strict=False):
        check(agreement, valid & (radius >= low) & (radius < high))
    strengths = [*SETTINGS["field_edges"], np.inf]
    for agreement, low, high in zip(found.by_field, strengths, strengths[1:], strict=False):
        check(agreement, valid & (radius < 0.9) & (np.abs(x) >= low) & (np.abs(x) < high))
    check(found.within, valid & (radius < 0.9))
    check(found.disk, valid)


@cache
def single(seed: int) -> Measures:
    return measures(seed)


@settings(max_examples=25, deadline=None)
@given(order=st.permutations(range(5)), cut=st.integers(0, 5))
def test_merging_in_any_order_gives_the_same(order: list[int], cut: int) -> None:
    """Bit by bit: counts are whole numbers, and sums are added in the order of the stamps."""
    parts = [measures().merge(single(seed)) for seed in order]
    left, right = measures(), measures()
    for part in parts[:cut]:
        left.merge(part)
    for part in reversed(parts[cut:]):
        right.merge(part)
    merged = left.merge(right)
    at_once = in_turn()
    assert merged.stamps == at_once.stamps
    arrays, expected = merged.arrays(), at_once.arrays()
    assert arrays.keys() == expected.keys()
    for name, array in arrays.items():
        assert np.array_equal(array, expected[name]), name
    assert merged.flux.result().ratio.tolist() == at_once.flux.result().ratio.tolist()
    assert merged.correlations.result().disk == at_once.correlations.result().disk


@cache
def in_turn() -> Measures:
    return measures(*range(5))


def test_merging_leaves_the_other_as_it_was() -> None:
    one, other = measures(0), measures(1)
    before = {name: array.copy() for name, array in other.arrays().items()}
    measures(2).merge(other).merge(one)
    assert all(np.array_equal(before[name], array) for name, array in other.arrays().items())


def test_a_frame_counts_once() -> None:
    with pytest.raises(DamagedProductError, match=f"frame {stamp(1)}: counted twice"):
        measures(0, 1).merge(measures(1))
    with pytest.raises(DamagedProductError, match=f"frame {stamp(1)}: counted twice"):
        measures(1, 1)


def test_other_settings_do_not_merge() -> None:
    with pytest.raises(ConfigError, match="statistics of other settings"):
        measures(0).merge(measures(1, kernels=[2]))
    with pytest.raises(ConfigError, match="statistics kernels: of different settings"):
        measures(0).kernels.merge(measures(1, kernels=[2]).kernels)


def test_kernels_that_divide_no_other_are_measured_too() -> None:
    grid_wide = measures(0, kernels=[4, 1, 2]).kernels.result()
    assert grid_wide.kernels == (1, 2, 4)
    usual = measures(0).kernels.result()
    near(grid_wide.extremes[1:], usual.extremes[:2])


def test_a_flat_patch_has_no_correlation() -> None:
    made = measures()
    target, prediction = fields(5, holes=False)
    flat = np.where(np.isfinite(prediction), np.float32(3.7), np.nan)
    errors = made.update(made.comparison("s", target, flat, DSUN)).patches.result()
    for patches in errors.values():
        assert patches.undetermined == patches.n > 0
        assert patches.correlation.sum() == 0
        assert patches.maximum.sum() == patches.n
        assert np.isnan(patches.mean_correlation)


def test_a_perfect_prediction_has_no_error() -> None:
    made = measures()
    target, _ = fields(6)
    made.update(made.comparison("s", target, target, DSUN))
    kernels, flux, pixels = made.kernels.result(), made.flux.result(), made.pixels.result()
    assert not np.any([kernels.extremes, kernels.gradient, kernels.maximum_bias])
    assert flux.ratio == 1
    assert not np.any([flux.rms, flux.bias])
    assert np.count_nonzero(pixels.counts - np.diag(np.diag(pixels.counts))) == 0
    assert pixels.regression.slope == pytest.approx(1, abs=1e-12)
    assert made.patches.result()[8, "disk", "all"].mean_correlation == pytest.approx(1, abs=1e-12)


def test_memory_of_a_frame_is_small() -> None:
    arrays = measures(0).arrays()
    by_frame = sum(entry.nbytes for name, entry in arrays.items() if "/sums/" in name)
    assert by_frame < 16_000


def test_predictions_that_lack_values_are_refused() -> None:
    target, prediction = fields(0)
    prediction[64, 50:54] = np.nan
    with pytest.raises(OneSunError, match="prediction: no value in 4 pixels of the disk"):
        Comparison(Disk(GRID, 0.9), "s", target, prediction, DSUN)
    with pytest.raises(OneSunError, match=r"prediction: \(64, 128\) pixels, expected \(128, 128\)"):
        Comparison(Disk(GRID, 0.9), "s", target, prediction[:64], DSUN)
