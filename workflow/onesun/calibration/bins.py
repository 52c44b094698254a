"""Sums per bin of the input field, from which every weighting follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from onesun.calibration.blocks import jackknife

Weighting = Literal["inverse", "fraction", "uniform"]
WEIGHTINGS: tuple[Weighting, ...] = ("inverse", "fraction", "uniform")
_SUMS = 5  # of 1, x, y, x^2, xy
_CHUNK = 1 << 18  # pairs at a time: temporary arrays stay in the caches


@dataclass
class BinnedSums:
    """Sums of 1, x, y, x^2 and xy over bins of y; merge in any order.

    Bin k holds width * k <= y < width * (k + 1).

    Parameters
    ----------
    width : of a bin, gauss.
    first : k of the first row of ``sums``.
    sums : (bins, 5) float64.
    """

    width: float
    first: int = 0
    sums: np.ndarray = field(default_factory=lambda: np.zeros((0, _SUMS)))

    def update(self, x: np.ndarray, y: np.ndarray) -> BinnedSums:
        """Add pairs of target x and input y, finite, of equal shape; returns self."""
        x, y = x.ravel(), y.ravel()
        for start in range(0, x.size, _CHUNK):
            part = slice(start, start + _CHUNK)
            self._add(x[part].astype(np.float64), y[part].astype(np.float64))
        return self

    def merge(self, other: BinnedSums) -> BinnedSums:
        """Add another's pairs; returns self."""
        if other.width != self.width:
            raise ValueError(f"bins of {other.width} G into bins of {self.width} G")
        self._cover(other.first, other.first + len(other.sums))
        start = other.first - self.first
        self.sums[start : start + len(other.sums)] += other.sums
        return self

    def _add(self, x: np.ndarray, y: np.ndarray) -> None:
        index = np.floor(y / self.width).astype(np.int64)
        low, high = int(index.min()), int(index.max()) + 1
        self._cover(low, high)
        index -= low
        rows = slice(low - self.first, high - self.first)
        for column, values in enumerate((None, x, y, x * x, x * y)):
            self.sums[rows, column] += np.bincount(index, values, minlength=high - low)

    def _cover(self, low: int, high: int) -> None:
        """Make room for bins low to high - 1."""
        if high <= low:
            return
        if not len(self.sums):
            self.first = low
        before = max(self.first - low, 0)
        after = max(high - self.first - len(self.sums), 0)
        if before or after:
            self.sums = np.pad(self.sums, ((before, after), (0, 0)))
            self.first -= before


@dataclass(frozen=True)
class Fit:
    """y = a + b x with the standard errors of a (gauss) and b; None where undetermined.

    ``n`` counts the pairs that have a weight, ``effective`` those that the weights leave,
    (sum w)^2 / sum w^2.
    """

    a: float | None
    b: float | None
    a_error: float | None
    b_error: float | None
    n: int
    effective: float


def fit(groups: Sequence[BinnedSums], weighting: Weighting) -> Fit:
    """Weighted least squares over all groups, with delete-one-group jackknife errors.

    Neighbouring pixels share their noise and their misfit, and frames of one Sun its fields, so
    errors from counting either would be far too small. With fewer than two groups there are no
    errors.

    Parameters
    ----------
    groups : sums over disjoint blocks (:class:`onesun.calibration.blocks.Blocks`).
    weighting : of a pair in a bin with a share f of all pairs: f (``fraction``, footnote 1 as it
        is written), 1 / f (``inverse``, which balances weak and strong field) or 1 (``uniform``).
    """
    filled = [group for group in groups if group.sums.size]
    if not filled:
        return Fit(None, None, None, None, 0, 0.0)
    sums = _aligned(filled)
    total = sums.sum(axis=0)
    (a,), (b,) = _solve(total[None], weighting)
    a_error, b_error = (jackknife(values) for values in _solve(total - sums, weighting))
    count = total[:, 0]
    return Fit(
        _known(a), _known(b), a_error, b_error, round(count.sum()),
        effective(weights(count, weighting), count),
    )  # fmt: skip


def _aligned(groups: Sequence[BinnedSums]) -> np.ndarray:
    """(groups, bins, 5) on bins that all share."""
    low = min(group.first for group in groups)
    high = max(group.first + len(group.sums) for group in groups)
    out = np.zeros((len(groups), high - low, _SUMS))
    for row, group in zip(out, groups, strict=True):
        row[group.first - low : group.first - low + len(group.sums)] = group.sums
    return out


def _solve(sums: np.ndarray, weighting: Weighting) -> tuple[np.ndarray, np.ndarray]:
    """a and b of each of (m, bins, 5) sums; NaN where they are not determined."""
    weight = weights(sums[..., 0], weighting)
    n, x, y, xx, xy = np.einsum("mb,mbs->sm", weight, sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        b = (xy - x * y / n) / (xx - x * x / n)
        return (y - b * x) / n, b


def weights(count: np.ndarray, weighting: Weighting, fewest: int = 1) -> np.ndarray:
    """Weight of a pair in each bin, (..., bins); one with fewer than ``fewest`` weighs nothing."""
    filled = count > fewest - 0.5  # counts are differences of whole numbers
    share = count / count.sum(axis=-1, keepdims=True).clip(min=1)
    if weighting == "fraction":
        return np.where(filled, share, 0)
    if weighting == "inverse":
        return np.where(filled, 1 / np.where(filled, share, 1), 0)
    return np.where(filled, 1.0, 0.0)


def effective(weight: np.ndarray, count: np.ndarray) -> float:
    """How many pairs of equal weight tell as much as ``count`` pairs of ``weight`` each, (bins,).

    Kish's (sum w)^2 / sum w^2; 0 where nothing weighs anything.
    """
    squares = (weight**2 * count).sum()
    return float((weight * count).sum() ** 2 / squares) if squares else 0.0


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
