"""Table 2's columns: errors by kernel, their intervals and their change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from onesun.metrics import bootstrap
from onesun.metrics.bootstrap import Interval
from onesun.metrics.kernels import KernelStatistic, kernel_errors
from onesun.metrics.units import Units, make_units
from onesun.tables.merged import Merged
from onesun.tables.sources import Source

# The attributes of KernelErrors that the table tells; of an error, less is better.
ERRORS = ("gradient", "extremes", "maximum", "minimum")
BIASES = ("maximum_bias", "minimum_bias")


@dataclass(frozen=True)
class Cell:
    """One quantity at one kernel of one column.

    Parameters
    ----------
    value : None where there is no block.
    interval : of the value; None where it is not determined.
    independent : the effective number of independent units that the value rests on.
    change : relative to the baseline, value / baseline's - 1; None in a baseline and in biases.
    change_interval : of the change, both columns drawn together.
    """

    value: float | None
    interval: Interval
    independent: float | None
    change: float | None = None
    change_interval: Interval = None


@dataclass(frozen=True)
class KernelColumn(Source):
    """One column.

    Parameters
    ----------
    kernels : sides of the blocks, target pixels.
    blocks : how many there are of each.
    unit : what is drawn for the intervals, in words.
    within_radius : where they lie, limb radii.
    cells : by quantity, one for each kernel.
    """

    kernels: tuple[int, ...]
    blocks: tuple[int, ...]
    unit: str
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
        units = make_units(sorted(statistic.tiles.days), statistic.tiling, draws)
        column = KernelColumn(
            **asdict(entry.source),
            kernels=statistic.kernels,
            blocks=tuple(int(n) for n in statistic.result().n),
            unit=units.what,
            within_radius=entry.measures.settings["within_radius"],
            cells=_cells(statistic, made.get((pair, entry.source.baseline)), units, draws),
        )
        made[pair, entry.source.name] = statistic
        found.append(column)
    return found


def _cells(
    statistic: KernelStatistic,
    base: KernelStatistic | None,
    units: Units,
    draws: Mapping[str, Any],
) -> dict[str, tuple[Cell, ...]]:
    results, by = statistic.result(), base.result() if base is not None else None
    tables = [each.tiles.table("blocks") for each in (statistic, base or statistic)]
    sums = units.sums(np.concatenate(tables, axis=-1))
    cells = {}
    for name in (*ERRORS, *BIASES):
        found = []
        for index in range(len(statistic.kernels)):
            of_kernel, share = sums[:, index], sums[:, index, 0]
            value = _known(getattr(results, name)[index])
            scale = bootstrap.LOGARITHM if name in ERRORS else bootstrap.PLAIN
            drawn = bootstrap.spread(_error(name), of_kernel, share, units, draws, scale)
            cell = Cell(value, drawn.interval, drawn.independent)
            if by is not None and name in ERRORS:
                with np.errstate(invalid="ignore", divide="ignore"):
                    change = getattr(results, name)[index] / getattr(by, name)[index] - 1
                moved = bootstrap.spread(
                    _ratio(name), of_kernel, share, units, draws, bootstrap.LOGARITHM
                )
                cell = replace(
                    cell, change=_known(change), change_interval=_less_one(moved.interval)
                )
            found.append(cell)
        cells[name] = tuple(found)
    return cells


def _error(name: str) -> bootstrap.Statistic:
    """Of sums (..., 12), a column's and its baseline's: the column's error."""
    return lambda sums: getattr(kernel_errors((), sums[..., :6]), name)


def _ratio(name: str) -> bootstrap.Statistic:
    """The column's error over its baseline's."""
    return lambda sums: _error(name)(sums) / _error(name)(sums[..., 6:])


def _less_one(interval: Interval) -> Interval:
    return None if interval is None else (interval[0] - 1, interval[1] - 1)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
