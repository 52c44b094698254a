"""A trained network as a method: full frames, tile by tile, without seams."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from onesun.aligned import AlignedFrame
from onesun.errors import ConfigError, UntrustedFrameError
from onesun.geometry.grid import Grid, Which
from onesun.geometry.window import Window
from onesun.methods.base import FullDisk
from onesun.parallel import one_core_each
from onesun.training import card

_TILE = 128  # input pixels


class NetworkMethod:
    """Predicts in float32 with the weights and the card that ``onesun train`` wrote.

    The frame is cut into tiles, each computed with the network's ``halo`` of input pixels around
    it; beyond the frame and off the disk the input is 0. The values are thus those of the whole
    frame at once, whatever the size of the tiles, in memory that does not grow with the frame.
    Tiles that lie off the disk are left out.

    Parameters
    ----------
    weights : ``weights.safetensors``, with ``card.json`` beside it.
    grid : the common grid, or a part of it.
    device : where to compute, as torch names it; ``auto`` takes CUDA where there is any.
    tile : input pixels on a side of a tile.

    Raises DamagedProductError when weights or card are missing or damaged, and ConfigError when
    they are of another super-resolution factor than the grid.
    """

    name = "network"
    reads: Which = "input"

    def __init__(
        self, weights: Path, grid: Grid | Window, device: str = "auto", tile: int = _TILE
    ) -> None:
        self._model = card.load(weights)
        if self._model.factor != grid.factor:
            raise ConfigError(
                f"{weights}: a network of factor {self._model.factor}, expected {grid.factor}, "
                "the grid's"
            )
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        self._device = torch.device(device)
        self._network = self._model.network.to(self._device, memory_format=torch.channels_last)
        self.halo = self._model.network.halo
        self._disk = FullDisk(grid)
        self._tile = tile
        radius = grid.radius("input")
        self._location = np.where(radius < 1, radius, 0)
        self._on_disk = grid.radius("target") < 1

    def predict(self, field: np.ndarray, frame: AlignedFrame | None = None) -> np.ndarray:
        """See :class:`onesun.methods.base.Method`."""
        self._disk.check(field)
        if np.isnan(field).all():
            raise UntrustedFrameError("field: no pixel has a value, expected values on the disk")
        halo = self.halo
        scaled = np.nan_to_num(field / self._model.field_scale)
        frame = np.pad(np.stack([scaled, self._location]), ((0, 0), (halo, halo), (halo, halo)))
        prediction = np.full(self._on_disk.shape, np.nan, dtype=np.float32)

        def fill(corner: tuple[int, int]) -> None:
            prediction[self._pixels(corner)] = self._of_tile(frame, corner)

        with self._workers() as each:
            list(each(fill, self._corners()))
        return self._disk.masked(prediction)

    def _corners(self) -> list[tuple[int, int]]:
        """First row and column of each tile that touches the disk, in input pixels."""
        rows, columns = self._disk.grid.shape("input")
        return [
            (row, column)
            for row in range(0, rows, self._tile)
            for column in range(0, columns, self._tile)
            if self._on_disk[self._pixels((row, column))].any()
        ]

    def _pixels(self, corner: tuple[int, int]) -> tuple[slice, slice]:
        """Rows and columns of a tile's target pixels."""
        factor = self._model.factor
        rows, columns = (slice(start * factor, (start + self._tile) * factor) for start in corner)
        return rows, columns

    @torch.inference_mode()
    def _of_tile(self, frame: np.ndarray, corner: tuple[int, int]) -> np.ndarray:
        """Gauss on the target pixels of one tile; ``frame`` has the halo around it."""
        halo, cut = self.halo, self.halo * self._model.factor
        # The frame ends where its halo does, and the slices of the last tiles with it.
        rows, columns = (slice(start, start + self._tile + 2 * halo) for start in corner)
        given = torch.from_numpy(np.ascontiguousarray(frame[:, rows, columns], dtype=np.float32))
        given = given[None].to(self._device, memory_format=torch.channels_last)
        wide = self._network(given)[0, 0, cut:-cut, cut:-cut]
        return (wide * self._model.field_scale).cpu().numpy()

    @contextmanager
    def _workers(self) -> Iterator:
        """A ``map`` over tiles: on a CPU, a core to a tile."""
        if self._device.type == "cpu":
            with one_core_each() as pool:
                yield pool.map
        else:
            # Convolutions would round to TF32's ten bits otherwise.
            with torch.backends.cudnn.flags(allow_tf32=False):
                yield map
