"""Sums by tile of pairs of values, as statistics of a month hold them, and how tables draw them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from onesun.metrics.tiled import Tiling

TILING = Tiling(side=2048, size=256, limb=950.0)
DRAWS: dict[str, Any] = {"resamples": 200, "confidence": 0.9, "seed": 1, "tile": 256}


def sums_of(rows: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """The pairs of each row, dealt out to tiles in turn; (tiles, rows, 6)."""
    found = np.zeros((TILING.count, len(rows), 6))
    for row, (x, y) in enumerate(rows):
        tile = np.arange(x.size) % TILING.count
        for column, product in enumerate((np.ones_like(x), x, y, x * x, y * y, x * y)):
            found[:, row, column] = np.bincount(tile, product, minlength=TILING.count)
    return found
