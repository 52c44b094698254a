"""Scores of whole frames, from the sums of onesun.metrics.tiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from onesun.metrics import bootstrap
from onesun.metrics.tiles import SUMS
from onesun.metrics.units import Units


@dataclass(frozen=True)
class Score:
    """What follows from sums, such as those in the order of ``SUMS``.

    Parameters
    ----------
    of : maps sums (..., k) to values (...), NaN where they are not determined.
    scale : on which its errors are even.
    decides : the share of each unit in what decides on the score, (units, k) to (units,).
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


def scored(
    score: Score,
    own: np.ndarray,
    bar: np.ndarray,
    sums: np.ndarray,
    units: Units,
    settings: Mapping[str, Any],
) -> dict[str, Any]:
    """One method's score and its difference from another's, the bar, with intervals.

    Parameters
    ----------
    own, bar : (k,) the sums of both.
    sums : (units, 2 k) those of both by unit, the bar's last.
    units : what is drawn.
    settings : the configuration's ``table1.bootstrap``.

    Returns ``value``, ``interval``, ``independent`` (effective number of units), ``gain`` (less
    the bar's) and ``gain_interval``; None where undetermined.
    """
    share, k = score.decides(sums), own.size
    found = bootstrap.spread(
        lambda each: score.of(each[..., :k]), sums, share, units, settings, score.scale
    )
    gained = bootstrap.spread(
        lambda each: score.of(each[..., :k]) - score.of(each[..., k:]),
        sums, share, units, settings,
    )  # fmt: skip
    with np.errstate(invalid="ignore", divide="ignore"):
        value, gain = score.of(own), score.of(own) - score.of(bar)
    return {
        "value": _known(value),
        "interval": found.interval,
        "independent": found.independent,
        "gain": _known(gain),
        "gain_interval": gained.interval,
    }


def _known(value: float | np.ndarray) -> float | None:
    return float(value) if np.isfinite(value) else None
