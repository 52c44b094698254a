"""The images of one conversion: the field and its uncertainty in integer steps, and the mask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from astropy.io import fits

from onesun.conversion.flags import Flag
from onesun.conversion.stored import UNCERTAINTY
from onesun.errors import UntrustedFrameError
from onesun.methods.tiles import Box
from onesun.products.steps import BLANK, to_steps

_LARGEST = 1e7  # gauss; far beyond any field, and far below what int32 steps hold


@dataclass(frozen=True)
class Planes:
    """What a conversion makes, as it is written.

    Steps of 0.1 G instead of floats: half the memory of a frame in tiles that are dropped at once.

    Attributes
    ----------
    gauss : (H, W) int32 by name, in steps of 0.1 G, BLANK where there is no value: ``FIELD``, and
        those of ``UNCERTAINTY`` if the network states an error.
    mask : (H, W) uint8, bits of :class:`onesun.conversion.flags.Flag`.
    header : what all of them share.
    """

    gauss: dict[str, np.ndarray]
    mask: np.ndarray
    header: fits.Header

    @classmethod
    def empty(cls, mask: np.ndarray, header: fits.Header, *, uncertain: bool) -> Planes:
        """Without any value yet; ``uncertain`` says whether there is to be an uncertainty."""
        names = ("FIELD", *UNCERTAINTY) if uncertain else ("FIELD",)
        return cls({name: np.full(mask.shape, BLANK, np.int32) for name in names}, mask, header)

    def fill(self, pixels: Box, values: Mapping[str, np.ndarray]) -> None:
        """Take a tile, in gauss by name, where its pixels are on the disk.

        Raises UntrustedFrameError for a value that is not finite: it would look like a gap.
        """
        on_disk = (self.mask[pixels] & Flag.OFF_DISK) == 0
        for name, plane in self.gauss.items():
            inside = values[name][on_disk]
            if not (np.abs(inside) < _LARGEST).all():
                raise UntrustedFrameError(
                    "the network's answer is not finite, expected a field in gauss"
                )
            plane[pixels][on_disk] = to_steps(inside)

    def drop(self, where: np.ndarray) -> None:
        """Take the values away again; ``where`` is (H, W) bool."""
        for plane in self.gauss.values():
            plane[where] = BLANK
