"""Moments merge in any order to what one pass over all pairs gives."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onesun.metrics.moments import Agreement, Moments


def pairs(seed: int, size: int, offset: float) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    x = draw.laplace(offset, 60, size)
    return x, 1.3 * x + draw.normal(0, 20, size) - 7


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(1, 400),
    offset=st.sampled_from([0.0, 3.0, 2000.0]),
    cuts=st.lists(st.floats(0, 1), max_size=6),
    order=st.randoms(use_true_random=False),
)
def test_any_partition_in_any_order_gives_the_same_moments(
    seed: int, size: int, offset: float, cuts: list[float], order: object
) -> None:
    x, y = pairs(seed, size, offset)
    edges = sorted({0, size, *(int(cut * size) for cut in cuts)})
    parts = [Moments().update(x[a:b], y[a:b]) for a, b in pairwise(edges)]
    order.shuffle(parts)
    merged = Moments()
    for part in parts:
        merged.merge(part)
    at_once = Moments().update(x, y)
    assert merged.n == at_once.n == size
    for name, value in at_once.as_dict().items():
        scale = max(abs(value), 1e-3 * size)
        assert abs(getattr(merged, name) - value) <= 1e-9 * scale, name


def test_correlation_slope_and_differences_are_those_of_numpy() -> None:
    x, y = pairs(1, 5000, 12.0)
    result = Moments().update(x[:100], y[:100]).update(x[100:], y[100:]).result()
    slope, intercept = np.polyfit(x, y, 1)
    assert result.n == 5000
    assert result.correlation == pytest.approx(np.corrcoef(x, y)[0, 1], rel=1e-12)
    assert result.slope == pytest.approx(slope, rel=1e-10)
    assert result.intercept == pytest.approx(intercept, rel=1e-9)
    assert result.rmse == pytest.approx(np.sqrt(np.mean((y - x) ** 2)), rel=1e-12)
    assert result.bias == pytest.approx(np.mean(y - x), rel=1e-12)


def test_plain_sums_give_the_same_moments() -> None:
    x, y = pairs(2, 3000, 5.0)
    sums = (x.size, x.sum(), y.sum(), (x * x).sum(), (y * y).sum(), (x * y).sum())
    expected = Moments().update(x, y).as_dict()
    assert Moments.from_sums(*sums).as_dict() == pytest.approx(expected, rel=1e-11)


def test_a_large_offset_does_not_spoil_the_spread() -> None:
    x = 1e6 + np.array([-1.0, 0.0, 1.0])
    moments = Moments()
    for value in x:
        moments.update([value], [2 * value])
    assert moments.m2_x == pytest.approx(2.0, rel=1e-9)
    assert moments.result().correlation == pytest.approx(1.0, rel=1e-9)


def test_what_the_pairs_do_not_determine_is_none() -> None:
    assert Moments().result() == Agreement(0, None, None, None, None, None)
    constant = Moments().update([3.0, 3.0], [1.0, 2.0]).result()
    assert constant.correlation is None
    assert constant.slope is None
    assert constant.rmse == pytest.approx(math.sqrt(2.5))


def test_moments_survive_json() -> None:
    moments = Moments().update(*pairs(3, 50, 0.0))
    assert Moments.from_dict(moments.as_dict()) == moments


def test_pairs_of_unequal_number_are_refused() -> None:
    with pytest.raises(ValueError, match="3 values of x and 2 of y"):
        Moments().update([1, 2, 3], [1, 2])
