"""Signal and noise of a field, by how its values are distributed: no pixel needs to be known twice.

A reading B is a signal and Gaussian noise of standard deviation sigma. Scaling the signal by
1 + a changes mean abs(B) by less than a, as noise alone has a mean that does not move. With p the
density of the readings, integration by parts gives what it does change by::

    d ln mean abs(B) / d a = 1 - 2 sigma² p(0) / mean abs(B)

and the mean of all signals that give a reading (Tweedie's formula; Efron 2011,
doi 10.1198/jasa.2011.tm11181)::

    E[signal | B] = B + sigma² d ln p / d B
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from onesun.metrics import core
from onesun.products.steps import QUANTUM

LIMIT = 5.0  # gauss; about one sigma of HMI: further out the Sun's own weak fields widen the core
_STEP = 11 * QUANTUM  # gauss; an odd number of the steps in which fields are kept, around zero
_REACH = 10  # sigmas; beyond, the noise moves a reading by little
_FEWEST = 100  # readings in a bin, for a slope


@dataclass(frozen=True)
class Noise:
    """The core of a field's distribution, taken for its noise.

    Parameters
    ----------
    sigma : standard deviation, gauss. The Sun's weakest fields are in it.
    density : share of the readings per gauss at a field of zero, 1/gauss.
    """

    sigma: float
    density: float

    def response(self, unsigned: float) -> float:
        """Change of the mean unsigned field by that of the signal, both as fractions.

        Parameters
        ----------
        unsigned : mean abs(B) of the same readings, gauss.
        """
        return max(0.0, 1 - 2 * self.sigma**2 * self.density / unsigned)


def noise_of(field: np.ndarray) -> Noise:
    """Fit a Gaussian to the readings weaker than ``LIMIT``.

    Parameters
    ----------
    field : (n,) gauss, finite.

    Raises OneSunError for fewer than 100 weak readings, or where they show no peak.
    """
    bounds = core.edges(LIMIT, QUANTUM)
    found = core.fit(np.histogram(field, bounds)[0], bounds)
    inside = np.diff(ndtr((bounds[[0, -1]] - found.mean) / found.sigma))[0]
    density = np.exp(-((found.mean / found.sigma) ** 2) / 2) / (np.sqrt(2 * np.pi) * found.sigma)
    at_zero = density / inside
    return Noise(found.sigma, float(found.n / field.size * at_zero))


def signal(field: np.ndarray, sigma: float) -> np.ndarray:
    """The mean of all signals that give each reading, from 0 to the reading; gauss.

    A change of the field by a small multiple of it changes the distribution of the readings as
    the same change of the true signal, under the same noise, would. Both polarities count as one.

    Parameters
    ----------
    field : (n,) gauss, finite: readings of the same noise, enough for a histogram.
    sigma : standard deviation of the noise, gauss.

    Returns (n,) of the type of ``field``.
    """
    strength = np.abs(field)
    found = np.interp(strength, *_shrinkage(field, sigma))
    left: np.ndarray = np.copysign(np.maximum(strength - found, 0), field).astype(field.dtype)
    return left


def _shrinkage(field: np.ndarray, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """Strengths of readings, and by how much the signal is weaker; both in gauss, from 0."""
    last = int(np.ceil(_REACH * sigma / _STEP))
    bounds = (np.arange(-last, last + 2) - 0.5) * _STEP
    counts = np.histogram(field, bounds)[0]
    counts = (counts + counts[::-1])[last:]
    few = np.flatnonzero(counts < _FEWEST)
    counts = counts[: few[0]] if few.size else counts
    strength = np.arange(len(counts)) * _STEP
    if len(counts) < 2:
        return np.zeros(1), np.zeros(1)
    slope = np.gradient(np.log(counts), _STEP)
    slope[0] = 0.0  # both polarities are alike
    return strength, np.clip(-(sigma**2) * slope, 0, strength)
