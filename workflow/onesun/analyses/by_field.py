"""Pair sums by tile of the disk and by field strength, as the null test adds them up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from onesun.analyses import tiles
from onesun.geometry.grid import Grid
from onesun.metrics.tiled import Tiling

_MEASURED = ("within_radius", "field_edges")


class FieldSums:
    """Sums of a reference x and of what is compared with it, y, on the target grid.

    Parameters
    ----------
    grid : the common grid.
    tile : side of a tile, target pixels.
    settings : the configuration's section ``analyses.null_test``.

    Attributes
    ----------
    settings : what months have to agree in to be put together.
    """

    def __init__(self, grid: Grid, tile: int, settings: Mapping[str, Any]) -> None:
        self.tiling = Tiling.of(grid, tile)
        self.settings = {"tiling": asdict(self.tiling)} | {key: settings[key] for key in _MEASURED}
        self._inside = grid.radius("target") <= np.float64(settings["within_radius"])
        self._tile = self.tiling.numbers()
        self._edges = settings["field_edges"]
        self._shape = (self.tiling.count, len(self._edges))
        self._sums = tiles.DailySums()

    def update(self, name: str, day: str, x: np.ndarray, y: np.ndarray) -> None:
        """Add the pixels of a day's frame where both have a value; (N, N) gauss each."""
        use = self._inside & np.isfinite(x) & np.isfinite(y)
        x, y = x[use], y[use]
        bins = tiles.bin_numbers(np.abs(x), self._edges, open_end=True)
        found = tiles.pair_sums(x, y, self._tile[use], bins, self._shape)
        self._sums.add(name, day, found)

    def arrays(self, days: Sequence[str]) -> dict[str, np.ndarray]:
        """By the name of what was added; (days, tiles, bins of \\|x\\|, 6) float64."""
        return self._sums.all_of(days)
