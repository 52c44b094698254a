"""The statistics of its values that JSOC writes into a header."""

from __future__ import annotations

import numpy as np


def moments(values: np.ndarray) -> dict[str, float]:
    """MIN, MAX, MEDN, MEAN, RMS (about the mean), SKEW and KURT (excess) of finite values.

    JSOC puts DATA in front of each name.
    """
    mean = float(np.mean(values, dtype=np.float64))
    centred = values - np.float32(mean)
    squared = centred * centred
    rms = float(np.sqrt(np.mean(squared, dtype=np.float64)))
    third = float(np.mean(squared * centred, dtype=np.float64))
    fourth = float(np.mean(squared * squared, dtype=np.float64))
    return {
        "MIN": float(values.min()),
        "MAX": float(values.max()),
        "MEDN": float(np.median(values)),
        "MEAN": mean,
        "RMS": rms,
        "SKEW": third / rms**3 if rms else 0.0,
        "KURT": fourth / rms**4 - 3 if rms else 0.0,
    }
