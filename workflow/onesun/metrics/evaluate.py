"""The stage ``evaluate``: what Table 1 needs of a month's predictions, for every method."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from onesun.geometry.grid import Grid
from onesun.metrics.accumulate import Predicted, accumulate
from onesun.metrics.regions import Region, RegionMoments, RegionStatistics
from onesun.metrics.tiled import Tiling
from onesun.products.aligned import AlignedFrame


def evaluate(given: Predicted, regions: Sequence[Region], grid: Grid, tile: int, out: Path) -> None:
    """Accumulate Table 1's sums over a month's frames that lie within the split; write them.

    Parameters
    ----------
    regions : Table 1's rows.
    tile : side of the tiles by which sums are kept, target pixels.
    out : manifest to write (JSON); the sums go beside it (NPZ).

    Raises ConfigError when a file is of another pair, method or month, DamagedProductError when a
    prediction is missing, OneSunError when one lacks values where the target has them.
    """
    tiling = Tiling.of(grid, tile)
    moments_of = RegionMoments(grid, regions, tiling)
    statistics = RegionStatistics(list(regions), tiling)

    def add(frame: AlignedFrame, target: np.ndarray, prediction: np.ndarray) -> None:
        statistics.update(frame.stamp, moments_of.sums(target, prediction))

    accumulate(given, "evaluating", add, statistics, out)
