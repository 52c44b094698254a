"""Table 2's columns: errors by kernel, their intervals and their change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from onesun.statistics import bootstrap
from onesun.statistics.kernels import KernelErrors, KernelStatistic, kernel_errors
from onesun.tables.merged import Merged
from onesun.tables.sources import Source

# The attributes of KernelErrors that the table tells; of an error, less is better.
ERRORS = ("gradient", "extremes", "maximum", "minimum")
BIASES = ("maximum_bias", "minimum_bias")

Interval = tuple[float, float] | None


@dataclass(frozen=True)
class Cell:
    """One quantity at one kernel of one column.

    Parameters
    ----------
    value : None where there is no block.
    interval : of the value; None where it is not determined.
    change : relative to the baseline, value / baseline's - 1; None in a baseline and in biases.
    change_interval : of the change, both columns drawn together.
    """

    value: float | None
    interval: Interval
    change: float | None = None
    change_interval: Interval = None


@dataclass(frozen=True)
class KernelColumn(Source):
    """One column.

    Parameters
    ----------
    kernels : sides of the blocks, target pixels.
    blocks : how many there are of each.
    within_radius : where they lie, limb radii.
    cells : by quantity, one for each kernel.
    """

    kernels: tuple[int, ...]
    blocks: tuple[int, ...]
    within_radius: float
    cells: Mapping[str, tuple[Cell, ...]]


def make_columns(merged: Sequence[Merged], draws: Mapping[str, Any]) -> list[KernelColumn]:
    """Table 2's columns.

    Parameters
    ----------
    merged : measures of each, after those of the column that it is measured by.
    draws : the configuration's ``table1.bootstrap``.
    """
    found = []
    made: dict[tuple[str, str | None], KernelStatistic] = {}
    for entry in merged:
        statistic, pair = entry.measures.kernels, entry.source.pair
        column = KernelColumn(
            **asdict(entry.source),
            kernels=statistic.kernels,
            blocks=tuple(int(n) for n in statistic.result().n),
            within_radius=entry.measures.settings["within_radius"],
            cells=_cells(statistic, made.get((pair, entry.source.baseline)), draws),
        )
        made[pair, entry.source.name] = statistic
        found.append(column)
    return found


def _cells(
    statistic: KernelStatistic, base: KernelStatistic | None, draws: Mapping[str, Any]
) -> dict[str, tuple[Cell, ...]]:
    results, drawn = statistic.result(), _drawn(statistic, draws)
    if base is not None:
        by, drawn_by = base.result(), _drawn(base, draws)
    cells = {}
    for name in (*ERRORS, *BIASES):
        value = getattr(results, name)
        spread = getattr(drawn, name)
        columns = [_known(value), bootstrap.interval(spread, draws["confidence"])]
        if base is not None and name in ERRORS:
            with np.errstate(invalid="ignore", divide="ignore"):
                # Frames are drawn by the same seed: each resample is the same frames in both.
                changes = spread / getattr(drawn_by, name) - 1
                columns.append(_known(value / getattr(by, name) - 1))
            changes[~np.isfinite(changes)] = np.nan
            columns.append(bootstrap.interval(changes, draws["confidence"]))
        cells[name] = tuple(Cell(*entries) for entries in zip(*columns, strict=True))
    return cells


def _known(values: np.ndarray) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]


def _drawn(statistic: KernelStatistic, draws: Mapping[str, Any]) -> KernelErrors:
    """Means of resampled frames, (resamples, kernels); NaN with fewer than two frames."""
    table = statistic.table("blocks")
    if len(table) < 2:
        return kernel_errors(statistic.kernels, np.full((1, *table.shape[1:]), np.nan))
    weights = bootstrap.draw(len(table), draws["resamples"], draws["seed"])
    return kernel_errors(statistic.kernels, np.tensordot(weights, table, axes=1))
