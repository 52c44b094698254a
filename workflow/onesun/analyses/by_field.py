"""Pair sums by tile of the disk and by field strength, as the null test adds them up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from onesun.analyses import blocks
from onesun.geometry.grid import Grid


class FieldSums:
    """Sums of reference x and what is held against it, y, on the target grid.

    Parameters
    ----------
    grid : the common grid.
    tile : side of a tile, target pixels.
    settings : the configuration's section ``analyses.null_test``.

    Attributes
    ----------
    arrays : (tiles, bins of \\|x\\|, 6) float64 by the name of what was added.
    """

    def __init__(self, grid: Grid, tile: int, settings: Mapping[str, Any]) -> None:
        self._inside = grid.radius("target") <= np.float64(settings["within_radius"])
        self._tile = blocks.tile_numbers(grid.shape("target"), tile)
        self._edges = settings["field_edges"]
        self._shape = (int(self._tile.max()) + 1, len(self._edges))
        self.arrays: dict[str, np.ndarray] = {}

    def update(self, name: str, x: np.ndarray, y: np.ndarray) -> None:
        """Add the pixels where both have a value; (N, N) gauss each."""
        use = self._inside & np.isfinite(x) & np.isfinite(y)
        x, y = x[use], y[use]
        bins = blocks.bin_numbers(np.abs(x), self._edges, open_end=True)
        found = blocks.pair_sums(x, y, self._tile[use], bins, self._shape)
        self.arrays[name] = self.arrays.get(name, 0) + found
