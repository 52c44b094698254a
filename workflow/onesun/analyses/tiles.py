"""Sums by tile of the disk and by day: what the months of an analysis are kept as."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SUMS = 6  # of 1, x, y, x^2, y^2 and xy


def pair_sums(
    x: np.ndarray, y: np.ndarray, tile: np.ndarray, bins: np.ndarray, shape: tuple[int, int]
) -> np.ndarray:
    """Sums of 1, x, y, x^2, y^2 and xy by tile and bin.

    Parameters
    ----------
    x, y : (n,) finite.
    tile, bins : (n,) whole numbers; pairs with a negative bin are left out.
    shape : number of tiles and of bins.

    Returns (tiles, bins, 6) float64.
    """
    use = bins >= 0
    place = tile[use].astype(np.intp) * shape[1] + bins[use]
    x, y = x[use].astype(np.float64), y[use].astype(np.float64)
    size = shape[0] * shape[1]
    found = [
        np.bincount(place, values, minlength=size) for values in (None, x, y, x * x, y * y, x * y)
    ]
    return np.stack(found, axis=-1).reshape(*shape, SUMS).astype(np.float64)


def bin_numbers(values: np.ndarray, edges: Sequence[float], *, open_end: bool) -> np.ndarray:
    """The bin of each value; -1 outside. A lower edge belongs to its bin, an upper to the next.

    Parameters
    ----------
    edges : rising; with ``open_end`` the last begins a bin without an end, else the last edge
        belongs to the last bin.
    """
    bounds = np.asarray(edges, np.float64)
    found: np.ndarray = np.searchsorted(bounds, values, side="right") - 1
    if not open_end:
        found[values == bounds[-1]] = len(bounds) - 2
        found[values > bounds[-1]] = -1
    return found


class DailySums:
    """Sums by day and tile, by name; what is added is (tiles, ...)."""

    def __init__(self) -> None:
        self._sums: dict[str, dict[str, np.ndarray]] = {}

    def add(self, name: str, day: str, sums: np.ndarray) -> None:
        """Add a frame's sums to those of its day."""
        own = self._sums.setdefault(name, {})
        own[day] = own[day] + sums if day in own else sums

    @property
    def names(self) -> list[str]:
        return sorted(self._sums)

    def of(self, name: str, days: Sequence[str]) -> np.ndarray:
        """The sums of each of ``days``, 0 where there are none; (days, tiles, ...)."""
        own = self._sums[name]
        empty = np.zeros_like(next(iter(own.values())))
        return np.stack([own.get(day, empty) for day in days])

    def all_of(self, days: Sequence[str]) -> dict[str, np.ndarray]:
        """All sums by name, as :meth:`of` gives them."""
        return {name: self.of(name, days) for name in self.names}
