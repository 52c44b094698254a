"""Magnetic elements smaller than the input can resolve: how many are found, how many are there.

An element is a set of neighbouring pixels of one polarity whose field exceeds a threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from onesun.metrics.comparison import Comparison
from onesun.metrics.statistic import Contribution, Statistic

# Small elements of the target; those that small ones of the prediction overlap, those that any
# overlaps, those that small ones do by chance; then small elements of the prediction, those that
# overlap small ones of the target, those that overlap any, and small ones by chance.
COUNTS = (
    "there", "found", "touched", "found_by_chance",
    "predicted", "right", "field_there", "right_by_chance",
)  # fmt: skip
RATIOS = (
    "recall",
    "touched",
    "recall_by_chance",
    "precision",
    "field_there",
    "precision_by_chance",
)


@dataclass(frozen=True)
class Components:
    """Elements of one polarity in a frame.

    Parameters
    ----------
    shape : of the frame, pixels.
    pixels : (m,) those of all elements, counted along rows.
    labels : (m,) the element of each of them, from 1.
    small : (elements + 1,) bool, which elements are small; False for 0.
    first : (elements + 1,) the corner of each that comes first, counted along rows.
    """

    shape: tuple[int, int]
    pixels: np.ndarray
    labels: np.ndarray
    small: np.ndarray
    first: np.ndarray

    @classmethod
    def of(cls, mask: np.ndarray, sizes: tuple[int, float]) -> Components:
        """Elements of a mask; neighbours are all eight.

        Parameters
        ----------
        sizes : least and largest number of pixels of a small one.
        """
        _, labels, stats, _ = cv2.connectedComponentsWithStats(
            mask.view(np.uint8), connectivity=8, ltype=cv2.CV_32S
        )
        area, (fewest, most) = stats[:, cv2.CC_STAT_AREA], sizes
        small = (area >= fewest) & (area <= most)
        small[0] = False
        first = stats[:, cv2.CC_STAT_TOP] * mask.shape[1] + stats[:, cv2.CC_STAT_LEFT]
        pixels = np.flatnonzero(mask)
        return cls(mask.shape, pixels, labels.ravel()[pixels], small, first)

    def overlapped(self, mask: np.ndarray) -> np.ndarray:
        """Which elements have a pixel in a mask, (N · N,) bool; (elements + 1,) bool."""
        hit = np.zeros(self.small.shape, dtype=bool)
        hit[self.labels[mask[self.pixels]]] = True
        return hit

    def covered(self, small: bool, shift: tuple[int, int] = (0, 0)) -> np.ndarray:
        """Pixels of all elements or of small ones, moved by rows and columns; (N · N,) bool."""
        pixels = self.pixels[self.small[self.labels]] if small else self.pixels
        rows, columns = np.divmod(pixels, self.shape[1])
        moved = (rows + shift[0]) % self.shape[0] * self.shape[1]
        moved += (columns + shift[1]) % self.shape[1]
        mask = np.zeros(self.shape[0] * self.shape[1], dtype=bool)
        mask[moved] = True
        return mask


class ElementStatistic(Statistic[Comparison]):
    """Counts of small elements by tile, for thresholds of the target and of the prediction.

    A prediction whose fields come out too weak finds less above the target's threshold; so its
    elements are also taken above shares of that threshold. An element belongs to the tile that
    holds the first corner of the rectangle around it. Pixels beyond the disk's limit count as 0 G.

    Parameters
    ----------
    thresholds : of the target, gauss.
    shares : of a threshold, above which the prediction's elements are taken.
    sizes : least and largest number of target pixels of a small element.
    tile : side of a tile, target pixels, a divisor of the frame's.
    """

    name = "elements"

    def __init__(
        self,
        thresholds: Sequence[float],
        shares: Sequence[float],
        sizes: tuple[int, float],
        tile: int,
    ) -> None:
        super().__init__()
        self.thresholds = tuple(float(threshold) for threshold in thresholds)
        self.shares = tuple(float(share) for share in shares)
        self.sizes, self.tile = (int(sizes[0]), float(sizes[1])), tile

    def settings(self) -> Any:
        """See :meth:`Statistic.settings`."""
        return self.thresholds, self.shares, self.sizes, self.tile

    def of(self, comparison: Comparison) -> Contribution:
        """What a frame adds: counts by tile, (tiles, thresholds, shares, 8)."""
        x = np.where(comparison.inside, comparison.target, np.float32(0))
        y = np.where(comparison.inside, comparison.prediction, np.float32(0))
        side = x.shape[0] // self.tile
        found = np.zeros((side * side, len(self.thresholds), len(self.shares), len(COUNTS)))
        for polarity in (1, -1):
            for i, threshold in enumerate(self.thresholds):
                target = Components.of(polarity * x >= threshold, self.sizes)
                for j, share in enumerate(self.shares):
                    guess = Components.of(polarity * y >= share * threshold, self.sizes)
                    found[:, i, j] += self._compared(target, guess, side)
        return Contribution(sums={"sums": found})

    def _compared(self, target: Components, guess: Components, side: int) -> np.ndarray:
        """Counts of one polarity, threshold and share; (tiles, 8)."""
        columns, away = [], (self.tile // 2, self.tile // 2)  # another field, as strong
        for mine, other in ((target, guess), (guess, target)):
            rows, lefts = np.divmod(mine.first, mine.shape[1])
            tiles = rows // self.tile * side + lefts // self.tile
            masks = (other.covered(True), other.covered(False), other.covered(True, away))
            hits = (mine.overlapped(mask) for mask in masks)
            for chosen in (mine.small, *(mine.small & hit for hit in hits)):
                columns.append(np.bincount(tiles[chosen], minlength=side * side))
        return np.stack(columns, axis=1)

    def of_tiles(self) -> np.ndarray:
        """Counts over all frames, tile by tile; (tiles, thresholds, shares, 8)."""
        return self.total("sums")

    def result(self) -> np.ndarray:
        """Shares over all frames, see :func:`ratios`; (thresholds, shares, 6)."""
        return ratios(self.of_tiles().sum(axis=0))


def ratios(counts: np.ndarray) -> np.ndarray:
    """Shares from counts over the last axis, in the order of ``RATIOS``; (..., 8) to (..., 6).

    NaN where there is no element to find, or none predicted.
    """
    there, predicted = counts[..., 0:1], counts[..., 4:5]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.concatenate([counts[..., 1:4] / there, counts[..., 5:8] / predicted], axis=-1)
