"""Correlation by distance from the disk's centre and by strength of the target's field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from onesun.metrics.comparison import Comparison
from onesun.metrics.moments import Agreement, Moments
from onesun.metrics.statistic import Contribution, Statistic


@dataclass(frozen=True)
class Correlations:
    """Agreement of prediction with target over the disk cut in bins.

    Parameters
    ----------
    radius_edges : (R + 1,) limb radii. field_edges : (F + 1,) gauss, of |target|.
    by_radius : R agreements, over all strengths.
    by_field : F agreements, over radii up to the limit.
    within, disk : over all strengths, up to the limit and over all radii.
    """

    radius_edges: np.ndarray
    field_edges: np.ndarray
    by_radius: tuple[Agreement, ...]
    by_field: tuple[Agreement, ...]
    within: Agreement
    disk: Agreement


class CorrelationStatistic(Statistic[Comparison]):
    """Sums over the pixels of each cell of radius and field strength.

    Parameters
    ----------
    radius_edges : limb radii, rising, the limit among them. A bin holds its lower edge and not its
        upper one.
    field_edges : gauss, rising, from 0; the last bin is open.
    within_radius : the limit, limb radii, one of the edges.
    """

    name = "correlations"

    def __init__(
        self, radius_edges: Sequence[float], field_edges: Sequence[float], within_radius: float
    ) -> None:
        super().__init__()
        self.radius_edges = np.array(radius_edges, dtype=np.float64)
        self.field_edges = np.array([*field_edges, np.inf], dtype=np.float64)
        self.rings = list(radius_edges).index(within_radius)

    def settings(self) -> Any:
        return self.radius_edges.tolist(), self.field_edges.tolist(), self.rings

    def of(self, comparison: Comparison) -> Contribution:
        fields, radii = self.field_edges.size - 1, self.radius_edges.size - 1
        total = np.zeros((6, radii * fields))
        for rows in comparison.bands():
            ring = np.digitize(comparison.disk.radius[rows], self.radius_edges) - 1
            used = comparison.valid[rows] & (ring >= 0) & (ring < radii)
            x = comparison.target[rows][used].astype(np.float64)
            y = comparison.prediction[rows][used].astype(np.float64)
            cell = ring[used] * fields + np.digitize(np.abs(x), self.field_edges) - 1
            for row, weights in zip(total, (None, x, y, x * x, y * y, x * y), strict=True):
                row += np.bincount(cell, weights, minlength=radii * fields)
        return Contribution(sums={"cells": total.T.reshape(radii, fields, 6)})

    def result(self) -> Correlations:
        cells = self.total("cells")
        return Correlations(
            radius_edges=self.radius_edges,
            field_edges=self.field_edges,
            by_radius=_agreements(cells.sum(axis=1)),
            by_field=_agreements(cells[: self.rings].sum(axis=0)),
            within=_agreements(cells[: self.rings].sum(axis=(0, 1))[None])[0],
            disk=_agreements(cells.sum(axis=(0, 1))[None])[0],
        )


def _agreements(sums: np.ndarray) -> tuple[Agreement, ...]:
    return tuple(Moments.from_sums(*row).result() for row in sums)
