"""A standard deviation that a few strong pixels do not change."""

from __future__ import annotations

import numpy as np

# Of a normal distribution, the standard deviation over the median absolute deviation.
_NORMAL = 1.4826


def robust_sigma(values: np.ndarray, centre: float | None = None) -> float:
    """1.4826 times the median absolute deviation of ``values``, in their unit.

    Parameters
    ----------
    values : any shape, finite.
    centre : what they deviate from; None is their median.

    Returns NaN of no values. (scipy.stats has it, too, but takes half a second to import.)
    """
    if values.size == 0:
        return float("nan")
    middle = np.median(values) if centre is None else centre
    return float(_NORMAL * np.median(np.abs(values - middle)))
