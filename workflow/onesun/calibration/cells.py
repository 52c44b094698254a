"""Sums per cell of target and input, from which every reading of the regression follows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

_SUMS = 6  # of 1, x, y, x^2, xy, y^2
_HALF = 1 << 20  # cells to either side of 0, along an axis
_CHUNK = 1 << 18  # pairs at a time: temporary arrays stay in the caches


@dataclass
class CellSums:
    """Sums of 1, x, y, x^2, xy and y^2 over cells of (x, y) that hold a pair; merge in any order.

    Cell (j, k) holds width * j <= x < width * (j + 1) and width * k <= y < width * (k + 1).

    Parameters
    ----------
    width : of a cell along both axes, gauss.
    keys : (cells,) int64, rising; each stands for a cell.
    sums : (cells, 6) float64.
    """

    width: float
    keys: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    sums: np.ndarray = field(default_factory=lambda: np.zeros((0, _SUMS)))

    def update(self, x: np.ndarray, y: np.ndarray) -> CellSums:
        """Add pairs of target x and input y, finite, of equal shape; returns self."""
        x, y = x.ravel(), y.ravel()
        for start in range(0, x.size, _CHUNK):
            part = slice(start, start + _CHUNK)
            self._add(x[part].astype(np.float64), y[part].astype(np.float64))
        return self

    def merge(self, other: CellSums) -> CellSums:
        """Add another's pairs; returns self."""
        if other.width != self.width:
            raise ValueError(f"cells of {other.width} G into cells of {self.width} G")
        return self._join(other.keys, other.sums)

    def _add(self, x: np.ndarray, y: np.ndarray) -> None:
        keys = (_index(x, self.width) + _HALF) * (2 * _HALF) + _index(y, self.width) + _HALF
        found, cell = np.unique(keys, return_inverse=True)
        columns = (None, x, y, x * x, x * y, y * y)
        sums = [np.bincount(cell, values, minlength=len(found)) for values in columns]
        self._join(found, np.stack(sums, axis=1))

    def _join(self, keys: np.ndarray, sums: np.ndarray) -> CellSums:
        joined, place = np.unique(np.concatenate([self.keys, keys]), return_inverse=True)
        total = np.zeros((len(joined), _SUMS))
        total[place[: len(self.keys)]] = self.sums
        total[place[len(self.keys) :]] += sums
        self.keys, self.sums = joined, total
        return self

    def index(self, axis: str) -> np.ndarray:
        """Number of each cell along the axis ``x`` or ``y``, (cells,)."""
        return (self.keys // (2 * _HALF) if axis == "x" else self.keys % (2 * _HALF)) - _HALF


def _index(values: np.ndarray, width: float) -> np.ndarray:
    return np.floor(values / width).astype(np.int64)
