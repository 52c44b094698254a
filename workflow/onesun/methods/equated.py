"""Histogram equating as a method: bicubic upsampling, then the fitted map of every pixel."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from onesun.errors import DamagedProductError
from onesun.geometry.grid import Grid, Which
from onesun.geometry.upsample import REACH, bicubic, fill_nearest
from onesun.geometry.window import Window
from onesun.methods.base import FullDisk
from onesun.methods.fitting import product
from onesun.methods.fitting.quantiles import QuantileMap
from onesun.products.aligned import AlignedFrame


class EquatedMethod:
    """The upsampled input under the map that gives it the target's distribution.

    Parameters
    ----------
    fit : ``fit.safetensors``, with ``card.json`` beside it.
    grid : the common grid, or a part of it.

    Raises DamagedProductError when the fit is missing or damaged.
    """

    name = "equated"
    reads: Which = "input"
    halo = REACH

    def __init__(self, fit: Path, grid: Grid | Window) -> None:
        tensors, card = product.read(fit, self.name, grid)
        try:
            self._map = QuantileMap(tensors["knots"], tensors["values"], card["zero_point"])
        except KeyError as error:
            raise DamagedProductError(f"{fit}: no {error}, expected a map") from None
        self._disk = FullDisk(grid)

    def predict(self, field: np.ndarray, frame: AlignedFrame | None = None) -> np.ndarray:
        """See :class:`onesun.methods.base.Method`."""
        self._disk.check(field)
        upsampled = bicubic(fill_nearest(field), self._disk.grid.factor)
        return self._disk.masked(self._map(upsampled))
