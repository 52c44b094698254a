"""The paper's baseline (section 3.1): bicubic upsampling, scaled by the weighted regression."""

from __future__ import annotations

import numpy as np

from onesun.errors import ConfigError
from onesun.geometry.grid import Grid
from onesun.geometry.upsample import bicubic, fill_nearest
from onesun.methods.base import FullDisk


class BicubicMethod:
    """The upsampled input over b, with input = a + b * target; as in the paper, a is left alone.

    Before upsampling, pixels without a value, all those off the disk among them, take the value
    of the nearest pixel that has one.

    Parameters
    ----------
    grid : the common grid.
    b : gain of the input against the target.
    """

    name = "bicubic"

    def __init__(self, grid: Grid, b: float) -> None:
        if b <= 0:
            raise ConfigError(f"bicubic: b {b} found, expected a gain above 0")
        self._disk = FullDisk(grid)
        self._b = np.float32(b)

    def predict(self, field: np.ndarray) -> np.ndarray:
        """See :class:`onesun.methods.base.Method`."""
        self._disk.check(field)
        upsampled = bicubic(fill_nearest(field), self._disk.grid.factor)
        upsampled /= self._b
        return self._disk.masked(upsampled)
