"""Bins of equal width, with one more at each end for what lies beyond."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_CHUNK = 2**20


@dataclass(frozen=True)
class Bins:
    """``count`` bins from ``low`` to ``high``; a bin holds its lower edge, not its upper one.

    Numbered from 1; 0 holds what lies below ``low``, ``count`` + 1 what is ``high`` or above.
    """

    low: float
    high: float
    count: int

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Bins:
        return cls(float(settings["low"]), float(settings["high"]), settings["count"])

    @property
    def size(self) -> int:
        """Bins with those at both ends."""
        return self.count + 2

    @property
    def edges(self) -> np.ndarray:
        """(count + 1,) float64."""
        return np.linspace(self.low, self.high, self.count + 1)

    @property
    def centres(self) -> np.ndarray:
        """(count,) float64."""
        edges = self.edges
        middles: np.ndarray = (edges[1:] + edges[:-1]) / 2
        return middles

    def number(self, values: np.ndarray) -> np.ndarray:
        """The bin of each value, floor((value - low) count / (high - low)) + 1; intp.

        Values must not be NaN.
        """
        scaled = np.floor((np.asarray(values, np.float64) - self.low) * self._per_unit) + 1
        return np.clip(scaled, 0, self.count + 1, out=scaled).astype(np.intp)

    def counts(self, values: np.ndarray) -> np.ndarray:
        """How many values lie in each bin; (count + 2,) int64."""
        total = np.zeros(self.size, dtype=np.int64)
        values = values.ravel()
        for start in range(0, values.size, _CHUNK):
            number = self.number(values[start : start + _CHUNK])
            total += np.bincount(number, minlength=self.size)
        return total

    def quantiles(self, counts: np.ndarray, shares: Sequence[float]) -> np.ndarray:
        """The values that ``shares`` of what was counted lie below, linear within a bin.

        Parameters
        ----------
        counts : (count + 2,) as :meth:`counts` gives them.
        shares : above 0 and below 1.

        Returns float64, NaN where the value lies beyond the ends or nothing was counted.
        """
        reached = np.concatenate([[0], np.cumsum(counts)])
        wanted = np.asarray(shares, np.float64) * reached[-1]
        number = np.clip(np.searchsorted(reached, wanted) - 1, 0, self.count + 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            within = (wanted - reached[number]) / counts[number]
        value = self.low + (number - 1 + within) / self._per_unit
        return np.where((number >= 1) & (number <= self.count), value, np.nan)

    @property
    def _per_unit(self) -> float:
        return self.count / (self.high - self.low)
