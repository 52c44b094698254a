"""Table 1's columns: months of statistics merged, and what follows for each row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from onesun.errors import ConfigError
from onesun.metrics import bootstrap, product
from onesun.metrics.bootstrap import Interval
from onesun.metrics.moments import Agreement
from onesun.metrics.regions import Region, RegionStatistics
from onesun.metrics.units import Units, make_units
from onesun.tables.sources import Source, by_column, check_same_frames, measured_by

FEWEST_PIXELS = 100  # a correlation over fewer says nothing about an area


@dataclass(frozen=True)
class Cell:
    """One row of one column.

    Parameters
    ----------
    agreement : of prediction and target over all frames.
    interval : of the correlation; None where it is not determined.
    independent : the effective number of independent units that the correlation rests on.
    gain : correlation less the baseline's; None in a baseline and where either is undetermined.
    gain_interval : of the gain, both columns drawn together.
    """

    agreement: Agreement
    interval: Interval
    independent: float | None
    gain: float | None = None
    gain_interval: Interval = None

    @property
    def correlation(self) -> float | None:
        """None where pixels are too few or all alike."""
        return self.agreement.correlation if self.agreement.n >= FEWEST_PIXELS else None


@dataclass(frozen=True)
class Column(Source):
    """One column.

    Parameters
    ----------
    unit : what is drawn for the intervals, in words.
    cells : one for each row.
    """

    unit: str
    cells: tuple[Cell, ...]


def make_columns(settings: Mapping[str, Any], paths: Sequence[Path]) -> list[Column]:
    """Merge the files of each configured column.

    Parameters
    ----------
    settings : the configuration's section ``table1``.
    paths : statistics files, in any order.

    Raises ConfigError when a column has no file, a file no column, a file other rows than
    configured, files are of different sets, or columns of one pair are of different frames.
    """
    regions = [Region.from_settings(row) for row in settings["rows"]]
    files = {path: product.read(path, RegionStatistics) for path in sorted(set(paths))}
    for path, file in files.items():
        if file.statistics.regions != regions:
            raise ConfigError(f"{path}: statistics over other rows, expected those of table1.rows")
    columns: list[Column] = []
    made: dict[str, dict[str, tuple[Column, RegionStatistics]]] = defaultdict(dict)
    for entry, months in by_column(settings["columns"], files):
        statistics = RegionStatistics(regions, months[0].statistics.tiling)
        for month in months:
            statistics.merge(month.statistics)
        base = measured_by(entry, made[entry["pair"]])
        source = Source.of(entry, base[0].name if base else None, months, len(statistics.frames))
        units = make_units(sorted(statistics.tiles.days), statistics.tiling, settings["bootstrap"])
        cells = _cells(entry["name"], statistics, base, units, settings["bootstrap"])
        column = Column(**asdict(source), unit=units.what, cells=cells)
        made[entry["pair"]][entry["name"]] = column, statistics
        columns.append(column)
    return columns


def _cells(
    name: str,
    statistics: RegionStatistics,
    base: tuple[Column, RegionStatistics] | None,
    units: Units,
    settings: Mapping[str, Any],
) -> tuple[Cell, ...]:
    sums = _by_unit(statistics, units)
    if base is not None:
        check_same_frames(name, statistics.frames, base[0].name, base[1].frames)
        sums = np.concatenate([sums, _by_unit(base[1], units)], axis=-1)
    cells = []
    for row, moments in enumerate(statistics.result()):
        share = bootstrap.variation(sums[:, row])
        found = bootstrap.spread(
            lambda each: bootstrap.correlation(each[..., :6]),
            sums[:, row], share, units, settings, bootstrap.FISHER,
        )  # fmt: skip
        cell = Cell(moments.result(), found.interval, found.independent)
        by = base[0].cells[row] if base is not None else None
        if by is not None and cell.correlation is not None and by.correlation is not None:
            gained = bootstrap.spread(_gain, sums[:, row], share, units, settings)
            gain = cell.correlation - by.correlation
            cell = replace(cell, gain=gain, gain_interval=gained.interval)
        cells.append(cell)
    return tuple(cells)


def _by_unit(statistics: RegionStatistics, units: Units) -> np.ndarray:
    """Sums of each row over each unit; (units, rows, 6)."""
    return units.sums(statistics.tiles.table("rows"))


def _gain(sums: np.ndarray) -> np.ndarray:
    """Of sums (..., 12), a method's and its baseline's."""
    gain: np.ndarray = bootstrap.correlation(sums[..., :6]) - bootstrap.correlation(sums[..., 6:])
    return gain
