"""How many of the target's readings lie within a prediction's error, by what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from onesun.statistics.statistic import Contribution, Statistic

NORMAL = 1.96  # standard errors that hold 95 % of a normal distribution


@dataclass(frozen=True)
class Promised:
    """Pixels of one frame where the target has a value; (m,) float32 each.

    Parameters
    ----------
    stamp : names the frame.
    field, target : predicted and read, gauss.
    radius : limb radii.
    error : calibrated, as it is delivered, gauss.
    error_with_noise : the same against readings of the noise that the target has in this month.
    wide : how many errors are promised to hold 95 %.
    """

    stamp: str
    field: np.ndarray
    target: np.ndarray
    radius: np.ndarray
    error: np.ndarray
    error_with_noise: np.ndarray
    wide: np.ndarray


@dataclass(frozen=True)
class Within:
    """Per cent of a bin's pixels within an interval; None in a bin without pixels.

    Parameters
    ----------
    standard : within one error (68.27 promised).
    wide : within the wide interval (95 promised).
    normal : within 1.96 errors.
    """

    standard: float | None
    wide: float | None
    normal: float | None


@dataclass(frozen=True)
class Row:
    """One bin.

    Parameters
    ----------
    by : all, field (\\|prediction\\|), radius, or target (\\|target\\|).
    low, high : its edges, gauss or limb radii; None is open.
    pixels : how many.
    delivered, with_noise : by the error as it is delivered, and by that for the month's noise.
    """

    by: str
    low: float | None
    high: float | None
    pixels: int
    delivered: Within
    with_noise: Within

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Coverage(Statistic):
    """Shares of readings within one error, within the wide interval, and within 1.96 errors.

    An error can keep its promise only over what is known when it is given, which the prediction
    and the radius are and the target is not.

    Parameters
    ----------
    field_edges : gauss, rising; bins of the predicted and of the target's field, the last open.
    radius_edges : limb radii, rising. A lower edge belongs to its bin, an upper one to the next.
    """

    name = "coverage"

    def __init__(self, field_edges: Sequence[float], radius_edges: Sequence[float]) -> None:
        super().__init__()
        self.field_edges = tuple(float(edge) for edge in field_edges)
        self.radius_edges = tuple(float(edge) for edge in radius_edges)

    def settings(self) -> dict[str, list[float]]:
        """See :meth:`Statistic.settings`."""
        return {
            "field_edges": list(self.field_edges),
            "radius_edges": list(self.radius_edges),
        }

    def bins(self) -> list[tuple[str, float | None, float | None]]:
        """What each row is by, and its edges."""
        fields = list(pairwise((*self.field_edges, None)))
        found = {"field": fields, "radius": list(pairwise(self.radius_edges)), "target": fields}
        rows = [(by, low, high) for by, bins in found.items() for low, high in bins]
        return [("all", None, None), *rows]

    def of(self, comparison: Promised) -> Contribution:
        """What a frame adds: pixels (rows,) and those within the intervals (rows, 2, 3).

        The sums by frame are of all its pixels: how many, and how many within each.
        """
        within = self._within(comparison)
        fields = (*self.field_edges, np.inf)
        places = (
            (np.abs(comparison.field), fields),
            (comparison.radius, self.radius_edges),
            (np.abs(comparison.target), fields),
        )
        everywhere = np.zeros(comparison.field.shape, dtype=np.int64)
        counted = [_count(everywhere, 1, within)]
        for place, edges in places:
            counted.append(_count(np.digitize(place, edges) - 1, len(edges) - 1, within))
        table = np.concatenate(counted)
        counts = {"pixels": table[:, 0], "within": table[:, 1:].reshape(-1, 2, 3)}
        return Contribution(counts, {"all": table[0].astype(np.float64)})

    @staticmethod
    def _within(comparison: Promised) -> np.ndarray:
        """(6, m) bool: within one, wide and 1.96 errors, as delivered and with the noise."""
        misfit = np.abs(comparison.target - comparison.field)
        found = []
        for error in (comparison.error, comparison.error_with_noise):
            ratio = misfit / error
            found += [ratio <= 1, ratio <= comparison.wide, ratio <= NORMAL]
        return np.stack(found)

    def result(self) -> list[Row]:
        """A row for each bin."""
        pixels, within = self.counts["pixels"], self.counts["within"]
        return [
            Row(*bounds, int(n), _shares(inside[0], n), _shares(inside[1], n))
            for bounds, n, inside in zip(self.bins(), pixels, within, strict=True)
        ]

    def by_frame(self) -> np.ndarray:
        """Per cent of each frame's pixels within one error as delivered, stamps ascending."""
        table = self.table("all")
        return 100 * table[:, 1] / np.maximum(table[:, 0], 1)


def _count(which: np.ndarray, bins: int, within: np.ndarray) -> np.ndarray:
    """Pixels of each bin, and those that are within; (bins, 1 + len(within)) int64.

    ``which`` is the bin of each pixel; one that is no bin is not counted.
    """
    kept = (which >= 0) & (which < bins)
    columns = [kept, *(kept & each for each in within)]
    return np.stack([np.bincount(which[each], minlength=bins) for each in columns], axis=1)


def _shares(inside: np.ndarray, pixels: int) -> Within:
    return Within(*(100 * float(n) / int(pixels) if pixels else None for n in inside))
