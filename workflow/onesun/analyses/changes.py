"""Steps and trends in a series of a few values, and how large they would have to be to be found."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

LEVEL = 0.05  # of every test
POWER = 0.8
FEWEST = 3  # values
_RESAMPLES = 9999


@dataclass(frozen=True)
class Changes:
    """What tests say of a series; NaN where it is too short for one.

    Parameters
    ----------
    count : values.
    trend, trend_low, trend_high : Theil and Sen's slope per unit of time, and its 95 % interval,
        NaN where so few values cannot tell a trend at that level.
    trend_p : Kendall's test of no trend.
    step : mean after less mean before the place where they differ most, for their numbers.
    step_at : values before it.
    step_p : share of orders of the values, drawn at random, whose largest step is as clear.
    smallest_p : the smallest p that so many values can give, of trend and step.
    detectable : the step in the middle that a t test finds with a power of 80 %, at this scatter.
    autocorrelation : of neighbouring values; both p suppose none.
    """

    count: int
    trend: float
    trend_low: float
    trend_high: float
    trend_p: float
    step: float
    step_at: int
    step_p: float
    smallest_p: tuple[float, float]
    detectable: float
    autocorrelation: float


def changes(times: np.ndarray, values: np.ndarray, seed: int) -> Changes | None:
    """Test a series for a trend and a step; None below :data:`FEWEST` values.

    Parameters
    ----------
    times : (n,) rising.
    values : (n,) finite, in the order of ``times``.
    seed : draws orders where there are too many to go through.
    """
    n = len(values)
    if n < FEWEST:
        return None
    slope = stats.theilslopes(values, times, alpha=1 - LEVEL)
    steps = _steps(values)
    at = int(np.argmax(np.abs(steps)))
    test = stats.permutation_test(
        (values,),
        lambda x, axis: np.abs(_steps(np.moveaxis(x, axis, -1))).max(axis=-1),
        permutation_type="pairings",
        vectorized=True,
        n_resamples=_RESAMPLES,
        alternative="greater",
        random_state=np.random.default_rng(seed),
    )
    smallest = (2 / math.factorial(n), min(2 / math.comb(n, n // 2), 1.0))
    determined = smallest[0] <= LEVEL
    return Changes(
        count=n,
        trend=float(slope.slope),
        trend_low=float(slope.low_slope) if determined else math.nan,
        trend_high=float(slope.high_slope) if determined else math.nan,
        trend_p=float(stats.kendalltau(times, values).pvalue),
        step=float(values[at + 1 :].mean() - values[: at + 1].mean()),
        step_at=at + 1,
        step_p=float(test.pvalue),
        smallest_p=smallest,
        detectable=detectable_step(n, float(np.std(values, ddof=1))),
        autocorrelation=_autocorrelation(values),
    )


def detectable_step(count: int, scatter: float) -> float:
    """The step in the middle of a series that a two-sided t test finds with a power of 80 %.

    Parameters
    ----------
    count : values, independent.
    scatter : their standard deviation without the step.
    """
    halves = (count // 2, count - count // 2)
    degrees = count - 2
    if degrees < 1:
        return math.nan
    limit = float(stats.t.ppf(1 - LEVEL / 2, degrees))

    def lacking(noncentrality: float) -> float:
        # Findings of the wrong sign are next to none, and no power.
        return float(stats.nct.sf(limit, degrees, noncentrality)) - POWER

    found = optimize.brentq(lacking, 0.1, 30.0)  # 16.4 for three values
    return found * scatter * math.sqrt(1 / halves[0] + 1 / halves[1])


def _steps(values: np.ndarray) -> np.ndarray:
    """Mean after less mean before each place, over its standard deviation for unit scatter.

    (..., n) to (..., n - 1).
    """
    n = values.shape[-1]
    before = np.arange(1, n)
    total = np.cumsum(values, axis=-1)
    left = total[..., :-1] / before
    right = (total[..., -1:] - total[..., :-1]) / (n - before)
    step: np.ndarray = (right - left) * np.sqrt(before * (n - before) / n)
    return step


def _autocorrelation(values: np.ndarray) -> float:
    centred = values - values.mean()
    power = float((centred**2).sum())
    return float((centred[1:] * centred[:-1]).sum()) / power if power > 0 else math.nan
