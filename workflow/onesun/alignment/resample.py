"""The one resampling: every pixel of an aligned frame is interpolated once, here."""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np

from onesun.geometry.pointing import Pointing
from onesun.geometry.psf import blur

# Rows are mapped in strips, so that a 4096 x 4096 frame needs no full-size coordinate arrays.
_STRIP = 256
_OUTSIDE = -1.0e4  # a coordinate beyond any detector; interpolates to zero
# An output pixel is lost when more than this share of its weight is missing on the disk;
# the limb may cut away up to half of it.
_MISSING_SHARE = 0.05
_LIMB_SHARE = 0.5
# Above this many input pixels to an output pixel the input is averaged over the output pixel.
_COARSER = 1.2


class Mapping(Protocol):
    """Where each output pixel lies in the input image."""

    @property
    def shape(self) -> tuple[int, int]: ...

    @property
    def step(self) -> float:
        """Side of an output pixel in input pixels."""

    def rows(self, rows: slice) -> tuple[np.ndarray, np.ndarray]:
        """Input pixel coordinates (x, y), counted from 0, of the output pixels of ``rows``.

        A NaN x marks output pixels without a place in the input: off the disk, or hidden from it.
        The caller may write into both arrays.
        """
        ...


def resample(field: np.ndarray, pointing: Pointing, mapping: Mapping) -> np.ndarray:
    """Interpolate a frame at the places that ``mapping`` names (Lanczos, 8 x 8 pixels).

    Parameters
    ----------
    field : (ny, nx) float32, gauss, NaN off the disk and where nothing was recorded.
    pointing : of ``field``; tells missing pixels of the disk from those off the disk.
    mapping : from output to input pixels.

    Returns ``mapping.shape`` float32, gauss. NaN where the mapping has no place, where more than
    5 % of the weight of the surrounding pixels (linear interpolation) falls on missing pixels of
    the disk, or more than half of it off the disk.
    """
    absent = np.isnan(field)
    filled = np.where(absent, np.float32(0), field)
    if mapping.step > _COARSER:
        # Going down in resolution averages over the pixel.
        filled = blur(filled, fwhm=0.0, box=mapping.step)
    penalty = _penalty(absent, pointing)
    out = np.empty(mapping.shape, np.float32)
    for first in range(0, mapping.shape[0], _STRIP):
        rows = slice(first, min(first + _STRIP, mapping.shape[0]))
        px, py = mapping.rows(rows)
        nowhere = np.isnan(px)
        px[nowhere] = py[nowhere] = _OUTSIDE
        px, py = px.astype(np.float32), py.astype(np.float32)
        strip = cv2.remap(filled, px, py, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_CONSTANT)
        lost = cv2.remap(
            penalty, px, py, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=1.0
        )
        strip[nowhere | (lost > _MISSING_SHARE)] = np.nan
        out[rows] = strip
    return out


def _penalty(absent: np.ndarray, pointing: Pointing) -> np.ndarray:
    """1 on missing pixels of the disk; off the disk less, so that both share one threshold."""
    penalty = np.where(absent, np.float32(_MISSING_SHARE / _LIMB_SHARE), np.float32(0))
    penalty[absent & (pointing.radius(absent.shape) < 1)] = 1
    return penalty
