"""Active regions, found on the target, and what users compute in the box around each."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from skimage.morphology import skeletonize

from onesun.benchmark.definition import Quantities
from onesun.geometry.psf import FWHM_PER_SIGMA, block_mean

_MARGIN = 16  # target pixels around a region
_SCHRIJVER = 15.0  # Mm, full width at half maximum around inversion lines (Schrijver 2007)
# Of a region: unsigned flux, Mx; areas, Mm^2; length of polarity inversion lines, Mm; mean gradient
# on them, G/Mm; Schrijver's R, Mx.
NAMES = ("flux", "area_weak", "area_strong", "pil_length", "pil_gradient", "schrijver_r")


@dataclass(frozen=True)
class Box:
    """Rows and columns of a region and its margin."""

    rows: slice
    columns: slice

    @property
    def where(self) -> tuple[slice, slice]:
        return self.rows, self.columns

    @property
    def middle(self) -> tuple[int, int]:
        return (
            (self.rows.start + self.rows.stop) // 2,
            (self.columns.start + self.columns.stop) // 2,
        )


def find(target: np.ndarray, inside: np.ndarray, settings: Quantities, step: int) -> list[Box]:
    """Boxes of the active regions, in the order of their first pixels.

    Parameters
    ----------
    target : (N, N) gauss, 0 where there is no value.
    inside : (N, N) bool, where regions are looked for.
    settings : how they are found.
    step : pixels that edges of boxes are multiples of; a divisor of N.
    """
    strength = np.where(inside, np.abs(target), np.float32(0))
    smooth = cv2.GaussianBlur(strength, (0, 0), settings.smooth)
    mask = ((smooth >= settings.threshold) & inside).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_32S)
    boxes = []
    for left, top, width, height, area in stats[1:]:
        if area >= settings.fewest:
            rows, columns = (
                _widened(int(start), int(length), target.shape[0], step)
                for start, length in ((top, height), (left, width))
            )
            boxes.append(Box(rows, columns))
    return boxes


def _widened(start: int, length: int, side: int, step: int) -> slice:
    low, high = max(0, start - _MARGIN), min(side, start + length + _MARGIN)
    return slice(low // step * step, min(side, -(-high // step) * step))


@dataclass(frozen=True)
class Patch:
    """A box of a frame.

    Parameters
    ----------
    field : (h, w) gauss, 0 where not ``inside``.
    inside : (h, w) bool.
    flux, area : (h, w) of a pixel, Mx per gauss and Mm^2.
    step : target pixels to one at the resolution that R is defined for, the input's.
    pixel : side of a pixel at the disk's centre, Mm.
    """

    field: np.ndarray
    inside: np.ndarray
    flux: np.ndarray
    area: np.ndarray
    step: int
    pixel: float

    def quantities(self, settings: Quantities) -> np.ndarray:
        """What is computed, in the order of ``NAMES``, NaN where it is not determined; (6,)."""
        strength = np.abs(self.field)
        weak, strong = (float(self.area[strength > bound].sum()) for bound in settings.areas)
        length, gradient = self._inversion(settings.line)
        flux = float(np.multiply(strength, self.flux, dtype=np.float64).sum())
        return np.array([flux, weak, strong, length, gradient, self.schrijver(settings.line)])

    def _inversion(self, strong: float) -> tuple[float, float]:
        """Length, Mm, and mean gradient, G/Mm, of the lines between strong polarities."""
        # Within an input pixel: what a 3 x 3 of these is to MDI's.
        line = skeletonize(between(self.field, strong, self.step) & self.inside)
        count = int(line.sum())
        if not count:
            return 0.0, np.nan
        along_y, along_x = np.gradient(self.field.astype(np.float64), self.pixel)
        return count * self.pixel, float(np.hypot(along_y, along_x)[line].mean())

    def schrijver(self, strong: float) -> float:
        """R: unsigned flux near inversion lines, weighted by a Gaussian around them; Mx."""
        field = block_mean(self.field, self.step)
        mask = between(field, strong).astype(np.float64)
        if not mask.any():
            return 0.0
        sigma = _SCHRIJVER / FWHM_PER_SIGMA / (self.pixel * self.step)
        weight = cv2.GaussianBlur(mask, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
        flux = block_mean(self.flux, self.step) * self.step**2
        return float((weight * np.abs(field) * flux).sum())


def between(field: np.ndarray, strong: float, reach: int = 1) -> np.ndarray:
    """Pixels with strong field of both polarities up to ``reach`` pixels away; (h, w) bool."""
    square = np.ones((2 * reach + 1,) * 2, np.uint8)
    both = [
        cv2.dilate((sign * field > strong).astype(np.uint8), square).astype(bool)
        for sign in (1, -1)
    ]
    near: np.ndarray = both[0] & both[1]
    return near
