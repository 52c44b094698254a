"""Normal equations of a linear filter, which merge over frames and hold every smaller filter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import torch
from scipy import ndimage

from onesun.geometry.grid import Grid
from onesun.io.parallel import one_core_each

_CHUNK = 8192  # pixels at a time: bounds the memory of their neighbourhoods


@dataclass
class NormalEquations:
    """Sums over input pixels of the products of their neighbourhoods x and target sub-pixels y.

    Parameters
    ----------
    xx : (k, k, k, k) float64, sum of x x'; k is the side of the neighbourhood.
    xy : (k, k, f, f) float64, sum of x y'; f is the grid's factor.
    x : (k, k) float64, sum of x.
    y : (f, f) float64, sum of y.
    yy : sum of y² over all sub-pixels.
    pixels : number of input pixels.
    """

    xx: np.ndarray
    xy: np.ndarray
    x: np.ndarray
    y: np.ndarray
    yy: float = 0.0
    pixels: int = 0

    @classmethod
    def empty(cls, kernel: int, factor: int) -> NormalEquations:
        return cls(
            np.zeros((kernel,) * 4),
            np.zeros((kernel, kernel, factor, factor)),
            np.zeros((kernel, kernel)),
            np.zeros((factor, factor)),
        )

    @property
    def kernel(self) -> int:
        return len(self.xx)

    @property
    def factor(self) -> int:
        return int(self.xy.shape[-1])

    def merge(self, other: NormalEquations) -> NormalEquations:
        """Add another's sums; returns self."""
        self.xx += other.xx
        self.xy += other.xy
        self.x += other.x
        self.y += other.y
        self.yy += other.yy
        self.pixels += other.pixels
        return self

    def within(self, kernel: int) -> NormalEquations:
        """Those of the inner ``kernel`` x ``kernel`` neighbourhood of the same pixels."""
        edge = (self.kernel - kernel) // 2
        inner = slice(edge, edge + kernel)
        return NormalEquations(
            self.xx[inner, inner, inner, inner],
            self.xy[inner, inner],
            self.x[inner, inner],
            self.y,
            self.yy,
            self.pixels,
        )

    def mirrored(self) -> NormalEquations:
        """Those of the frames, their reflections north-south, east-west and both, averaged, each
        with its opposite polarity: no constant is left.
        """
        xx, xy = np.zeros_like(self.xx), np.zeros_like(self.xy)
        for rows in (1, -1):
            for columns in (1, -1):
                xx += self.xx[::rows, ::columns, ::rows, ::columns]
                xy += self.xy[::rows, ::columns, ::rows, ::columns]
        return NormalEquations(
            xx / 4, xy / 4, np.zeros_like(self.x), np.zeros_like(self.y), self.yy, self.pixels
        )

    def centred(self) -> NormalEquations:
        """Those of the deviations from the means of x and y: what a filter and a constant fit."""
        n = self.pixels
        return NormalEquations(
            self.xx - np.multiply.outer(self.x, self.x) / n,
            self.xy - np.multiply.outer(self.x, self.y) / n,
            np.zeros_like(self.x),
            np.zeros_like(self.y),
            self.yy - float(np.sum(self.y**2)) / n,
            n,
        )

    def constant(self, filter_: np.ndarray) -> np.ndarray:
        """What is to be added to a filter's answer, that its mean is that of y; (f, f)."""
        return (self.y - np.tensordot(self.x, filter_, axes=2)) / self.pixels

    def rmse(self, filter_: np.ndarray) -> float:
        """Root mean square error of a filter (k, k, f, f) over the pixels, gauss."""
        fitted = np.tensordot(self.xx, filter_, axes=2)
        squares = self.yy - 2 * np.sum(filter_ * self.xy) + np.sum(filter_ * fitted)
        return float(np.sqrt(max(squares, 0.0) / (self.pixels * self.factor**2)))

    def solve(self, strengths: list[float]) -> Iterator[np.ndarray]:
        """The filter (k, k, f, f) for each ridge strength.

        It minimises the mean over pixels of |y - w'x|² + strength · m · |w|², m being the mean
        square of the neighbourhood's pixels: a strength of s is white noise of s times the
        input's variance. With s = 0 and equations that do not determine the filter, it is the
        smallest of those that solve them.
        """
        size, out = self.kernel**2, self.factor**2
        matrix = self.xx.reshape(size, size) / self.pixels
        values, vectors = np.linalg.eigh(matrix)
        sides = vectors.T @ (self.xy.reshape(size, out) / self.pixels)
        mean = float(np.trace(matrix)) / size
        least = max(values[-1], 0.0) * size * np.finfo(np.float64).eps
        for strength in strengths:
            damped = np.maximum(values, 0.0) + strength * mean
            known = damped > least
            solution = vectors[:, known] @ (sides[known] / damped[known, None])
            yield solution.reshape(self.xy.shape)


def equations(
    frames: Iterable[tuple[np.ndarray, np.ndarray]], grid: Grid, within_radius: float, kernel: int
) -> NormalEquations:
    """The normal equations of a set of frames, one frame in memory at a time.

    Parameters
    ----------
    frames : input less its zero point and target of each frame; see :func:`of_frame`.
    grid : the common grid.
    within_radius : input pixels farther from the disk centre are left out; limb radii.
    kernel : side of the neighbourhood, odd.
    """
    inside = grid.radius("input") <= np.float64(within_radius)
    total = NormalEquations.empty(kernel, grid.factor)
    with one_core_each() as workers:
        for field, target in frames:
            total.merge(of_frame(field, target, inside, kernel, workers))
    return total


def of_frame(
    field: np.ndarray,
    target: np.ndarray,
    inside: np.ndarray,
    kernel: int,
    workers: Executor,
) -> NormalEquations:
    """The normal equations of one frame.

    A pixel counts where it is ``inside``, all of its neighbourhood and all of the target's pixels
    under it have a value.

    Parameters
    ----------
    field : (n, n) the input less its zero point, gauss, NaN where there is no value.
    target : (n * f, n * f) gauss, NaN where there is no value.
    inside : (n, n) bool, which input pixels to use.
    kernel : side of the neighbourhood, odd.
    workers : threads in which torch uses one core each; sums are added in a fixed order.
    """
    n = field.shape[0]
    factor = target.shape[0] // n
    padded = np.pad(field, kernel // 2, constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel))
    under = target.reshape(n, factor, n, factor).transpose(0, 2, 1, 3)
    missing = ndimage.maximum_filter(np.isnan(field), size=kernel, mode="constant", cval=True)
    rows, columns = np.nonzero(inside & ~missing & np.isfinite(under).all(axis=(2, 3)))

    def of_chunk(start: int) -> NormalEquations:
        part = slice(start, start + _CHUNK)
        x = around[rows[part], columns[part]].reshape(-1, kernel**2)
        y = under[rows[part], columns[part]].reshape(-1, factor**2)
        return _products(x, y, kernel, factor)

    total = NormalEquations.empty(kernel, factor)
    for sums in workers.map(of_chunk, range(0, rows.size, _CHUNK)):
        total.merge(sums)
    return total


def _products(x: np.ndarray, y: np.ndarray, kernel: int, factor: int) -> NormalEquations:
    a, b = (torch.from_numpy(values.astype(np.float64)) for values in (x, y))
    return NormalEquations(
        (a.T @ a).numpy().reshape((kernel,) * 4),
        (a.T @ b).numpy().reshape(kernel, kernel, factor, factor),
        a.sum(dim=0).numpy().reshape(kernel, kernel),
        b.sum(dim=0).numpy().reshape(factor, factor),
        float((b * b).sum()),
        len(x),
    )
