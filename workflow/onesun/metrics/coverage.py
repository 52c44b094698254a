"""How many of the target's readings lie within a prediction's error, by what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from onesun.metrics.statistic import Contribution, Statistic

NORMAL = 1.96  # standard deviations that hold 95 % of a normal distribution
# Per cent of the readings that lie within the two half-widths, by their names.
PROMISED = {"half_68": 68.27, "half_95": 95.0}


@dataclass(frozen=True)
class Uncertainty:
    """How far the target's readings are from a prediction; (m,) float32 each, gauss.

    Parameters
    ----------
    deviation : standard deviation, the root mean square of target less prediction.
    half_68, half_95 : half-widths of the intervals that hold 68.27 % and 95 % of the readings.
    """

    deviation: np.ndarray
    half_68: np.ndarray
    half_95: np.ndarray


@dataclass(frozen=True)
class Promised:
    """Pixels of one frame where the target has a value; (m,) float32 each.

    Parameters
    ----------
    stamp : names the frame.
    field, target : predicted and read, gauss.
    radius : limb radii.
    delivered : the uncertainty as a conversion delivers it.
    with_noise : the same for readings of the noise that the target has in this month.
    """

    stamp: str
    field: np.ndarray
    target: np.ndarray
    radius: np.ndarray
    delivered: Uncertainty
    with_noise: Uncertainty


@dataclass(frozen=True)
class Within:
    """What lies within the uncertainty in a bin; None in a bin without pixels.

    Parameters
    ----------
    half_68, half_95 : per cent of the pixels within each half-width (68.27 and 95 promised).
    normal : per cent within 1.96 standard deviations.
    rms : root mean square of the residuals in standard deviations (1 promised).
    """

    half_68: float | None
    half_95: float | None
    normal: float | None
    rms: float | None


@dataclass(frozen=True)
class Row:
    """One bin.

    Parameters
    ----------
    by : all, field (\\|prediction\\|), radius, or target (\\|target\\|).
    low, high : its edges, gauss or limb radii; None is open.
    pixels : how many.
    delivered, with_noise : by the uncertainty as delivered, and by that for the month's noise.
    """

    by: str
    low: float | None
    high: float | None
    pixels: int
    delivered: Within
    with_noise: Within

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Coverage(Statistic[Promised]):
    """Shares of readings within an uncertainty, and their spread in standard deviations.

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
        radii: list[tuple[float | None, float | None]] = [*pairwise(self.radius_edges)]
        found = {"field": fields, "radius": radii, "target": fields}
        rows = [(by, low, high) for by, bins in found.items() for low, high in bins]
        return [("all", None, None), *rows]

    def of(self, comparison: Promised) -> Contribution:
        """What a frame adds: pixels (rows,) and those within the intervals (rows, 2, 3).

        The sums by frame are of all its pixels, how many and how many within each; and in each row
        the squares of the residuals in standard deviations (rows, 2).
        """
        found = [self._judged(comparison, each)
                 for each in (comparison.delivered, comparison.with_noise)]  # fmt: skip
        within = np.concatenate([inside for inside, _ in found])
        squares = np.stack([each for _, each in found])
        fields = (*self.field_edges, np.inf)
        places = (
            (np.abs(comparison.field), fields),
            (comparison.radius, self.radius_edges),
            (np.abs(comparison.target), fields),
        )
        everywhere = np.zeros(comparison.field.shape, dtype=np.int64)
        bins = [(everywhere, 1)]
        bins += [(np.digitize(place, edges) - 1, len(edges) - 1) for place, edges in places]
        table = np.concatenate([_count(*each, within) for each in bins])
        return Contribution(
            counts={"pixels": table[:, 0], "within": table[:, 1:].reshape(-1, 2, 3)},
            sums={
                "all": table[0].astype(np.float64),
                "squares": np.concatenate([_sum(*each, squares) for each in bins]),
            },
        )

    @staticmethod
    def _judged(comparison: Promised, given: Uncertainty) -> tuple[np.ndarray, np.ndarray]:
        """(3, m) bool, within both half-widths and 1.96 deviations; (m,) squares in deviations."""
        misfit = np.abs(comparison.target - comparison.field)
        ratio = misfit / given.deviation
        within = [misfit <= given.half_68, misfit <= given.half_95, ratio <= NORMAL]
        return np.stack(within), np.square(ratio, dtype=np.float64)

    def result(self) -> list[Row]:
        """A row for each bin."""
        counts = self.counts["pixels"], self.counts["within"], self.total("squares")
        return [
            Row(*bounds, int(n), *(_shares(inside[i], squares[i], int(n)) for i in range(2)))
            for bounds, n, inside, squares in zip(self.bins(), *counts, strict=True)
        ]

    def by_frame(self) -> np.ndarray:
        """Per cent of each frame's pixels within the delivered 68 %, stamps ascending."""
        table = self.table("all")
        percent: np.ndarray = 100 * table[:, 1] / np.maximum(table[:, 0], 1)
        return percent


def _count(which: np.ndarray, bins: int, within: np.ndarray) -> np.ndarray:
    """Pixels of each bin, and those that are within; (bins, 1 + len(within)) int64.

    ``which`` is the bin of each pixel; one that is no bin is not counted.
    """
    kept = (which >= 0) & (which < bins)
    columns = [kept, *(kept & each for each in within)]
    return np.stack([np.bincount(which[each], minlength=bins) for each in columns], axis=1)


def _sum(which: np.ndarray, bins: int, values: np.ndarray) -> np.ndarray:
    """Sums over the pixels of each bin; (bins, len(values)) float64, ``which`` as above."""
    kept = (which >= 0) & (which < bins)
    found = [np.bincount(which[kept], weights=each[kept], minlength=bins) for each in values]
    return np.stack(found, axis=1)


def _shares(inside: np.ndarray, squares: float, pixels: int) -> Within:
    if not pixels:
        return Within(None, None, None, None)
    half_68, half_95, normal = (100 * float(n) / pixels for n in inside)
    return Within(half_68, half_95, normal, rms=float(np.sqrt(squares / pixels)))
