"""Table 1: correlation with the target by area, as CSV for machines and Markdown for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from onesun.metrics.regions import Region
from onesun.tables.columns import Column, make_columns
from onesun.tables.intervals import bounds
from onesun.tables.markdown import render
from onesun.tables.text import csv_text, number, write_both


def write_table1(settings: Mapping[str, Any], paths: Sequence[Path], out: Path) -> None:
    """Write the table as ``out`` (CSV) and beside it as Markdown.

    The CSV has one line per area, the row's bounds and polarity with it, and whether the row is the
    paper's; for each column NAME its correlation stands under ``NAME``,
    then ``NAME_low`` and ``NAME_high`` (interval), ``NAME_independent`` (effective number of
    independent blocks that it rests on), ``NAME_rmse`` (gauss), ``NAME_pixels`` and
    ``NAME_frames``, and for a column that is measured by a baseline ``NAME_gain``,
    ``NAME_gain_low``, ``NAME_gain_high``. What is not determined is empty.

    Parameters
    ----------
    settings : the configuration's section ``table1``.
    paths : what ``onesun evaluate`` wrote, in any order.
    out : CSV file to write.

    Raises ConfigError when files and columns do not fit each other.
    """
    columns = make_columns(settings, paths)
    regions = [Region.from_settings(row) for row in settings["rows"]]
    lines = [_line(columns, region, row) for row, region in enumerate(regions)]
    write_both(out, csv_text(lines), render(columns, regions, settings["bootstrap"]))


def _line(columns: Sequence[Column], region: Region, row: int) -> dict[str, Any]:
    limits = region.as_settings()
    line: dict[str, Any] = {"area": region.name}
    for key in ("r", "field"):
        line[f"{key}_min"], line[f"{key}_max"] = (number(limit) for limit in limits[key])
    line["polarity"] = region.polarity or "both"
    line["paper"] = str(region.paper).lower()
    for column in columns:
        name, cell = column.name, column.cells[row]
        line[name] = number(cell.correlation)
        line |= bounds(name, cell.interval if cell.correlation is not None else None)
        line[f"{name}_independent"] = number(cell.independent)
        line[f"{name}_rmse"] = number(cell.agreement.rmse)
        line[f"{name}_pixels"] = cell.agreement.n
        line[f"{name}_frames"] = column.frames
        if column.baseline is not None:
            line[f"{name}_gain"] = number(cell.gain)
            line |= bounds(f"{name}_gain", cell.gain_interval)
    return line
