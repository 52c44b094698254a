"""Sums over tiles of the disk: scores whose intervals come from tiles drawn with replacement.

Neighbouring pixels share their noise and all frames of a Sun share the Sun, so that a tile of the
disk with all its frames is what is drawn.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from onesun.statistics import blocks
from onesun.statistics.comparison import Comparison
from onesun.statistics.statistic import Contribution, Statistic

# Of the target x and the prediction y over all pixels; of g over pixels within the limit; of
# |E_max| + |E_min| over all and over strong patches within the limit.
_SUMS = ("n", "x", "y", "xx", "yy", "xy", "gn", "g", "pn", "p", "sn", "s")
SCORES = ("correlation", "rmse", "gradient", "extremes", "strong_extremes")


class TileStatistic(Statistic):
    """Sums of each frame over its tiles.

    Parameters
    ----------
    size : side of a tile, target pixels.
    patch : side of the patches whose extremes count, target pixels; a divisor of ``size``.
    strong : gauss; least mean |B| of the target in a strong patch.
    """

    name = "tiles"

    def __init__(self, size: int, patch: int, strong: float) -> None:
        super().__init__()
        self.size, self.patch, self.strong = size, patch, strong

    def settings(self) -> Any:
        return self.size, self.patch, self.strong

    def of(self, comparison: Comparison) -> Contribution:
        x, y = comparison.target, comparison.prediction
        valid, complete = comparison.valid, comparison.complete
        over_pixels = [
            blocks.sums(self.size, *factors)
            for factors in (
                (valid,), (x,), (y,), (x, x), (y, y), (x, y), (complete,),
                (comparison.gradient, complete),
            )
        ]  # fmt: skip
        whole = blocks.reduce(comparison.inside, self.patch, np.logical_and)
        error = np.where(whole, _extremes(x, y, self.patch), 0.0)
        strong = whole & (blocks.sums(self.patch, np.abs(x)) / self.patch**2 >= self.strong)
        over_patches = [
            blocks.sums(self.size // self.patch, *factors)
            for factors in ((whole,), (error,), (strong,), (error, strong))
        ]
        found = np.stack([part.ravel() for part in over_pixels + over_patches], axis=1)
        return Contribution(sums={"sums": found})

    def of_tiles(self) -> np.ndarray:
        """Sums over all frames, tile by tile; (tiles, 12) float64, in the order of ``_SUMS``."""
        return self.total("sums")

    def result(self) -> dict[str, float]:
        """The scores of all frames together; NaN where undetermined."""
        return dict(zip(SCORES, scores(self.of_tiles().sum(axis=0)).tolist(), strict=True))


def _extremes(x: np.ndarray, y: np.ndarray, patch: int) -> np.ndarray:
    """Mean of |E_max| and |E_min| of each patch (paper, equations 3 and 4); gauss."""
    misses = [
        np.abs(blocks.reduce(x, patch, ufunc) - blocks.reduce(y, patch, ufunc))
        for ufunc in (np.maximum, np.minimum)
    ]
    return (misses[0] + misses[1]) / 2


def scores(sums: np.ndarray) -> np.ndarray:
    """Scores from sums over the last axis; (..., 12) to (..., 5), NaN where undetermined.

    Correlation and root-mean-square error (gauss) over the disk; mean g(prediction - target) in
    gauss per pixel; mean error of the extremes of patches and of strong patches, gauss.
    """
    n, x, y, xx, yy, xy, gn, g, pn, p, sn, s = np.moveaxis(sums, -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt((xx - x * x / n) * (yy - y * y / n))
        found = (
            (xy - x * y / n) / spread,
            np.sqrt(np.maximum(xx + yy - 2 * xy, 0) / n),
            g / gn,
            p / pn,
            s / sn,
        )
        return np.stack(found, axis=-1)
