"""How much field a region holds: signed, unsigned, and unsigned with a noise that is not there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import erf


@dataclass(frozen=True)
class Total:
    """Means over the region's pixels, gauss; times their number they are the paper's totals.

    Parameters
    ----------
    signed, unsigned : mean B and mean abs(B).
    unsigned_with_noise : mean abs(B + noise) that is expected; None where no noise is added.
    """

    signed: float
    unsigned: float
    unsigned_with_noise: float | None = None


def total(field: np.ndarray, sigma: float | None = None) -> Total:
    """Measure a field.

    Parameters
    ----------
    field : (n,) gauss, finite.
    sigma : standard deviation of the noise to add, gauss; None adds none.
    """
    return Total(
        signed=float(np.mean(field, dtype=np.float64)),
        unsigned=float(np.mean(np.abs(field), dtype=np.float64)),
        unsigned_with_noise=None
        if sigma is None
        else float(expected_unsigned(field, sigma).mean()),
    )


def expected_unsigned(field: np.ndarray, sigma: float) -> np.ndarray:
    """The mean of abs(B + noise) over Gaussian noise, pixel by pixel; float64, gauss.

    The folded normal distribution's mean. It is what draws of noise would give on average, and
    needs no seed.

    Parameters
    ----------
    field : B, gauss, any shape.
    sigma : standard deviation of the noise, gauss; 0 gives abs(B).
    """
    strength = np.abs(field, dtype=np.float64)
    if sigma == 0:
        return strength
    scaled = strength / (sigma * math.sqrt(2))
    folded = sigma * math.sqrt(2 / math.pi) * np.exp(-scaled * scaled)
    return folded + strength * erf(scaled)
