"""Intervals by resampling, from sums over units."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from onesun.metrics import bootstrap
from onesun.metrics.units import Units

COUNT = 40
DRAWS = {"resamples": 400, "confidence": 0.9, "seed": 1}


def units(count: int = COUNT, apart: int = 2) -> Units:
    """A row of units, neighbours where they are 1 apart."""
    places = np.stack([np.zeros(count, int), apart * np.arange(count)], axis=1)
    return Units(np.arange(count)[:, None], places, "")


def mean(sums: np.ndarray) -> np.ndarray:
    return sums[..., 1] / sums[..., 0]


def of_means(values: np.ndarray) -> np.ndarray:
    return np.stack([np.ones_like(values), values], axis=1)


def spread(sums: np.ndarray, statistic=mean, scale=bootstrap.PLAIN, of=None) -> bootstrap.Spread:
    return bootstrap.spread(statistic, sums, sums[:, 0], of or units(len(sums)), DRAWS, scale)


def six_sums(pixels: int = 200) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(3)
    x = draw.normal(50, 30, (COUNT, pixels))
    y = 0.8 * x + draw.normal(3, 25, x.shape)
    sums = [np.full(COUNT, pixels), *(v.sum(axis=1) for v in (x, y, x * x, y * y, x * y))]
    return x, y, np.stack(sums, axis=1)


def test_the_correlation_is_that_of_all_pixels() -> None:
    x, y, sums = six_sums()
    expected = np.corrcoef(x.ravel(), y.ravel())[0, 1]
    assert bootstrap.correlation(sums.sum(axis=0)) == pytest.approx(expected, rel=1e-12)
    share = bootstrap.variation(sums)
    np.testing.assert_allclose(share, ((x - x.mean()) ** 2).sum(axis=1), rtol=1e-9)


def test_the_draw_is_of_all_units_and_repeats_itself() -> None:
    weights = bootstrap.draw(5, 400, seed=1)
    assert weights.shape == (400, 5)
    assert (weights.sum(axis=1) == 5).all()
    assert abs(weights.mean(axis=0) - 1).max() < 0.2
    assert np.array_equal(weights, np.random.default_rng(1).multinomial(5, [0.2] * 5, size=400))
    assert not np.array_equal(weights, bootstrap.draw(5, 400, seed=2))


def test_the_interval_of_a_mean_is_nearly_students() -> None:
    values = 10 + 2 * stats.norm.ppf((np.arange(COUNT) + 0.5) / COUNT)
    low, high = spread(of_means(values)).interval
    assert (low + high) / 2 == pytest.approx(values.mean(), rel=1e-9)
    half = stats.t.ppf(0.95, COUNT - 1) * values.std(ddof=1) / np.sqrt(COUNT)
    assert (high - low) / 2 == pytest.approx(half, rel=0.1)


def test_on_a_logarithmic_scale_an_interval_stays_above_0() -> None:
    values = np.random.default_rng(5).exponential(1, 12)
    low, high = spread(of_means(values), scale=bootstrap.LOGARITHM).interval
    assert 0 < low < values.mean() < high
    assert high / values.mean() == pytest.approx(values.mean() / low, rel=1e-9)


def test_the_same_in_every_unit_has_no_spread() -> None:
    low, high = spread(of_means(np.full(COUNT, 0.3))).interval
    assert (low, high) == pytest.approx((0.3, 0.3), abs=1e-12)


def test_units_that_share_what_they_see_count_for_less() -> None:
    alone = np.random.default_rng(5).normal(10, 2, COUNT // 2)
    sums = of_means(np.repeat(alone, 2))  # each unit like the next
    apart, near = spread(sums), spread(sums, of=units(apart=1))
    assert apart.independent == COUNT
    assert near.independent == pytest.approx(COUNT / 2, rel=0.3)
    widths = [high - low for low, high in (apart.interval, near.interval)]
    assert widths[1] / widths[0] == pytest.approx(np.sqrt(COUNT / near.independent), rel=1e-6)


def test_unequal_units_count_for_less() -> None:
    sizes = np.array([100.0] * 4 + [1.0] * 36)
    sums = np.stack([sizes, sizes * np.random.default_rng(5).normal(10, 2, 40)], axis=1)
    assert spread(sums).independent == pytest.approx(436**2 / (4e4 + 36), rel=1e-9)


def test_empty_units_are_not_drawn() -> None:
    _, _, sums = six_sums()
    empty = np.concatenate([sums, np.zeros((30, 6))])
    found = [
        bootstrap.spread(
            bootstrap.correlation, each, bootstrap.variation(each), units(len(each)), DRAWS,
            bootstrap.FISHER,
        )
        for each in (sums, empty)
    ]  # fmt: skip
    assert found[0] == found[1]


@pytest.mark.parametrize("count", [0, 1, bootstrap.FEWEST - 1])
def test_few_units_have_no_interval(count: int) -> None:
    found = spread(of_means(np.arange(10.0))[:count])
    assert found == bootstrap.Spread(None, count or None)


def test_effectively_few_units_have_no_interval() -> None:
    sizes = np.array([1000.0, 1000.0] + [1.0] * 38)
    sums = np.stack([sizes, sizes * np.random.default_rng(5).normal(10, 2, 40)], axis=1)
    found = spread(sums)
    assert found.interval is None
    assert found.independent == pytest.approx(2, abs=0.1)


def test_a_value_that_is_not_determined_has_no_interval() -> None:
    sums = np.tile([10.0, 5.0, 0.0, 7.0, 0.0, 0.0], (COUNT, 1))  # y is 0 throughout
    found = bootstrap.spread(
        bootstrap.correlation, sums, bootstrap.variation(sums), units(), DRAWS, bootstrap.FISHER
    )
    assert found.interval is None


@pytest.mark.parametrize("missed", [0, 1])
def test_a_share_that_rests_on_one_unit_has_no_interval(missed: int) -> None:
    """A third of the resamples lack that unit, and then the share is 1, with infinite odds."""
    within = np.full(COUNT, 100.0)
    within[:missed] -= 1
    sums = np.stack([np.full(COUNT, 100.0), within], axis=1)
    found = spread(sums, scale=bootstrap.LOGIT)
    assert found.interval is None
    assert found.independent > bootstrap.FEWEST_INDEPENDENT
