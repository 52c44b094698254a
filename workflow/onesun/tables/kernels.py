"""Table 2's columns: months of measures merged, errors by kernel, and their change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun.errors import ConfigError
from onesun.statistics import bootstrap, measured
from onesun.statistics.kernels import KernelErrors, KernelStatistic, kernel_errors
from onesun.statistics.measures import Measures
from onesun.tables.sources import Source, by_column, check_same_frames

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


def make_columns(
    columns: Sequence[Mapping[str, str]], draws: Mapping[str, Any], paths: Sequence[Path]
) -> list[KernelColumn]:
    """Merge the files of each column.

    Parameters
    ----------
    columns : of the configuration's ``table1.columns``, those to show.
    draws : its ``table1.bootstrap``.
    paths : manifests of measures, in any order.

    Raises ConfigError when a column has no file or no frame, a file no column, files are of
    different sets or settings, or columns of one pair are of different frames.
    """
    files = {path: measured.read(path) for path in sorted(set(paths))}
    made = [file.measures for file in files.values()]
    if len({(each.kernels.kernels, each.settings["within_radius"]) for each in made}) > 1:
        raise ConfigError("measures of other kernels or radii, expected the same in every file")
    found: list[KernelColumn] = []
    first: dict[str, tuple[str, KernelStatistic]] = {}
    for entry, months in by_column(columns, files):
        measures = Measures(months[0].measures.settings, months[0].measures.grid)
        for month in months:
            measures.merge(month.measures)
        statistic, base = measures.kernels, first.get(entry["pair"])
        if not statistic.frames:
            raise ConfigError(f"table2: {entry['name']}: no frame measured, expected at least one")
        source = Source.of(entry, base[0] if base else None, months, len(statistic.frames))
        if base:
            check_same_frames(entry["name"], statistic.frames, base[0], base[1].frames)
        column = KernelColumn(
            **asdict(source),
            kernels=statistic.kernels,
            blocks=tuple(int(n) for n in statistic.result().n),
            within_radius=measures.settings["within_radius"],
            cells=_cells(statistic, base[1] if base else None, draws),
        )
        first.setdefault(entry["pair"], (entry["name"], statistic))
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
