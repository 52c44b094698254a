"""How much field a region holds: signed, unsigned, and unsigned with a noise that is not there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from onesun.metrics.unsigned import expected_unsigned


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
