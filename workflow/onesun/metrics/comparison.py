"""One frame's target and prediction, and what the measurements derive from both."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import cv2
import numpy as np

from onesun.errors import OneSunError
from onesun.geometry.flux import flux_per_gauss
from onesun.geometry.grid import Grid
from onesun.metrics import blocks

_BAND_ROWS = 128


class Disk:
    """What is the same for every frame on a grid.

    Parameters
    ----------
    grid : the common grid.
    within_radius : limb radii; the measurements' limit unless they say otherwise (paper, section
        6.1), inclusive.
    """

    def __init__(self, grid: Grid, within_radius: float) -> None:
        self.grid = grid
        self.within_radius = within_radius
        self.radius = grid.radius("target")
        self.on_disk = self.radius < 1
        # In float64, so that the limit is compared as it is written.
        self.within = self.on_disk & (self.radius <= np.float64(within_radius))

    def whole_within(self, size: int) -> np.ndarray:
        """Blocks of ``size`` whose pixels all lie within the limit; (N / size, N / size) bool."""
        return blocks.reduce(self.within, size, np.logical_and)


class Comparison:
    """One frame on a disk.

    Parameters
    ----------
    disk : the grid's constants.
    stamp : names the frame.
    target, prediction : (N, N) gauss, NaN where there is no value.
    dsun : distance of the target's observer, m.

    Attributes
    ----------
    target, prediction : (N, N) float32, gauss, 0 where not ``valid``.
    valid : (N, N) bool, pixels of the disk where the target has a value.
    inside : (N, N) bool, those of them within the disk's limit.

    Raises OneSunError when a shape is wrong or the prediction lacks values that the target has.
    """

    def __init__(
        self, disk: Disk, stamp: str, target: np.ndarray, prediction: np.ndarray, dsun: float
    ) -> None:
        for name, field in (("target", target), ("prediction", prediction)):
            if field.shape != disk.radius.shape:
                raise OneSunError(f"{name}: {field.shape} pixels, expected {disk.radius.shape}")
        self.disk, self.stamp, self.dsun = disk, stamp, dsun
        self.valid = disk.on_disk & np.isfinite(target)
        lacking = np.count_nonzero(self.valid & ~np.isfinite(prediction))
        if lacking:
            raise OneSunError(
                f"prediction: no value in {lacking} pixels of the disk where the target has one, "
                "expected a value in each"
            )
        self.inside = self.valid & disk.within
        self.target = np.where(self.valid, target, 0).astype(np.float32, copy=False)
        self.prediction = np.where(self.valid, prediction, 0).astype(np.float32, copy=False)

    @cached_property
    def difference(self) -> np.ndarray:
        """Prediction less target; (N, N) float32, gauss, 0 where not ``valid``."""
        return self.prediction - self.target

    @cached_property
    def complete(self) -> np.ndarray:
        """Pixels ``inside`` whose eight neighbours are valid; (N, N) bool."""
        surrounded = cv2.erode(self.valid.view(np.uint8), np.ones((3, 3), np.uint8), borderValue=0)
        inner: np.ndarray = self.inside & surrounded.view(bool)
        return inner

    @cached_property
    def gradient(self) -> np.ndarray:
        """g(prediction - target) of equations 5 to 7; (N, N) float32, gauss per pixel.

        The Sobel kernels are divided by 8, so that g of a ramp is its slope per pixel. Meant only
        where ``complete``.
        """
        # OpenCV's Sobel differs in the last bit by where in memory a field happens to lie.
        field, found = self.difference, np.zeros_like(self.difference)
        along_x = _smooth(field[:, 2:] - field[:, :-2])
        along_y = _smooth((field[2:] - field[:-2]).T).T
        np.square(along_x, out=along_x)
        along_x += np.square(along_y)
        np.sqrt(along_x, out=found[1:-1, 1:-1])
        found /= 8
        return found

    @cached_property
    def flux_per_gauss(self) -> np.ndarray:
        """Flux of each pixel per gauss of its field; (N, N) float32, Mx, 0 where not ``inside``."""
        limb, weights = self.disk.grid.limb_radius("target"), np.zeros_like(self.target)
        for rows in self.bands():
            inside = self.inside[rows]
            radius = self.disk.radius[rows][inside]
            weights[rows][inside] = flux_per_gauss(radius, limb, self.dsun)
        return weights

    def bands(self) -> Iterator[slice]:
        """Rows of the frame, few at a time, for what is done in float64."""
        for top in range(0, self.target.shape[0], _BAND_ROWS):
            yield slice(top, top + _BAND_ROWS)


def _smooth(field: np.ndarray) -> np.ndarray:
    """Weights 1, 2, 1 along the rows; two of them fewer."""
    smooth = 2 * field[1:-1]
    smooth += field[2:]
    smooth += field[:-2]
    return smooth
