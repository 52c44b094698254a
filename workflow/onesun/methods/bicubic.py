"""The paper's baseline (section 3.1), bicubic upsampling and a scale; and the same by a line."""

from __future__ import annotations

import numpy as np

from onesun.calibration.product import Line
from onesun.errors import ConfigError
from onesun.geometry.grid import Grid, Which
from onesun.geometry.upsample import REACH, bicubic, fill_nearest
from onesun.geometry.window import Window
from onesun.methods.base import FullDisk
from onesun.products.aligned import AlignedFrame


class BicubicMethod:
    """The upsampled input less a, over b, with input = a + b * target.

    The paper leaves the zero point alone: a = 0. Before upsampling, pixels without a value, all
    those off the disk among them, take the value of the nearest pixel that has one.

    Parameters
    ----------
    grid : the common grid, or a part of it.
    b : gain of the input against the target.
    a : the input where the target is 0, gauss.
    """

    name = "bicubic"
    reads: Which = "input"
    halo = REACH

    def __init__(self, grid: Grid | Window, b: float, a: float = 0.0) -> None:
        if b <= 0:
            raise ConfigError(f"{self.name}: b {b} found, expected a gain above 0")
        self._disk = FullDisk(grid)
        self._a, self._b = np.float32(a), np.float32(b)

    def predict(self, field: np.ndarray, frame: AlignedFrame | None = None) -> np.ndarray:
        """See :class:`onesun.methods.base.Method`."""
        self._disk.check(field)
        upsampled = bicubic(fill_nearest(field), self._disk.grid.factor)
        upsampled -= self._a
        upsampled /= self._b
        return self._disk.masked(upsampled)


class MatchedMethod(BicubicMethod):
    """Bicubic by the instruments' own relation: the line fitted where resolutions match.

    Its b is that of fields seen equally sharp, so that it does not depend on how active the Sun
    was; what the input leaves unresolved stays missing.
    """

    name = "matched"

    def __init__(self, grid: Grid | Window, line: Line) -> None:
        super().__init__(grid, line.b, line.a)
