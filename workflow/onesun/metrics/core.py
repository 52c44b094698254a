"""The width of a distribution's core: a Gaussian fitted to a histogram that ends at a limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import ndtr

from onesun.errors import OneSunError

_FEWEST = 100  # pixels
_WIDEST = 3.0  # limits; a wider Gaussian is flat between them


@dataclass(frozen=True)
class Core:
    """A fitted Gaussian.

    Parameters
    ----------
    sigma, mean : standard deviation and mean, gauss.
    sigma_error, mean_error : their standard errors if all pixels were independent.
    n : pixels.
    """

    sigma: float
    sigma_error: float
    mean: float
    mean_error: float
    n: int


def edges(limit: float, step: float) -> np.ndarray:
    """Edges of bins around the multiples of ``step`` that are smaller than ``limit``.

    Fields are kept in such steps: a bin holds one value, and the histogram all there is to know.
    """
    last = int(np.ceil(round(limit / step, 6))) - 1
    return (np.arange(-last, last + 2) - 0.5) * step


def fit(
    counts: np.ndarray, bounds: np.ndarray, *, what: str = "noise", key: str = "noise.limit"
) -> Core:
    """Fit by maximum likelihood, given that no pixel beyond the outer bounds is counted.

    Parameters
    ----------
    counts : (k,) pixels in each bin.
    bounds : (k + 1,) edges of the bins, gauss.
    what : begins the sentence of a refusal.
    key : of the configuration, sets the outer bounds.

    Raises OneSunError for too few pixels, and where the histogram is too flat to tell a width.
    """
    n = int(counts.sum())
    if n < _FEWEST:
        raise OneSunError(f"{what}: {n} pixels in the histogram, expected at least {_FEWEST}")
    shares = counts / n
    middles = (bounds[1:] + bounds[:-1]) / 2
    mean = float(shares @ middles)
    start = max(float(np.sqrt(shares @ (middles - mean) ** 2)), bounds[1] - bounds[0])

    def cost(found: np.ndarray) -> float:
        return -float(shares @ np.log(_shares(found, bounds)))

    best = minimize(
        cost, [mean, np.log(start)], method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-14, "maxiter": 2000},
    ).x  # fmt: skip
    sigma = float(np.exp(best[1]))
    if sigma > _WIDEST * bounds[-1]:
        raise OneSunError(
            f"{what}: the histogram is flat within {bounds[-1]:g} G, expected a peak that tells "
            f"the noise; raise {key}"
        )
    mean_error, log_error = _errors(best, bounds, n)
    return Core(sigma, sigma * log_error, float(best[0]), mean_error, n)


def _shares(found: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """Share of a truncated Gaussian in each bin; ``found`` is its mean and log width."""
    below = ndtr((bounds - found[0]) / np.exp(found[1]))
    shares: np.ndarray = np.maximum(np.diff(below) / (below[-1] - below[0]), 1e-300)
    return shares


def _errors(found: np.ndarray, bounds: np.ndarray, n: int) -> tuple[float, float]:
    """Standard errors from Fisher's information."""
    step = 1e-4
    slopes = [
        (_shares(found + move, bounds) - _shares(found - move, bounds)) / (2 * step)
        for move in step * np.eye(2)
    ]
    expected = _shares(found, bounds)
    information = n * np.array([[(a * b / expected).sum() for b in slopes] for a in slopes])
    variances = np.linalg.inv(information).diagonal()
    return float(np.sqrt(variances[0])), float(np.sqrt(variances[1]))
