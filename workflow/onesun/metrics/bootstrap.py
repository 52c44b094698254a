"""Studentised intervals from units drawn with replacement (onesun.metrics.units).

Few units, of which some hold most of the field, make percentiles of the resamples too narrow.
What is resampled is therefore the deviation over its own standard error (bootstrap-t, symmetric;
Hall 1988), on a scale on which errors hardly depend on the value. The standard error follows
from the units' influence on the value, what neighbouring units share included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from onesun.metrics.units import Units

Interval = tuple[float, float] | None
Statistic = Callable[[np.ndarray], np.ndarray]

FEWEST = 6  # units; of fewer there are too few different resamples
FEWEST_INDEPENDENT = 3  # effective number; an interval from fewer says nothing
_NOTHING = 1e-12  # deviations that are rounding
_STEP = 1e-20  # of the complex step


@dataclass(frozen=True)
class Scale:
    """Where a value is resampled, and the way back."""

    to: Statistic
    back: Statistic


PLAIN = Scale(lambda value: value, lambda value: value)
FISHER = Scale(np.arctanh, np.tanh)  # of correlations
LOGARITHM = Scale(np.log, np.exp)  # of what is above 0
# Of shares, from 0 to 1.
LOGIT = Scale(lambda share: np.log(share / (1 - share)), lambda odds: 1 / (1 + np.exp(-odds)))


@dataclass(frozen=True)
class Spread:
    """How well a value is known.

    Parameters
    ----------
    interval : None where it is not determined, of fewer than ``FEWEST`` units, and of effectively
        fewer than ``FEWEST_INDEPENDENT``.
    independent : the effective number of independent units; None without a unit.
    """

    interval: Interval
    independent: float | None


def spread(
    statistic: Statistic,
    sums: np.ndarray,
    share: np.ndarray,
    units: Units,
    settings: Mapping[str, Any],
    scale: Scale = PLAIN,
) -> Spread:
    """The interval of a value that follows from sums.

    The same units and settings draw the same resamples, so that for a difference of two methods
    both have their sums side by side.

    Parameters
    ----------
    statistic : maps sums (..., k) to values (...). It is differentiated by a complex step, and so
        made of what NumPy does to complex numbers.
    sums : (units, k).
    share : (units,) how much each unit holds of what decides on the value, at least 0; units with
        nothing are not drawn.
    settings : ``resamples``, ``confidence`` and ``seed`` of ``table1.bootstrap``.
    scale : on which errors are even.
    """
    used = np.flatnonzero(share > 0)
    sums, share = sums[used], share[used]
    if used.size < FEWEST:
        return Spread(None, float(used.size) or None)
    near = units.neighbours[np.ix_(used, used)]
    with np.errstate(all="ignore"):
        of = _on(statistic, scale)
        whole = sums.sum(axis=0)
        influence = sums @ _gradient(of, whole)
        inflation = _inflation(influence, near)
        independent = float(share.sum() ** 2 / (share**2).sum() / inflation)
        weights = draw(used.size, settings["resamples"], settings["seed"])
        drawn = weights @ sums
        deviation = np.abs(of(drawn) - of(whole))
        squares = (sums @ _gradient(of, drawn).T) ** 2
        errors = np.sqrt(np.einsum("rb,br->r", weights, squares))
        ratio = np.where(deviation <= _NOTHING, 0, deviation / errors)
        # A resample that does not determine the value is as far off as can be.
        ratio[np.isnan(ratio)] = np.inf
        width = np.quantile(ratio, settings["confidence"], method="higher")
        half = width * np.sqrt(inflation * (influence**2).sum())
        low, high = sorted(scale.back(of(whole) + side * half) for side in (-1, 1))
    # An infinite half-width ends at finite bounds of a correlation or a share: -1 and 1, 0 and 1.
    known = np.isfinite([half, low, high]).all() and independent >= FEWEST_INDEPENDENT
    return Spread((float(low), float(high)) if known else None, independent)


@lru_cache(maxsize=64)
def draw(units: int, resamples: int, seed: int) -> np.ndarray:
    """How often each unit is drawn in each resample; (resamples, units) float64, not writable."""
    generator = np.random.default_rng(seed)
    shares = np.full(units, 1 / units)
    drawn = generator.multinomial(units, shares, size=resamples).astype(np.float64)
    drawn.setflags(write=False)
    return drawn


def _on(statistic: Statistic, scale: Scale) -> Statistic:
    return lambda sums: scale.to(statistic(sums))


def _gradient(of: Statistic, sums: np.ndarray) -> np.ndarray:
    """Of a function of sums (..., k), by a complex step in each; (..., k)."""
    steps = 1j * _STEP * np.eye(sums.shape[-1])
    return of(sums[..., None, :] + steps).imag / _STEP


def _inflation(influence: np.ndarray, near: np.ndarray) -> float:
    """By how much what neighbouring units share makes the variance larger; at least 1.

    Influences add up to 0, which by itself makes those of any two units correlate by
    -1 / (units - 1): that much is expected of units that share nothing.
    """
    count, own = influence.size, (influence**2).sum()
    if own <= _NOTHING**2:
        return 1.0
    shared = influence @ near @ influence + own * near.sum() / (count * (count - 1))
    return float(max(1.0, 1 + shared / own))


# Statistics of sums that more than one table has.


def correlation(sums: np.ndarray) -> np.ndarray:
    """Pearson's coefficient from the sums of 1, x, y, x^2, y^2 and xy; (..., 6) to (...)."""
    n, x, y, xx, yy, xy = np.moveaxis(sums, -1, 0)
    correlation: np.ndarray = (xy - x * y / n) / np.sqrt((xx - x * x / n) * (yy - y * y / n))
    return correlation


def variation(sums: np.ndarray) -> np.ndarray:
    """Each unit's share in the sum of (x - mean x)^2, which a correlation is decided by.

    Parameters
    ----------
    sums : (units, ...) of which the first four are of 1, x, y and x^2.

    Returns (units,), 0 where a unit has no pixel.
    """
    n, x, _, xx = np.moveaxis(sums[..., :4], -1, 0)
    mean = x.sum() / n.sum() if n.sum() else 0.0
    return np.where(n > 0, np.maximum(xx - 2 * mean * x + mean**2 * n, np.finfo(float).tiny), 0)
