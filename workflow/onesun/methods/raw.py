"""The input as it is, each pixel repeated: no calibration, no resolution."""

from __future__ import annotations

import numpy as np

from onesun.geometry.grid import Grid, Which
from onesun.geometry.upsample import fill_nearest, repeat
from onesun.geometry.window import Window
from onesun.methods.base import FullDisk
from onesun.products.aligned import AlignedFrame


class RawMethod:
    """Nearest input pixel, unscaled; pixels without a value take the nearest one's."""

    name = "raw"
    reads: Which = "input"
    halo = 0

    def __init__(self, grid: Grid | Window) -> None:
        self._disk = FullDisk(grid)

    def predict(self, field: np.ndarray, frame: AlignedFrame | None = None) -> np.ndarray:
        """See :class:`onesun.methods.base.Method`."""
        self._disk.check(field)
        repeated = repeat(fill_nearest(field), self._disk.grid.factor)
        return self._disk.masked(repeated.astype(np.float32, copy=False))
