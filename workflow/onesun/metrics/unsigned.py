"""Unsigned field and flux with the noise that an observation has and an expectation lacks.

A network gives the mean of what HMI may have seen. HMI's noise, and structure that the input cannot
show, average out in it, while abs(B) of an observation sums noise up. The two are compared only
after the noise is added to the former (paper, section 4.4).
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import erf


def expected_unsigned(field: np.ndarray, sigma: float | np.ndarray) -> np.ndarray:
    """The mean of abs(B + noise) over Gaussian noise, pixel by pixel; float64, gauss.

    The folded normal distribution's mean. It is what draws of noise would give on average, and
    needs no seed.

    Parameters
    ----------
    field : B, gauss, any shape.
    sigma : standard deviation of the noise, gauss, a number or in the shape of ``field``; 0 gives
        abs(B).
    """
    strength = np.abs(field, dtype=np.float64)
    sigma = np.asarray(sigma, dtype=np.float64)
    noisy = sigma > 0
    scaled = np.divide(strength, sigma * math.sqrt(2), out=np.zeros_like(strength), where=noisy)
    folded = sigma * math.sqrt(2 / math.pi) * np.exp(-scaled * scaled)
    expected: np.ndarray = np.where(noisy, folded + strength * erf(scaled), strength)
    return expected
