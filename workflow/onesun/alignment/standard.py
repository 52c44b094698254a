"""A frame alone, north up and scaled to 1 AU by its header: no pair, no registration."""

from __future__ import annotations

import numpy as np

from onesun.alignment.mapping import HeaderMapping
from onesun.alignment.resample import resample
from onesun.reading.magnetogram import Magnetogram


def by_header(frame: Magnetogram, size: int, half_width: float = 1.1) -> np.ndarray:
    """Turn ``frame`` to solar north and scale it by its header.

    Parameters
    ----------
    size : pixels on a side of the picture.
    half_width : half of that side, limb radii.

    Returns (size, size) float32, gauss, NaN off the disk; averaged over the pixel where the
    picture is coarser than the frame.
    """
    axis = (np.arange(size) - (size - 1) / 2) * (2 * half_width / size)
    return resample(frame.field, frame.pointing, HeaderMapping(axis, frame.pointing))
