"""Sums over tiles of the disk that make the scores by which released weights are judged."""

from __future__ import annotations

from typing import Any

import numpy as np

from onesun.metrics import blocks
from onesun.metrics.comparison import Comparison
from onesun.metrics.statistic import Contribution, Statistic
from onesun.metrics.tiled import Tiling

# Of the target x and the prediction y over all pixels; of g over pixels within the limit; of
# |E_max| + |E_min| over all and over strong patches within the limit.
SUMS = ("n", "x", "y", "xx", "yy", "xy", "gn", "g", "pn", "p", "sn", "s")


class TileStatistic(Statistic[Comparison]):
    """Sums over tiles.

    Parameters
    ----------
    tiling : tiles of the frame.
    patch : side of the patches whose extremes count, target pixels; a divisor of the tile's.
    strong : gauss; least mean |B| of the target in a strong patch.
    """

    name = "tiles"

    def __init__(self, tiling: Tiling, patch: int, strong: float) -> None:
        super().__init__()
        self.tiling, self.patch, self.strong = tiling, patch, strong

    def settings(self) -> Any:
        return self.tiling, self.patch, self.strong

    def of(self, comparison: Comparison) -> Contribution:
        x, y = comparison.target, comparison.prediction
        valid, complete = comparison.valid, comparison.complete
        over_pixels = [
            blocks.sums(self.tiling.size, *factors)
            for factors in (
                (valid,), (x,), (y,), (x, x), (y, y), (x, y), (complete,),
                (comparison.gradient, complete),
            )
        ]  # fmt: skip
        whole = blocks.reduce(comparison.inside, self.patch, np.logical_and)
        error = np.where(whole, _extremes(x, y, self.patch), 0.0)
        strong = whole & (blocks.sums(self.patch, np.abs(x)) / self.patch**2 >= self.strong)
        over_patches = [
            blocks.sums(self.tiling.size // self.patch, *factors)
            for factors in ((whole,), (error,), (strong,), (error, strong))
        ]
        found = np.stack([part.ravel() for part in over_pixels + over_patches], axis=1)
        return Contribution(sums={"sums": found.sum(axis=0)}, tiles={"sums": found})

    def result(self) -> np.ndarray:
        """Sums over all frames and tiles, in the order of ``SUMS``; (12,) float64."""
        return self.total("sums")


def _extremes(x: np.ndarray, y: np.ndarray, patch: int) -> np.ndarray:
    """Mean of |E_max| and |E_min| of each patch (paper, equations 3 and 4); gauss."""
    misses = [
        np.abs(blocks.reduce(x, patch, ufunc) - blocks.reduce(y, patch, ufunc))
        for ufunc in (np.maximum, np.minimum)
    ]
    miss: np.ndarray = (misses[0] + misses[1]) / 2
    return miss
