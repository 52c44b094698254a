"""A trained network as a method: full frames, tile by tile, without seams."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from onesun.errors import ConfigError, UntrustedFrameError
from onesun.geometry.grid import Grid, Which
from onesun.geometry.window import Window
from onesun.methods.base import FullDisk
from onesun.methods.tiles import TILE, Box, device_of, predict_tiles
from onesun.products.aligned import AlignedFrame
from onesun.training import model


class NetworkMethod:
    """Predicts in float32 with the weights and the card that ``onesun train`` wrote.

    Parameters
    ----------
    weights : ``weights.safetensors``, with ``card.json`` beside it.
    grid : the common grid, or a part of it.
    device : where to compute, as torch names it; ``auto`` takes CUDA where there is any.
    tile : input pixels on a side of a tile; the values do not depend on it.

    Raises DamagedProductError when weights or card are missing or damaged, and ConfigError when
    they are of another super-resolution factor than the grid.
    """

    name = "network"
    reads: Which = "input"

    def __init__(
        self, weights: Path, grid: Grid | Window, device: str = "auto", tile: int = TILE
    ) -> None:
        self.model = model.load(weights, calibrated=False)
        if self.model.factor != grid.factor:
            raise ConfigError(
                f"{weights}: a network of factor {self.model.factor}, expected {grid.factor}, "
                "the grid's"
            )
        self._device = device_of(device)
        self.halo = self.model.halo
        self._disk = FullDisk(grid)
        self._tile = tile
        (rows, columns), factor = grid.shape("input"), grid.factor
        on_disk = grid.radius("target") < 1
        by_pixel = on_disk.reshape(rows, factor, columns, factor)
        self._wanted: np.ndarray = np.logical_or.reduce(by_pixel, axis=(1, 3))
        # What lies beyond the grid is sky to the network.
        self._radius = np.pad(grid.radius("input"), self.halo, constant_values=np.inf)

    def predict(self, field: np.ndarray, frame: AlignedFrame | None = None) -> np.ndarray:
        """See :class:`onesun.methods.base.Method`."""
        return self.predict_with_error(field)[0]

    def predict_with_error(self, field: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """The field and the error that the network states of it, not calibrated.

        Parameters
        ----------
        field : as for :meth:`predict`.

        Returns two (Ny, Nx) float32 fields in gauss, NaN off the disk; the error is None for a
        network without one.
        """
        self._disk.check(field)
        if np.isnan(field).all():
            raise UntrustedFrameError("field: no pixel has a value, expected values on the disk")
        shape = self._disk.grid.shape("target")
        prediction = np.full(shape, np.nan, dtype=np.float32)
        errors = np.full(shape, np.nan, dtype=np.float32) if self.model.network.error else None

        def keep(pixels: Box, mean: np.ndarray, error: np.ndarray | None) -> None:
            prediction[pixels] = mean
            if errors is not None:
                errors[pixels] = error

        predict_tiles(
            self.model,
            np.nan_to_num(field),
            self._radius,
            self._wanted,
            keep,
            tile=self._tile,
            device=self._device,
        )
        masked = None if errors is None else self._disk.masked(errors)
        return self._disk.masked(prediction), masked
