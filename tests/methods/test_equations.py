"""Normal equations of a filter: what they solve to, how they merge, which pixels they hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onesun.io.parallel import one_core_each
from onesun.methods.fitting.equations import NormalEquations, of_frame

SIZE, FACTOR = 24, 2


def frame(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Input and target with structure that a filter can find, and noise."""
    draw = np.random.default_rng(seed)
    target = draw.normal(0, 30, (SIZE * FACTOR,) * 2).cumsum(axis=0).cumsum(axis=1) / 20
    blocks = target.reshape(SIZE, FACTOR, SIZE, FACTOR).mean(axis=(1, 3))
    field = blocks + draw.normal(0, 5, blocks.shape)
    return field.astype(np.float32), target.astype(np.float32)


def equations(
    field: np.ndarray, target: np.ndarray, kernel: int, inside: np.ndarray | None = None
) -> NormalEquations:
    inside = np.ones(field.shape, dtype=bool) if inside is None else inside
    with one_core_each() as workers:
        return of_frame(field, target, inside, kernel, workers)


def rows(
    field: np.ndarray, target: np.ndarray, kernel: int, keep: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Neighbourhoods and sub-pixels written down pixel by pixel; ``keep``: margin left out."""
    half, margin = kernel // 2, (kernel if keep is None else keep) // 2
    x, y = [], []
    for i in range(margin, SIZE - margin):
        for j in range(margin, SIZE - margin):
            around = field[i - half : i + half + 1, j - half : j + half + 1]
            under = target[i * FACTOR : (i + 1) * FACTOR, j * FACTOR : (j + 1) * FACTOR]
            if np.isfinite(around).all() and np.isfinite(under).all():
                x.append(around.ravel())
                y.append(under.ravel())
    return np.array(x, dtype=np.float64), np.array(y, dtype=np.float64)


def close(one: NormalEquations, other: NormalEquations) -> None:
    for name in ("xx", "xy", "x", "y", "yy", "pixels"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-10)


@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_the_filter_is_that_of_least_squares(kernel: int) -> None:
    field, target = frame(1)
    x, y = rows(field, target, kernel)
    expected, *_ = np.linalg.lstsq(x, y, rcond=None)
    sums = equations(field, target, kernel)
    assert sums.pixels == len(x)
    (found,) = sums.solve([0.0])
    np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=1e-6, atol=1e-8)
    residual = np.sqrt(np.mean((x @ expected - y) ** 2))
    assert sums.rmse(found) == pytest.approx(residual, rel=1e-9)


def test_ridge_is_that_of_lstsq_with_rows_added() -> None:
    field, target = frame(2)
    x, y = rows(field, target, 3)
    for strength, found in zip((1e-3, 0.3), equations(field, target, 3).solve([1e-3, 0.3]),
                               strict=True):  # fmt: skip
        penalty = np.sqrt(strength * len(x) * np.mean(x**2)) * np.eye(9)
        expected, *_ = np.linalg.lstsq(
            np.vstack([x, penalty]), np.vstack([y, np.zeros((9, y.shape[1]))]), rcond=None
        )
        np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=1e-6, atol=1e-8)


def test_the_inner_equations_are_those_of_the_smaller_filter_over_the_same_pixels() -> None:
    field, target = frame(3)
    x, y = rows(field, target, 3, keep=7)
    inner = equations(field, target, 7).within(3)
    np.testing.assert_allclose(inner.xx.reshape(9, 9), x.T @ x, rtol=1e-10)
    np.testing.assert_allclose(inner.xy.reshape(9, 4), x.T @ y, rtol=1e-10)


@settings(max_examples=20)
@given(st.permutations(range(4)))
def test_frames_merge_in_any_order(order: list[int]) -> None:
    parts = [equations(*frame(seed), 3) for seed in range(4)]
    merged = NormalEquations.empty(3, FACTOR)
    for number in order:
        merged.merge(parts[number])
    straight = NormalEquations.empty(3, FACTOR)
    straight.merge(parts[0]).merge(parts[1]).merge(parts[2]).merge(parts[3])
    close(merged, straight)


def test_halves_of_a_frame_merge_to_the_whole() -> None:
    field, target = frame(4)
    upper = np.arange(SIZE)[:, None] < 11
    upper = np.broadcast_to(upper, (SIZE, SIZE))
    whole = equations(field, target, 5)
    close(equations(field, target, 5, upper).merge(equations(field, target, 5, ~upper)), whole)


def test_mirrored_sums_are_those_of_mirrored_frames() -> None:
    field, target = frame(5)
    total = NormalEquations.empty(3, FACTOR)
    for flip in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
        total.merge(equations(field[:: flip[0], :: flip[1]], target[:: flip[0], :: flip[1]], 3))
    mirrored = equations(field, target, 3).mirrored()
    np.testing.assert_allclose(mirrored.xx, total.xx / 4, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(mirrored.xy, total.xy / 4, rtol=1e-9, atol=1e-6)
    (filter_,) = mirrored.solve([0.0])
    np.testing.assert_allclose(filter_, filter_[::-1, :, ::-1], rtol=1e-6, atol=1e-9)


def test_what_touches_a_missing_value_is_left_out() -> None:
    field, target = frame(6)
    field[10, 12] = np.nan
    target[4, 30] = np.nan
    x, y = rows(field, target, 5)
    sums = equations(field, target, 5)
    assert sums.pixels == len(x) == 20**2 - 25 - 1
    np.testing.assert_allclose(sums.xx.reshape(25, 25), x.T @ x, rtol=1e-10)
    assert sums.yy == pytest.approx(np.sum(y**2), rel=1e-12)


def test_undetermined_equations_give_the_smallest_filter() -> None:
    field, target = np.ones((SIZE, SIZE), np.float32), np.ones((SIZE * 2,) * 2, np.float32)
    (found,) = equations(field, target, 3).solve([0.0])
    np.testing.assert_allclose(found, 1 / 9, rtol=1e-9)
