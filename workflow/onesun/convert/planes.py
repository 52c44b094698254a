"""The images of one conversion: the field and its error in integer steps, and the mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy.io import fits

from onesun.aligned import QUANTUM
from onesun.convert.flags import Flag
from onesun.errors import UntrustedFrameError
from onesun.methods.tiles import Box

BLANK = np.int32(-(2**31))
_LARGEST = 1e7  # gauss; far beyond any field, and far below what int32 steps hold


@dataclass(frozen=True)
class Planes:
    """What a conversion makes, as it is written.

    Steps of 0.1 G instead of floats: half the memory of a frame in tiles that are dropped at once.

    Attributes
    ----------
    field : (H, W) int32, in steps of 0.1 G; BLANK where there is no value.
    error : the same of its standard error; None if the network states none.
    mask : (H, W) uint8, bits of :class:`onesun.convert.flags.Flag`.
    header : what all of them share.
    """

    field: np.ndarray
    error: np.ndarray | None
    mask: np.ndarray
    header: fits.Header

    @classmethod
    def empty(cls, mask: np.ndarray, header: fits.Header, *, error: bool) -> Planes:
        """Without any value yet; ``error`` says whether there is to be a plane of errors."""
        planes = [np.full(mask.shape, BLANK, np.int32) for _ in range(1 + error)]
        return cls(planes[0], planes[1] if error else None, mask, header)

    def fill(self, pixels: Box, field: np.ndarray, error: np.ndarray | None) -> None:
        """Take a tile, in gauss, where its pixels are on the disk.

        Raises UntrustedFrameError for a value that is not finite: it would look like a gap.
        """
        on_disk = (self.mask[pixels] & Flag.OFF_DISK) == 0
        for plane, values in ((self.field, field), (self.error, error)):
            if plane is None:
                continue
            inside = values[on_disk]
            if not (np.abs(inside) < _LARGEST).all():
                raise UntrustedFrameError(
                    "the network's answer is not finite, expected a field in gauss"
                )
            plane[pixels][on_disk] = np.rint(inside * np.float32(1 / QUANTUM)).astype(np.int32)

    def drop(self, where: np.ndarray) -> None:
        """Take the values away again; ``where`` is (H, W) bool."""
        for plane in (self.field, self.error):
            if plane is not None:
                plane[where] = BLANK


def draw(planes: Planes, digest: str, number: int) -> np.ndarray:
    """A field that could have been: each pixel drawn from a normal distribution of its own.

    Neighbours are drawn independently of each other, which their errors are not altogether.

    Parameters
    ----------
    planes : with errors.
    digest : of the input, in hexadecimal; the same one gives the same draws.
    number : which draw.

    Returns (H, W) int32, in steps as ``planes.field``.
    """
    rng = np.random.default_rng([int(digest[:16], 16), number])
    drawn = planes.field.copy()
    for field, error in zip(drawn, planes.error, strict=True):
        known = field != BLANK
        off = rng.standard_normal(field.size, dtype=np.float32) * error
        field[known] += np.rint(off[known]).astype(np.int32)
    return drawn


def in_gauss(steps: np.ndarray) -> np.ndarray:
    """Float32 of steps; NaN where there is no value."""
    values = steps.astype(np.float32)
    values *= np.float32(QUANTUM)
    values[steps == BLANK] = np.nan
    return values
