"""Table 1: correlation with the target by area, as CSV for machines and Markdown for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from onesun.statistics.bootstrap import Interval
from onesun.statistics.regions import Region
from onesun.tables.columns import Column, make_columns
from onesun.tables.markdown import render
from onesun.tables.text import write_both


def write_table1(settings: Mapping[str, Any], paths: Sequence[Path], out: Path) -> None:
    """Write the table as ``out`` (CSV) and beside it as Markdown.

    The CSV has one line per area; for each column NAME its correlation stands under ``NAME``,
    then ``NAME_low`` and ``NAME_high`` (interval), ``NAME_independent`` (effective number of
    independent blocks that it rests on), ``NAME_pixels`` and ``NAME_frames``, and for a
    column that is measured by a baseline ``NAME_gain``, ``NAME_gain_low``, ``NAME_gain_high``.
    What is not determined is empty.

    Parameters
    ----------
    settings : the configuration's section ``table1``.
    paths : what ``onesun evaluate`` wrote, in any order.
    out : CSV file to write.

    Raises ConfigError when files and columns do not fit each other.
    """
    columns = make_columns(settings, paths)
    regions = [Region.from_settings(row) for row in settings["rows"]]
    write_both(out, _csv(columns, regions), render(columns, regions, settings["bootstrap"]))


def _csv(columns: Sequence[Column], regions: Sequence[Region]) -> str:
    text = io.StringIO()
    lines = [_line(columns, region, row) for row, region in enumerate(regions)]
    table = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(lines)
    return text.getvalue()


def _line(columns: Sequence[Column], region: Region, row: int) -> dict[str, Any]:
    bounds = region.as_settings()
    line: dict[str, Any] = {"area": region.name}
    for key in ("r", "field"):
        line[f"{key}_min"], line[f"{key}_max"] = (_text(bound) for bound in bounds[key])
    for column in columns:
        name, cell = column.name, column.cells[row]
        line[name] = _text(cell.correlation)
        line |= _bounds(name, cell.interval if cell.correlation is not None else None)
        line[f"{name}_independent"] = _text(cell.independent)
        line[f"{name}_pixels"] = cell.agreement.n
        line[f"{name}_frames"] = column.frames
        if column.baseline is not None:
            line[f"{name}_gain"] = _text(cell.gain)
            line |= _bounds(f"{name}_gain", cell.gain_interval)
    return line


def _bounds(name: str, interval: Interval) -> dict[str, str]:
    low, high = interval or (None, None)
    return {f"{name}_low": _text(low), f"{name}_high": _text(high)}


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"
