"""The ceiling: the target itself, as sharp as the input's optics would let it through."""

from __future__ import annotations

import numpy as np

from onesun import instruments
from onesun.errors import UntrustedFrameError
from onesun.geometry.grid import Grid, Which
from onesun.geometry.psf import matched
from onesun.geometry.upsample import bicubic, fill_nearest
from onesun.methods.base import FullDisk
from onesun.products.aligned import AlignedFrame


class CeilingMethod:
    """No prediction: it sees the answer. What bicubic makes of an input without any flaw.

    The target is blurred by the input's point spread function and pixel and sampled on the input
    grid, without noise, calibration or registration error, and then upsampled as ``bicubic`` is:
    a bicubic baseline is this with errors added. It bounds nothing else. A method that undoes the
    blur, or that has learned what fine structure goes with what coarse structure, may exceed it.

    Parameters
    ----------
    grid : the common grid.
    input_instrument : name of the record whose optics are imitated.
    """

    name = "ceiling"
    reads: Which = "target"
    halo = None  # the blur is made of the spectrum of the whole

    def __init__(self, grid: Grid, input_instrument: str) -> None:
        self._disk, self._grid = FullDisk(grid), grid
        self._record = instruments.load(input_instrument)
        self._on_disk = grid.radius("target") < 1

    def predict(self, field: np.ndarray, frame: AlignedFrame | None = None) -> np.ndarray:
        """See :class:`onesun.methods.base.Method`.

        Raises UntrustedFrameError without ``frame``, which tells how far the input's observer was.
        """
        if frame is None:
            raise UntrustedFrameError("target: no record of its frame, expected one")
        self._disk.check(field, "target")
        # The Sun is dark beyond the limb, but not where the target happens to have no value.
        gaps = np.isnan(field) & self._on_disk
        if gaps.any():
            field = np.where(gaps, fill_nearest(field), field)
        seen = matched(
            field,
            self._grid,
            fwhm=self._record.optics.fwhm,
            pixel=self._record.detector.plate_scale,
            dsun=frame.input_dsun,
        )
        return self._disk.masked(bicubic(fill_nearest(seen), self._grid.factor))
