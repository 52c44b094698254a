"""Sums per bin of the input field, from which every weighting follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

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

    ``n`` counts the pairs.
    """

    a: float | None
    b: float | None
    a_error: float | None
    b_error: float | None
    n: int


def fit(groups: Sequence[BinnedSums], weighting: Weighting) -> Fit:
    """Weighted least squares over all groups, with delete-one-group jackknife errors.

    Neighbouring pixels share their noise and their misfit, so errors from counting pixels would
    be far too small; groups of frames are what is independent, if anything is. With fewer than
    two groups there are no errors.

    Parameters
    ----------
    groups : sums over disjoint groups of frames.
    weighting : of a pair in a bin with a share f of all pairs: f (``fraction``, footnote 1 as it
        is written), 1 / f (``inverse``, which balances weak and strong field) or 1 (``uniform``).
    """
    filled = [group for group in groups if group.sums.size]
    if not filled:
        return Fit(None, None, None, None, 0)
    sums = _aligned(filled)
    total = sums.sum(axis=0)
    a, b = _solve(total[None], weighting)
    a_error, b_error = _jackknife(total, sums, weighting)
    return Fit(_known(a[0]), _known(b[0]), a_error, b_error, round(total[:, 0].sum()))


def _aligned(groups: Sequence[BinnedSums]) -> np.ndarray:
    """(groups, bins, 5) on bins that all share."""
    low = min(group.first for group in groups)
    high = max(group.first + len(group.sums) for group in groups)
    out = np.zeros((len(groups), high - low, _SUMS))
    for row, group in zip(out, groups, strict=True):
        row[group.first - low : group.first - low + len(group.sums)] = group.sums
    return out


def _jackknife(
    total: np.ndarray, sums: np.ndarray, weighting: Weighting
) -> tuple[float | None, float | None]:
    count = len(sums)
    if count < 2:
        return None, None
    errors = []
    for values in _solve(total - sums, weighting):
        spread = ((values - values.mean()) ** 2).sum()
        errors.append(_known(np.sqrt((count - 1) / count * spread)))
    return errors[0], errors[1]


def _solve(sums: np.ndarray, weighting: Weighting) -> tuple[np.ndarray, np.ndarray]:
    """a and b of each of (m, bins, 5) sums; NaN where they are not determined."""
    weight = _weights(sums[..., 0], weighting)
    n, x, y, xx, xy = np.einsum("mb,mbs->sm", weight, sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        b = (xy - x * y / n) / (xx - x * x / n)
        return (y - b * x) / n, b


def _weights(count: np.ndarray, weighting: Weighting) -> np.ndarray:
    """Weight of a pair in each bin, (m, bins); an empty bin weighs nothing."""
    filled = count > 0.5  # counts are differences of whole numbers
    share = count / count.sum(axis=-1, keepdims=True).clip(min=1)
    if weighting == "fraction":
        return np.where(filled, share, 0)
    if weighting == "inverse":
        return np.where(filled, 1 / np.where(filled, share, 1), 0)
    return np.where(filled, 1.0, 0.0)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
