"""HMI's daily variability: what of its field follows its orbit (paper, section 6.4)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from onesun.errors import OneSunError
from onesun.series.regression import Regression, regress

DAY = 24.0  # hours
_SPARE = 4  # frames more than coefficients, for the residuals


@dataclass(frozen=True)
class Wave:
    """Amplitude of one period, as fractions of HMI's unsigned field.

    Parameters
    ----------
    in_phase : the part that goes with OBS_VR (for half a day, with the cosine of twice its phase),
        negative where HMI's field is smallest as OBS_VR is largest.
    quadrature : the part a quarter of the period later.
    in_phase_error, quadrature_error : standard errors.
    amplitude, amplitude_error : of both together. It is never negative: noise alone gives about
        1.25 errors of a component, so that a variability is judged by ``in_phase``.
    lag : hours by which its largest value is later than OBS_VR's.
    """

    in_phase: float
    in_phase_error: float
    quadrature: float
    quadrature_error: float
    amplitude: float
    amplitude_error: float
    lag: float


@dataclass(frozen=True)
class Times:
    """When and how frames were observed.

    Parameters
    ----------
    hours : (n,) rising.
    regimes : (n,) what has a level of its own: the input's integration time.
    velocity : (n,) OBS_VR, m/s.
    signed : (n,) mean signed field that HMI is compared with, gauss, or None. An input's zero
        point changes it from frame to frame, and the unsigned field with it, where one polarity
        prevails. It holds nothing of HMI, so that it cannot take up HMI's variability.
    """

    hours: np.ndarray
    regimes: Sequence[Any]
    velocity: np.ndarray
    signed: np.ndarray | None = None

    def levels(self) -> np.ndarray:
        """A column of zeros and ones for each regime."""
        kinds = sorted(set(self.regimes), key=str)
        return np.array([[regime == kind for kind in kinds] for regime in self.regimes], float)

    def zero_points(self, others: np.ndarray) -> np.ndarray:
        """One column, or none; less what ``others`` have of it.

        The region's own signed field has a trend as well, which stays with the trend: levels and
        trend are then those of the mean zero point.
        """
        if self.signed is None:
            return np.empty((len(self.hours), 0))
        shared = others @ np.linalg.lstsq(others, self.signed, rcond=None)[0]
        left: np.ndarray = (self.signed - shared)[:, None]
        return left


@dataclass(frozen=True)
class Daily:
    """A fit of log(target / series).

    Parameters
    ----------
    waves : by period, hours.
    velocity : largest OBS_VR of its daily sinusoid, less its mean; m/s.
    largest : hour in which OBS_VR is largest, from the times' origin.
    slope : fraction per day.
    zero_point : change by the signed field, fraction per gauss; None where it is not fitted.
    memory, scatter : of the residuals: correlation of neighbours, standard deviation.
    fitted : (n,) fitted log(target / series) of each frame.
    curve : hours, and the fit through the commonest integration time.
    """

    waves: dict[float, Wave]
    velocity: float
    largest: float
    slope: float
    zero_point: float | None
    memory: float
    scatter: float
    fitted: np.ndarray
    curve: tuple[np.ndarray, np.ndarray]


def analyse(times: Times, values: np.ndarray, *, degree: int, half_day: bool) -> Daily:
    """Regress on levels, a trend, zero points and sinusoids of a day (and of half a day).

    Parameters
    ----------
    times : when and how the frames were observed.
    values : (n,) log of HMI's unsigned field over another's, which does not vary with the orbit.
    degree : of the trend's polynomial in time, 1 or more.
    half_day : whether to fit a period of 12 hours too.

    Raises OneSunError where the frames do not span a day or are too few.
    """
    hours, periods = times.hours, [DAY, DAY / 2] if half_day else [DAY]
    levels = times.levels()
    steady = np.hstack([levels, _trend(hours, hours, degree)])
    zero_points = times.zero_points(steady)
    nuisance = np.hstack([steady, zero_points])
    _check(hours, nuisance.shape[1] + 2 * len(periods) + _SPARE)
    swing, largest = _orbit(hours, times.velocity)
    found = regress(hours, np.hstack([nuisance, _waves(hours - largest, periods)]), values)
    kinds, first = levels.shape[1], nuisance.shape[1]
    level, trend = found.coefficients[levels.sum(axis=0).argmax()], slice(kinds, kinds + degree)
    dense = np.arange(hours[0], hours[-1] + 0.25, 0.25)
    curve = level + _trend(dense, hours, degree) @ found.coefficients[trend]
    curve += _waves(dense - largest, periods) @ found.coefficients[first:]
    return Daily(
        waves={
            period: _wave(found, first + 2 * index, period) for index, period in enumerate(periods)
        },
        velocity=swing,
        largest=largest,
        slope=float(found.coefficients[kinds]) * DAY / _half(hours),
        zero_point=float(found.coefficients[first - 1]) if zero_points.size else None,
        memory=found.memory,
        scatter=found.scatter,
        fitted=found.fitted,
        curve=(dense, curve),
    )


def _check(hours: np.ndarray, wanted: int) -> None:
    span = hours[-1] - hours[0] if len(hours) else 0.0
    if len(hours) < wanted or span < DAY:
        raise OneSunError(
            f"variability: {len(hours)} frames over {span:.1f} h, expected at least {wanted} over "
            f"{DAY:g} h or more"
        )


def _orbit(hours: np.ndarray, velocity: np.ndarray) -> tuple[float, float]:
    """Amplitude of the daily sinusoid in OBS_VR, m/s, and the hour in which it is largest."""
    design = np.hstack([np.ones((len(hours), 1)), _trend(hours, hours, 1), _waves(hours, [DAY])])
    *_, cos, sin = np.linalg.lstsq(design, velocity, rcond=None)[0]
    return float(np.hypot(cos, sin)), float(np.arctan2(sin, cos) / (2 * np.pi) * DAY)


def _half(hours: np.ndarray) -> float:
    return float(hours[-1] - hours[0]) / 2


def _trend(hours: np.ndarray, of: np.ndarray, degree: int) -> np.ndarray:
    """Powers of the time from the middle of ``of``, -1 and 1 at its ends; (n, degree)."""
    scaled = (hours - of[0]) / _half(of) - 1
    powers: np.ndarray = scaled[:, None] ** np.arange(1, degree + 1)
    return powers


def _waves(hours: np.ndarray, periods: Sequence[float]) -> np.ndarray:
    """Cosine and sine of each period; (n, 2 k)."""
    angles = 2 * np.pi * hours[:, None] / np.asarray(periods)
    return np.stack([np.cos(angles), np.sin(angles)], axis=2).reshape(len(hours), -1)


def _wave(found: Regression, index: int, period: float) -> Wave:
    cos, sin = (float(value) for value in found.coefficients[index : index + 2])
    covariance = found.covariance[index : index + 2, index : index + 2]
    amplitude = math.hypot(cos, sin)
    towards = np.array([cos, sin]) / amplitude if amplitude else np.array([1.0, 0.0])
    lag = math.atan2(sin, cos) / (2 * math.pi) * period
    errors = [float(np.sqrt(covariance[i, i])) for i in range(2)]
    along = float(np.sqrt(towards @ covariance @ towards))
    return Wave(cos, errors[0], sin, errors[1], amplitude, along, lag)
