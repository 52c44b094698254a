"""Scores of whole frames, from the sums of onesun.metrics.tiles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from onesun.metrics import bootstrap
from onesun.metrics.tiles import SUMS


@dataclass(frozen=True)
class Score:
    """What follows from sums, in the order of ``SUMS``.

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
    top, bottom = SUMS.index(total), SUMS.index(number)
    return Score(
        lambda sums: sums[..., top] / sums[..., bottom],
        bootstrap.LOGARITHM,
        lambda sums: sums[..., bottom],
    )


def _rmse(sums: np.ndarray) -> np.ndarray:
    n, _, _, xx, yy, xy = np.moveaxis(sums[..., :6], -1, 0)
    rmse: np.ndarray = np.sqrt((xx + yy - 2 * xy) / n)
    return rmse


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
