"""Linear regression of a series whose residuals remember those before them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Correlations of neighbours that are weighed; near 1 it is a trend, which the regression has.
_MEMORIES = np.linspace(0, 0.98, 50)


@dataclass(frozen=True)
class Regression:
    """Coefficients of generalised least squares.

    Parameters
    ----------
    coefficients, covariance : (p,) and (p, p).
    memory : mean correlation of residuals one typical step apart, 0 or more.
    scatter : standard deviation of the residuals.
    fitted : (n,) design times coefficients.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    memory: float
    scatter: float
    fitted: np.ndarray


def regress(times: np.ndarray, design: np.ndarray, values: np.ndarray) -> Regression:
    """Regress with residuals that are an autoregressive process of first order.

    The correlation of residuals a time d apart is memory^(d / step), step being the median
    difference of neighbouring times, so that gaps do no harm. A short series hardly tells its
    memory; taking the likeliest alone, errors come out a fifth too small. All memories from 0 on
    are therefore weighed by their restricted likelihood (Patterson and Thompson 1971; Harville
    1974): coefficients are the weighted mean, and their covariance also has the scatter among them.
    With r = n - p, r / (r - 2) makes it that of Student's distribution.

    Parameters
    ----------
    times : (n,) rising, any unit.
    design : (n, p) of rank p < n - 2.
    values : (n,).
    """
    steps = np.diff(times)
    lags = steps / np.median(steps)
    found = [_solve(memory, lags, design, values) for memory in _MEMORIES]
    costs, coefficients, covariances, variances = (
        np.array(part) for part in zip(*found, strict=True)
    )
    weights = np.exp(-(costs - costs.min()) / 2)
    weights /= weights.sum()
    mean = weights @ coefficients
    apart = coefficients - mean
    spare = len(values) - design.shape[1]
    within = spare / (spare - 2) * np.tensordot(weights, covariances, axes=1)
    return Regression(
        coefficients=mean,
        covariance=within + (weights[:, None] * apart).T @ apart,
        memory=float(weights @ _MEMORIES),
        scatter=float(np.sqrt(weights @ variances)),
        fitted=design @ mean,
    )


def _solve(
    memory: float, lags: np.ndarray, design: np.ndarray, values: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray, float]:
    """-2 log of the restricted likelihood; coefficients, covariance and variance, given memory."""
    n, p = design.shape
    kept = memory**lags
    innovation = np.sqrt(1 - kept**2)
    x, y = _whitened(design, kept, innovation), _whitened(values, kept, innovation)
    normal = x.T @ x
    inverse = np.linalg.inv(normal)
    coefficients = inverse @ (x.T @ y)
    residual = y - x @ coefficients
    variance = float(residual @ residual) / (n - p)
    likelihood = (
        (n - p) * np.log(max(variance, 1e-300))
        + 2 * np.log(innovation).sum()
        + np.linalg.slogdet(normal)[1]
    )
    return float(likelihood), coefficients, variance * inverse, variance


def _whitened(values: np.ndarray, kept: np.ndarray, innovation: np.ndarray) -> np.ndarray:
    """Independent combinations of values, each less what the one before foretells."""
    white = np.array(values, dtype=np.float64)
    turned = (slice(None),) + (None,) * (white.ndim - 1)
    white[1:] = (white[1:] - kept[turned] * values[:-1]) / innovation[turned]
    return white
