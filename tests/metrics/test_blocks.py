"""Blocks and bins against loops and numpy's own histogram."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onesun.metrics import blocks
from onesun.metrics.bins import Bins


@pytest.mark.parametrize("size", [1, 2, 8, 32])
@pytest.mark.parametrize("ufunc", [np.maximum, np.minimum, np.add])
def test_blocks_are_reduced_one_by_one(size: int, ufunc: np.ufunc) -> None:
    field = np.random.default_rng(size).normal(size=(64, 96))
    found = blocks.reduce(field, size, ufunc)
    for row in range(64 // size):
        for column in range(96 // size):
            block = field[row * size : (row + 1) * size, column * size : (column + 1) * size]
            assert found[row, column] == pytest.approx(ufunc.reduce(block, axis=None), rel=1e-12)


@pytest.mark.parametrize("pixels", [1, 1000, 2**20])
def test_sums_are_of_products_in_float64(monkeypatch: pytest.MonkeyPatch, pixels: int) -> None:
    monkeypatch.setattr(blocks, "_BAND_PIXELS", pixels)
    draw = np.random.default_rng(1)
    a, b = (draw.normal(1e4, 1, (64, 64)).astype(np.float32) for _ in range(2))
    mask = draw.random((64, 64)) > 0.5
    expected = (a.astype(np.float64) * b * mask).reshape(4, 16, 4, 16).sum(axis=(1, 3))
    found = blocks.sums(16, a, b, mask)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_bins_count_as_numpy_does_and_what_lies_beyond_too() -> None:
    bins = Bins(-3.0, 2.0, 40)
    values = np.random.default_rng(2).normal(0, 1.5, 5000)
    expected, edges = np.histogram(values, bins=40, range=(-3, 2))
    found = bins.counts(values)
    np.testing.assert_array_equal(found[1:-1], expected)
    np.testing.assert_allclose(bins.edges, edges, rtol=1e-15)
    assert (found[0], found[-1]) == ((values < -3).sum(), (values >= 2).sum())
    assert found.sum() == values.size
    np.testing.assert_allclose(bins.centres, (edges[1:] + edges[:-1]) / 2)


def test_an_edge_belongs_to_the_bin_above() -> None:
    bins = Bins(-4000.0, 4000.0, 400)
    values = np.array([-4000, -20, 0, 19.99, 20, 3980, 4000, -np.inf, np.inf])
    np.testing.assert_array_equal(bins.number(values), [1, 200, 201, 201, 202, 400, 401, 0, 401])


def test_many_values_are_counted_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    bins = Bins(0.0, 1.0, 10)
    values = np.random.default_rng(3).random((100, 31))
    at_once = bins.counts(values)
    monkeypatch.setattr("onesun.metrics.bins._CHUNK", 7)
    np.testing.assert_array_equal(bins.counts(values), at_once)


@given(
    values=st.lists(st.floats(-3, 3), min_size=1, max_size=60),
    share=st.sampled_from([0.125, 0.25, 0.5, 0.75]),
)
def test_quantiles_lie_in_the_bin_of_the_value_of_that_rank(
    values: list[float], share: float
) -> None:
    bins = Bins(-2.0, 2.0, 16)
    (found,) = bins.quantiles(bins.counts(np.array(values)), [share])
    expected = np.quantile(values, share, method="inverted_cdf")
    if -2 <= expected < 2:
        assert abs(found - expected) <= 0.25 + 1e-12
    else:
        assert np.isnan(found)


def test_a_quantile_is_linear_within_its_bin_and_none_of_nothing() -> None:
    bins = Bins(0.0, 4.0, 4)
    # One value in the first bin and three in the third: 2.5 of 4 are reached half-way through it.
    np.testing.assert_allclose(bins.quantiles(np.array([0, 1, 0, 3, 0, 0]), [0.625]), [2.5])
    assert np.isnan(bins.quantiles(np.zeros(6, np.int64), [0.5])).all()
