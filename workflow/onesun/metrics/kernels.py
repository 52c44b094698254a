"""Extreme values and gradients over small blocks: Table 2 (paper, equations 3 to 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from onesun.metrics import blocks
from onesun.metrics.comparison import Comparison
from onesun.metrics.statistic import Contribution, Statistic
from onesun.metrics.tiled import Tiling

# Of the blocks of a frame: their number, and the sums over them of |E_max|, |E_min|, E_max, E_min
# and of the block's mean gradient of the difference.
_COLUMNS = ("n", "abs_max", "abs_min", "max", "min", "gradient")


@dataclass(frozen=True)
class KernelErrors:
    """Means over all blocks of each size; (kernels,) arrays, NaN where there is no block.

    Parameters
    ----------
    kernels : sides of the blocks, target pixels.
    n : blocks.
    gradient : of g(prediction - target), gauss per pixel.
    extremes : of (|E_max| + |E_min|) / 2, gauss.
    maximum, minimum : of |E_max| and of |E_min|, gauss.
    maximum_bias, minimum_bias : of E_max and of E_min, target less prediction, gauss.
    """

    kernels: tuple[int, ...]
    n: np.ndarray
    gradient: np.ndarray
    extremes: np.ndarray
    maximum: np.ndarray
    minimum: np.ndarray
    maximum_bias: np.ndarray
    minimum_bias: np.ndarray


class KernelStatistic(Statistic[Comparison]):
    """Errors of extreme values and gradients over blocks that are ``complete`` throughout.

    Parameters
    ----------
    kernels : sides of the blocks, target pixels, each a divisor of the frame's.
    tiling : tiles of the frame; a block counts in the tile of its first corner.
    """

    name = "kernels"

    def __init__(self, kernels: Sequence[int], tiling: Tiling) -> None:
        super().__init__()
        self.kernels, self.tiling = tuple(sorted(kernels)), tiling

    def settings(self) -> Any:
        return self.kernels, self.tiling

    def of(self, comparison: Comparison) -> Contribution:
        found = []
        # Each level is made from a finer one where that fits: extremes of extremes, sums of sums.
        levels = {1: _Level.of(comparison)}
        for kernel in self.kernels:
            finest = max(size for size in levels if kernel % size == 0)
            levels[kernel] = level = levels[finest].coarser(kernel // finest)
            high, low = level.errors()
            gradient = level.gradient[level.whole] / kernel**2
            numbers = self.tiling.numbers(kernel)[level.whole]
            errors = (np.abs(high), np.abs(low), high, low, gradient)
            found.append(self.tiling.add_up(numbers, *errors))
        by_tile = np.stack(found, axis=1)
        return Contribution(sums={"blocks": by_tile.sum(axis=0)}, tiles={"blocks": by_tile})

    def result(self) -> KernelErrors:
        return kernel_errors(self.kernels, self.total("blocks"))


def kernel_errors(kernels: Sequence[int], sums: np.ndarray) -> KernelErrors:
    """Means from sums over blocks, (..., kernels, 6)."""
    n = sums[..., 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        means = {name: sums[..., k] / n for k, name in enumerate(_COLUMNS)}
    return KernelErrors(
        kernels=tuple(kernels),
        n=n,
        gradient=means["gradient"],
        extremes=(means["abs_max"] + means["abs_min"]) / 2,
        maximum=means["abs_max"],
        minimum=means["abs_min"],
        maximum_bias=means["max"],
        minimum_bias=means["min"],
    )


_Both = tuple[np.ndarray, np.ndarray]


def _both(fields: _Both, times: int, ufunc: np.ufunc) -> _Both:
    one, other = fields
    return blocks.reduce(one, times, ufunc), blocks.reduce(other, times, ufunc)


@dataclass(frozen=True)
class _Level:
    """Blocks of one size: extremes of both fields, the gradient's sum, which blocks count."""

    highest: _Both
    lowest: _Both
    gradient: np.ndarray
    whole: np.ndarray

    @classmethod
    def of(cls, comparison: Comparison) -> _Level:
        fields = (comparison.target, comparison.prediction)
        return cls(fields, fields, comparison.gradient, comparison.complete)

    def coarser(self, times: int) -> _Level:
        return _Level(
            _both(self.highest, times, np.maximum),
            _both(self.lowest, times, np.minimum),
            blocks.sums(times, self.gradient),
            blocks.reduce(self.whole, times, np.logical_and),
        )

    def errors(self) -> tuple[np.ndarray, np.ndarray]:
        """E_max and E_min of the blocks that count (equations 3 and 4)."""
        high, low = (target - guess for target, guess in (self.highest, self.lowest))
        return high[self.whole], low[self.whole]
