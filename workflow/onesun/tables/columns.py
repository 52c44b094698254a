"""Table 1's columns: months of statistics merged, and what follows for each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun.errors import ConfigError
from onesun.statistics import bootstrap, product
from onesun.statistics.moments import Agreement
from onesun.statistics.regions import Region, RegionStatistics

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
class Column:
    """One column.

    Parameters
    ----------
    name, pair, method : as configured.
    baseline : name of the pair's first column, which this one is measured by; None in the first.
    months, set : what was evaluated.
    simulated : True where frames are simulated.
    frames : how many there are.
    cells : one for each row.
    """

    name: str
    pair: str
    method: str
    baseline: str | None
    months: tuple[str, ...]
    set: str
    simulated: bool
    frames: int
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
    _check_files(files, regions, settings["columns"])
    columns: list[Column] = []
    first: dict[str, tuple[Column, RegionStatistics]] = {}
    for entry in settings["columns"]:
        key = (entry["pair"], entry["method"])
        months = [file for file in files.values() if (file.pair, file.method) == key]
        if not months:
            raise ConfigError(
                f"table1.columns: {entry['name']}: no statistics of {key[0]} by {key[1]}, expected "
                "a file for each month"
            )
        statistics = RegionStatistics(regions)
        for month in months:
            statistics.merge(month.statistics)
        base = first.get(entry["pair"])
        cells = _cells(entry["name"], statistics, base, settings["bootstrap"])
        column = Column(
            name=entry["name"],
            pair=entry["pair"],
            method=entry["method"],
            baseline=base[0].name if base else None,
            months=tuple(sorted(month.month for month in months)),
            set=months[0].set,
            simulated=any(month.simulated for month in months),
            frames=len(statistics.frames),
            cells=cells,
        )
        first.setdefault(entry["pair"], (column, statistics))
        columns.append(column)
    return columns


def _check_files(
    files: Mapping[Path, product.MonthStatistics],
    regions: list[Region],
    columns: Sequence[Mapping[str, str]],
) -> None:
    wanted = {(column["pair"], column["method"]) for column in columns}
    for path, file in files.items():
        if (file.pair, file.method) not in wanted:
            raise ConfigError(
                f"{path}: statistics of {file.pair} by {file.method}, expected those of a column "
                "of table1.columns"
            )
        if file.statistics.regions != regions:
            raise ConfigError(f"{path}: statistics over other rows, expected those of table1.rows")
    sets = sorted({file.set for file in files.values()})
    if len(sets) > 1:
        raise ConfigError(f"statistics of {' and '.join(sets)} months, expected of one set")


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
    if sorted(other.frames) != sorted(statistics.frames):
        raise ConfigError(
            f"table1.columns: {name} is of {len(statistics.frames)} frames and {column.name} of "
            f"{len(other.frames)}, expected the same frames"
        )
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
