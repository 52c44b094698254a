"""Histogram equating: the map between two distributions, from histograms that merge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onesun.errors import OneSunError
from onesun.methods.fitting.quantiles import Magnitudes, QuantileMap, equate

SCALE, WIDTH = 10.0, 0.01


def magnitudes(values: np.ndarray) -> Magnitudes:
    return Magnitudes(SCALE, WIDTH).update(values)


def drawn(seed: int, spread: float, size: int = 200_000) -> np.ndarray:
    return np.random.default_rng(seed).laplace(0, spread, size).astype(np.float32)


def test_bins_are_fine_where_the_field_is_weak_and_a_fraction_where_it_is_strong() -> None:
    edges = magnitudes(np.array([5000.0])).edges
    assert edges[0] == 0
    assert np.diff(edges)[0] == pytest.approx(0.1, rel=0.01)
    assert np.diff(edges)[-1] / edges[-1] == pytest.approx(0.01, rel=0.02)


def test_each_value_is_counted_between_its_edges() -> None:
    values = drawn(1, 80, 5000)
    found = magnitudes(values)
    expected, _ = np.histogram(np.abs(values.astype(np.float64)), found.edges)
    assert np.array_equal(found.counts, expected)


@given(st.lists(st.floats(-6000, 6000, width=32), min_size=1, max_size=40), st.integers(0, 40))
def test_halves_merge_to_the_whole(values: list[float], cut: int) -> None:
    given_ = np.array(values, dtype=np.float32)
    whole = magnitudes(given_)
    for first, second in ((given_[:cut], given_[cut:]), (given_[cut:], given_[:cut])):
        assert np.array_equal(magnitudes(first).merge(magnitudes(second)).counts, whole.counts)


def test_bins_of_other_widths_do_not_merge() -> None:
    with pytest.raises(ValueError, match=r"bins of 5 G and 0\.01 into bins of 10"):
        Magnitudes(10, 0.01).merge(Magnitudes(5, 0.01))


def test_the_map_is_that_of_quantiles() -> None:
    source, target = drawn(1, 90), drawn(2, 40) ** 3 / 4000
    mapping = equate(magnitudes(source), magnitudes(target), 0.0, tail=200)
    given_ = np.array([3.0, 20.0, 77.0, 150.0, 300.0, 500.0])
    ranks = [np.mean(np.abs(source) < value) for value in given_]
    expected = np.quantile(np.abs(target), ranks)
    np.testing.assert_allclose(mapping(given_[None])[0], expected, rtol=0.01, atol=0.1)


def test_equated_values_have_the_target_s_distribution() -> None:
    source, target = 1.4 * drawn(1, 90) + 2, drawn(2, 30)
    mapping = equate(magnitudes(source - 2), magnitudes(target), 2.0, tail=50)
    found = mapping(source[None])[0]
    for rank in (0.01, 0.1, 0.4, 0.5, 0.9, 0.99, 0.999):
        assert np.quantile(found, rank) == pytest.approx(np.quantile(target, rank), rel=0.03, abs=1)


@given(st.integers(0, 2**32 - 1))
def test_the_map_rises_and_is_odd_about_the_zero_point(seed: int) -> None:
    draw = np.random.default_rng(seed)
    source, target = draw.normal(0, 30, 3000), draw.laplace(0, 10, 3000)
    mapping = equate(magnitudes(source), magnitudes(target), 5.0, tail=10)
    field = np.sort(draw.uniform(-300, 300, (1, 400)))
    mapped = mapping(field)
    assert (np.diff(mapped[0]) >= 0).all()
    np.testing.assert_allclose(mapping(10 - field), -mapped, atol=1e-4)
    assert mapping(np.array([[5.0]])) == 0


def test_beyond_the_last_knot_the_ratio_stays() -> None:
    mapping = QuantileMap(np.array([0.0, 10.0, 100.0]), np.array([0.0, 5.0, 200.0]), 0.0)
    np.testing.assert_allclose(mapping(np.array([[-1000.0, 100.0, 55.0]])), [[-2000, 200, 102.5]])


def test_the_tail_is_left_to_the_ratio() -> None:
    source = np.concatenate([drawn(1, 50, 10_000), [4000.0] * 20])
    mapping = equate(magnitudes(source), magnitudes(source / 2), 0.0, tail=100)
    assert mapping.knots[-1] < 400
    assert np.sum(np.abs(source) >= mapping.knots[-1]) >= 100
    assert mapping(np.array([[4000.0]]))[0, 0] == pytest.approx(2000, rel=0.02)


def test_too_few_pixels_are_told() -> None:
    few = magnitudes(drawn(1, 50, 50))
    with pytest.raises(OneSunError, match="50 pixels found, of which 100 are the tail"):
        equate(few, few, 0.0, tail=100)
