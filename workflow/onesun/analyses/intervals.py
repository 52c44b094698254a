"""Intervals of what follows from the sums of months: units of the Sun, drawn with replacement."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from onesun.analyses.product import AnalysedMonth
from onesun.metrics import bootstrap
from onesun.metrics.bootstrap import PLAIN, Scale
from onesun.metrics.tiled import Tiling
from onesun.metrics.units import Units, make_units


@dataclass(frozen=True)
class Value:
    """A number with its interval.

    Parameters
    ----------
    value : NaN where it is not determined.
    low, high : ends of the interval; NaN where it is not determined.
    """

    value: float
    low: float
    high: float

    @classmethod
    def none(cls) -> Value:
        return cls(np.nan, np.nan, np.nan)

    def times(self, factor: float) -> Value:
        """In another unit."""
        return Value(self.value * factor, self.low * factor, self.high * factor)

    def text(self, digits: int) -> str:
        """As tables have it."""
        if not np.isfinite(self.value):
            return "—"
        shown = f"{self.value:.{digits}f}"
        if not np.isfinite(self.low + self.high):
            return shown
        return f"{shown} [{self.low:.{digits}f}, {self.high:.{digits}f}]"

    def record(self, name: str) -> dict[str, float | None]:
        """As a CSV has it: the value and both ends, None where they are not determined."""
        parts = zip(("", "_low", "_high"), (self.value, self.low, self.high), strict=True)
        return {f"{name}{end}": float(part) if np.isfinite(part) else None for end, part in parts}


def units_of(months: Sequence[AnalysedMonth], settings: Mapping[str, Any]) -> Units:
    """The units that intervals of months together are drawn from.

    Parameters
    ----------
    months : of the same tiling, each once.
    settings : the configuration's section ``table1.bootstrap``.
    """
    days = sorted(day for month in months for day in month.days)
    return make_units(days, Tiling(**months[0].settings["tiling"]), settings)


def sums_of(tables: Sequence[np.ndarray], units: Units) -> np.ndarray:
    """Sums over units of months of (days, tiles, ...), in order of time; (units, ...)."""
    return units.sums(np.concatenate(list(tables)))


def with_interval(
    score: Callable[[np.ndarray], np.ndarray],
    sums: np.ndarray,
    share: np.ndarray,
    units: Units,
    settings: Mapping[str, Any],
    scale: Scale = PLAIN,
) -> tuple[Value, float]:
    """A score of all units with its interval, and the effective number of independent units.

    Parameters
    ----------
    score, sums, share, units, scale : as :func:`onesun.metrics.bootstrap.spread` has them.
    settings : the configuration's section ``table1.bootstrap``.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        value = float(score(sums.sum(axis=0)))
    found = bootstrap.spread(score, sums, share, units, settings, scale)
    low, high = found.interval or (np.nan, np.nan)
    return Value(value, low, high), found.independent or 0.0


# Scores of the sums of 1, x, y, x^2, y^2 and xy; (..., 6) to (...), NaN where undetermined.
_UNDETERMINED = np.errstate(invalid="ignore", divide="ignore")


@_UNDETERMINED
def slope(sums: np.ndarray) -> np.ndarray:
    """Least-squares b of y = a + b x."""
    n, x, y, xx, _, xy = np.moveaxis(sums, -1, 0)
    found: np.ndarray = (xy - x * y / n) / (xx - x * x / n)
    return found


@_UNDETERMINED
def offset(sums: np.ndarray) -> np.ndarray:
    """Least-squares a of y = a + b x, in y's unit."""
    n, x, y, *_ = np.moveaxis(sums, -1, 0)
    found: np.ndarray = (y - slope(sums) * x) / n
    return found


@_UNDETERMINED
def ratio(sums: np.ndarray) -> np.ndarray:
    """b of y = b x, the line through the origin."""
    found: np.ndarray = sums[..., 5] / sums[..., 3]
    return found


@_UNDETERMINED
def rmse(sums: np.ndarray) -> np.ndarray:
    """Root-mean-square of y - x."""
    n, _, _, xx, yy, xy = np.moveaxis(sums, -1, 0)
    found: np.ndarray = np.sqrt((xx + yy - 2 * xy) / n)
    return found
