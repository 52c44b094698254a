"""Frames cut into patches and put back, and where on the Sun each patch lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from onesun.geometry.grid import RSUN_AT_1AU, SOLAR_RADIUS_METRES, Grid
from onesun.geometry.sphere import disk_to_heliographic


def tiles(frame: np.ndarray, size: int) -> np.ndarray:
    """View of a square frame as its patches, without a copy.

    Parameters
    ----------
    frame : (N, N), N a multiple of ``size``.
    size : pixels on a side of a patch.

    Returns (rows, columns, size, size); row 0 is the southernmost, column 0 the easternmost.
    Raises ValueError when the frame is not square or not a whole number of patches wide.
    """
    side = frame.shape[0]
    if frame.shape != (side, side) or side % size:
        raise ValueError(f"a frame of shape {frame.shape} has no whole patches of {size} pixels")
    count = side // size
    return frame.reshape(count, size, count, size).swapaxes(1, 2)


def cut(frame: np.ndarray, size: int) -> np.ndarray:
    """Patches of a frame, row by row: (rows * columns, size, size), contiguous (one copy)."""
    return tiles(frame, size).reshape(-1, size, size)


def join(patches: np.ndarray) -> np.ndarray:
    """The frame that :func:`cut` made these patches of: (n, size, size) to (N, N), one copy.

    Raises ValueError when n is not a square number.
    """
    number, size = patches.shape[:2]
    count = round(number**0.5)
    if count * count != number:
        raise ValueError(f"{number} patches make no square frame")
    frame = np.empty((count * size, count * size), dtype=patches.dtype)
    tiles(frame, size)[...] = patches.reshape(count, count, size, size)
    return frame


@dataclass(frozen=True)
class PatchPlaces:
    """Where the patches of a grid lie; each attribute is an array of one value per patch.

    Attributes
    ----------
    row, column : int32, counted from 0 at the south-east corner, in the order of :func:`cut`.
    x_arcsec, y_arcsec : float32, solar west and north of the patch's centre, seen from 1 AU.
    radius : float32, distance of the patch's centre from the disk centre in limb radii.
    on_disk : float32, share of the patch's target pixels whose centres lie on the disk.
    """

    row: np.ndarray
    column: np.ndarray
    x_arcsec: np.ndarray
    y_arcsec: np.ndarray
    radius: np.ndarray
    on_disk: np.ndarray

    def heliographic(self, b0: float, dsun: float) -> tuple[np.ndarray, np.ndarray]:
        """Latitude and longitude of the patches' centres for an observer.

        Parameters
        ----------
        b0 : heliographic latitude of the observer, degrees.
        dsun : distance of the observer from the Sun's centre, m.

        Returns float32 degrees, NaN off the disk. Longitude counts from the observer's central
        meridian, which for an observer at Earth is Stonyhurst's (SDO's stays within 0.02
        degrees of it).
        """
        rsun = float(np.arcsin(SOLAR_RADIUS_METRES / dsun))
        x, y = (axis.astype(np.float64) / RSUN_AT_1AU for axis in (self.x_arcsec, self.y_arcsec))
        latitude, longitude = disk_to_heliographic(x, y, np.deg2rad(b0), rsun)
        return (
            np.rad2deg(latitude).astype(np.float32),
            np.rad2deg(longitude).astype(np.float32),
        )


def places(grid: Grid) -> PatchPlaces:
    """Where the patches of ``grid`` lie."""
    count = grid.input_size // grid.patch
    row, column = np.divmod(np.arange(count * count, dtype=np.int32), np.int32(count))
    centres = (np.arange(count) - (count - 1) / 2) * grid.patch * grid.input_scale
    x, y = centres[column], centres[row]
    inside = grid.radius("target") < 1
    return PatchPlaces(
        row=row,
        column=column,
        x_arcsec=x.astype(np.float32),
        y_arcsec=y.astype(np.float32),
        radius=(np.hypot(x, y) / RSUN_AT_1AU).astype(np.float32),
        on_disk=tiles(inside, grid.patch * grid.factor).mean((2, 3)).ravel().astype(np.float32),
    )
