"""Table 1's columns: months of statistics merged, and what follows for each row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun.errors import ConfigError
from onesun.statistics import bootstrap, product
from onesun.statistics.moments import Agreement
from onesun.statistics.regions import Region, RegionStatistics
from onesun.tables.sources import Source, by_column, check_same_frames, measured_by

FEWEST_PIXELS = 100  # a correlation over fewer says nothing about an area

Interval = tuple[float, float] | None


@dataclass(frozen=True)
class Cell:
    """One row of one column.

    Parameters
    ----------
    agreement : of prediction and target over all frames.
    interval : of the correlation; None where it is not determined.
    gain : correlation less the baseline's; None in a baseline and where either is undetermined.
    gain_interval : of the gain, both columns drawn together.
    """

    agreement: Agreement
    interval: Interval
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
    cells : one for each row.
    """

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
    files = {path: product.read(path) for path in sorted(set(paths))}
    for path, file in files.items():
        if file.statistics.regions != regions:
            raise ConfigError(f"{path}: statistics over other rows, expected those of table1.rows")
    columns: list[Column] = []
    made: dict[str, dict[str, tuple[Column, RegionStatistics]]] = defaultdict(dict)
    for entry, months in by_column(settings["columns"], files):
        statistics = RegionStatistics(regions)
        for month in months:
            statistics.merge(month.statistics)
        base = measured_by(entry, made[entry["pair"]])
        source = Source.of(entry, base[0].name if base else None, months, len(statistics.frames))
        cells = _cells(entry["name"], statistics, base, settings["bootstrap"])
        column = Column(**asdict(source), cells=cells)
        made[entry["pair"]][entry["name"]] = column, statistics
        columns.append(column)
    return columns


def _cells(
    name: str,
    statistics: RegionStatistics,
    base: tuple[Column, RegionStatistics] | None,
    settings: Mapping[str, Any],
) -> tuple[Cell, ...]:
    results = [moments.result() for moments in statistics.result()]
    drawn = _drawn(statistics, settings)
    intervals = bootstrap.interval(drawn, settings["confidence"])
    if base is None:
        return tuple(Cell(*cell) for cell in zip(results, intervals, strict=True))
    column, other = base
    check_same_frames(name, statistics.frames, column.name, other.frames)
    # Frames are drawn by the same seed, so that each resample is the same frames in both.
    gained = bootstrap.interval(drawn - _drawn(other, settings), settings["confidence"])
    cells = []
    for result, interval, gain_interval, by in zip(
        results, intervals, gained, column.cells, strict=True
    ):
        cell = Cell(result, interval)
        if cell.correlation is not None and by.correlation is not None:
            gain = cell.correlation - by.correlation
            cell = Cell(result, interval, gain, gain_interval)
        cells.append(cell)
    return tuple(cells)


def _drawn(statistics: RegionStatistics, settings: Mapping[str, Any]) -> np.ndarray:
    """Correlations of resampled frames, (resamples, rows); NaN with fewer than two frames."""
    count = len(statistics.frames)
    if count < 2:
        return np.full((1, len(statistics.regions)), np.nan)
    weights = bootstrap.draw(count, settings["resamples"], settings["seed"])
    return bootstrap.correlations(statistics.table(), weights)
