"""The disk taken apart by what a flux is asked of: quiet Sun, poles, active regions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np

from onesun.geometry.grid import SOLAR_RADIUS_METRES, Grid
from onesun.geometry.sphere import disk_to_heliographic

REGIONS = ("quiet", "poles", "active")  # together they are the disk
DISK = "disk"
_BAND = 256  # rows at a time, for what is done in float64


def regions(
    target: np.ndarray, grid: Grid, b0: float, dsun: float, settings: Mapping[str, Any]
) -> np.ndarray:
    """The region of each pixel, its place in :data:`REGIONS`; -1 where it is in none.

    Active is where the target's \\|B\\|, averaged over a square, is strong; poles are what else
    lies poleward of a latitude; quiet is the rest. All of it comes from the target, so that every
    series is measured over the same pixels.

    Parameters
    ----------
    target : (N, N) gauss, NaN where there is no value.
    b0, dsun : latitude of the target's observer, degrees, and distance, m.
    settings : ``within_radius``, ``active``, ``smoothing`` and ``pole`` of the configuration's
        section ``analyses.continuity``.

    Returns (N, N) int8.
    """
    known = np.isfinite(target)
    side = (settings["smoothing"],) * 2
    strength = cv2.blur(np.abs(np.nan_to_num(target)).astype(np.float32), side)
    share = cv2.blur(known.astype(np.float32), side)
    found = np.zeros(target.shape, np.int8)
    axis, rsun = grid.axis("target"), float(np.arcsin(SOLAR_RADIUS_METRES / dsun))
    for first in range(0, len(axis), _BAND):
        rows = slice(first, first + _BAND)
        latitude, _ = disk_to_heliographic(axis[None, :], axis[rows, None], np.deg2rad(b0), rsun)
        polar = np.abs(latitude) >= np.deg2rad(settings["pole"])
        found[rows][polar] = REGIONS.index("poles")
    found[strength >= settings["active"] * np.maximum(share, 1e-6)] = REGIONS.index("active")
    found[~known | (grid.radius("target") > np.float64(settings["within_radius"]))] = -1
    return found
