"""Histogram equating: the monotone map that gives one distribution the shape of another."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from onesun.errors import OneSunError

_CHUNK = 1 << 18  # values at a time: temporary arrays stay in the caches


@dataclass
class Magnitudes:
    """How many values of each magnitude; merges by adding.

    Bin k holds |value| from scale (e^(width k) - 1) up to, but not including, that of k + 1: bins
    are uniform, of scale * width, well below ``scale`` and a fraction ``width`` well above it.

    Parameters
    ----------
    scale : gauss.
    width : of a bin, as a fraction of the field where it is strong.
    counts : (bins,) int64, grown as needed.
    """

    scale: float
    width: float
    counts: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def edges(self) -> np.ndarray:
        """(bins + 1,) gauss."""
        edges: np.ndarray = self.scale * np.expm1(self.width * np.arange(len(self.counts) + 1))
        return edges

    def update(self, values: np.ndarray) -> Magnitudes:
        """Count values, finite, gauss, of any shape; returns self."""
        values = values.ravel()
        for start in range(0, values.size, _CHUNK):
            part = np.abs(values[start : start + _CHUNK].astype(np.float64))
            index = np.log1p(part / self.scale) / self.width
            self._add(np.bincount(index.astype(np.int64)))
        return self

    def merge(self, other: Magnitudes) -> Magnitudes:
        """Add another's counts; returns self."""
        if (other.scale, other.width) != (self.scale, self.width):
            raise ValueError(
                f"bins of {other.scale} G and {other.width} into bins of {self.scale} G and "
                f"{self.width}"
            )
        self._add(other.counts)
        return self

    def _add(self, counts: np.ndarray) -> None:
        more = len(counts) - len(self.counts)
        if more > 0:
            self.counts = np.pad(self.counts, (0, more))
        self.counts[: len(counts)] += counts


@dataclass(frozen=True)
class QuantileMap:
    """An odd, rising, piecewise linear function of the field less a zero point.

    Beyond the last knot the ratio of output to input stays what it is there.

    Parameters
    ----------
    knots : (m,) magnitudes of the input less its zero point, rising from 0, gauss.
    values : (m,) what they become, from 0, not falling, gauss.
    zero_point : the input where the target is 0, gauss.
    """

    knots: np.ndarray
    values: np.ndarray
    zero_point: float

    def __call__(self, field: np.ndarray) -> np.ndarray:
        """Map a finite field, (N, N) gauss; float32, row by row to bound the memory."""
        out = np.empty(field.shape, dtype=np.float32)
        beyond = self.values[-1] / self.knots[-1]
        for given, mapped in zip(field, out, strict=True):
            centred = given.astype(np.float64) - self.zero_point
            size = np.abs(centred)
            inner = np.interp(size, self.knots, self.values)
            mapped[:] = np.copysign(np.where(size > self.knots[-1], beyond * size, inner), centred)
        return out


def equate(source: Magnitudes, target: Magnitudes, zero_point: float, tail: int) -> QuantileMap:
    """The map under which as many inputs as targets are below each magnitude.

    Knots are the edges of the input's bins, up to the last that leaves at least ``tail`` pixels
    beyond it; each becomes the target's quantile of the same rank, linear within the target's
    bins.

    Parameters
    ----------
    source : of the input less ``zero_point``.
    target : of the target, over the same pixels.

    Raises OneSunError when there are too few pixels for a map.
    """
    total = int(source.counts.sum())
    below = np.concatenate([[0], np.cumsum(source.counts)])
    last = int(np.searchsorted(below, total - tail, side="right")) - 1
    if last < 1:
        raise OneSunError(
            f"equating: {total} pixels found, of which {tail} are the tail; expected more pixels "
            "or a smaller fitting.equated.tail"
        )
    ranks = below[: last + 1] / total
    under = np.concatenate([[0], np.cumsum(target.counts)]) / target.counts.sum()
    values = np.interp(ranks, under, target.edges)
    values[0] = 0.0  # so that the map is continuous where polarity changes
    return QuantileMap(source.edges[: last + 1], values, zero_point)
