"""Scores of whole frames from sums over tiles of the disk, by which released weights are judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from onesun.statistics import blocks, bootstrap
from onesun.statistics.comparison import Comparison
from onesun.statistics.statistic import Contribution, Statistic
from onesun.statistics.tiled import Tiling

# Of the target x and the prediction y over all pixels; of g over pixels within the limit; of
# |E_max| + |E_min| over all and over strong patches within the limit.
_SUMS = ("n", "x", "y", "xx", "yy", "xy", "gn", "g", "pn", "p", "sn", "s")


class TileStatistic(Statistic):
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

    def result(self) -> dict[str, float]:
        """The scores of all frames together; NaN where undetermined."""
        total = self.total("sums")
        with np.errstate(invalid="ignore", divide="ignore"):
            return {name: float(score.of(total)) for name, score in SCORES.items()}


def _extremes(x: np.ndarray, y: np.ndarray, patch: int) -> np.ndarray:
    """Mean of |E_max| and |E_min| of each patch (paper, equations 3 and 4); gauss."""
    misses = [
        np.abs(blocks.reduce(x, patch, ufunc) - blocks.reduce(y, patch, ufunc))
        for ufunc in (np.maximum, np.minimum)
    ]
    return (misses[0] + misses[1]) / 2


@dataclass(frozen=True)
class Score:
    """What follows from sums, in the order of ``_SUMS``.

    Parameters
    ----------
    of : maps sums (..., 12) to values (...), NaN where they are not determined.
    scale : on which its errors are even.
    decides : the share of each unit in what decides on the score, (units, 12) to (units,).
    """

    of: bootstrap.Statistic
    scale: bootstrap.Scale
    decides: bootstrap.Statistic


def _mean(total: str, number: str) -> Score:
    top, bottom = _SUMS.index(total), _SUMS.index(number)
    return Score(
        lambda sums: sums[..., top] / sums[..., bottom],
        bootstrap.LOGARITHM,
        lambda sums: sums[..., bottom],
    )


def _rmse(sums: np.ndarray) -> np.ndarray:
    n, _, _, xx, yy, xy = np.moveaxis(sums[..., :6], -1, 0)
    return np.sqrt((xx + yy - 2 * xy) / n)


# Correlation and root-mean-square error (gauss) over the disk; mean g(prediction - target) in gauss
# per pixel; mean error of the extremes of patches and of strong patches, gauss.
SCORES = {
    "correlation": Score(
        lambda sums: bootstrap.correlation(sums[..., :6]), bootstrap.FISHER, bootstrap.variation
    ),
    "rmse": Score(_rmse, bootstrap.LOGARITHM, lambda sums: sums[..., 0]),
    "gradient": _mean("g", "gn"),
    "extremes": _mean("p", "pn"),
    "strong_extremes": _mean("s", "sn"),
}
