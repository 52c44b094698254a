"""What became of many files: for people to read, and as a table that a folder keeps."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from onesun.conversion.files import NO_ERROR, Outcome
from onesun.conversion.naming import whole_path
from onesun.errors import OutputError
from onesun.io.files import write_text

SUMMARY = "summary.csv"
_COLUMNS = [field.name for field in fields(Outcome)]
_RESULTS = ("done", "skipped", "refused")


def summary_text(outcomes: Sequence[Outcome]) -> str:
    """How many files were done, skipped and refused, and a row for each that was not just done."""
    counts = Counter[str](outcome.result for outcome in outcomes)
    totals = ", ".join(f"{counts[result]} {result}" for result in _RESULTS)
    without = sum(outcome.error == NO_ERROR for outcome in outcomes)
    if without:
        totals += f"; {without} without an ERROR extension, as the network states no error"
    worth = [outcome for outcome in outcomes if outcome.reason]
    if not worth:
        return totals
    table = Table("file", "result", "reason", box=None, pad_edge=False)
    names = _names(outcomes)
    for outcome in worth:
        table.add_row(names[outcome.file], outcome.result, outcome.reason)
    text = io.StringIO()
    # Wide enough for a sentence to a row: a log is not a terminal.
    width = max(len(names[one.file]) + len(one.reason) for one in worth) + 12
    console = Console(file=text, width=max(width, 80))
    console.print(table)
    return "\n".join([*(line.rstrip() for line in text.getvalue().splitlines()), totals])


def _names(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """The name of each file; its path where another has the same name."""
    shared = Counter(os.path.basename(outcome.file) for outcome in outcomes)
    names = {outcome.file: os.path.basename(outcome.file) for outcome in outcomes}
    return {file: name if shared[name] == 1 else file for file, name in names.items()}


def write_summary(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write a row for each file as CSV."""
    _write(path, (outcome.row() for outcome in outcomes))


def update_summary(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write a row for each file into a folder's summary, in which other files keep theirs.

    Files are named by their whole paths. Rows of outputs that are gone, or that are another file's
    by now, are left out.
    """
    new = [outcome.row() | {"file": whole_path(Path(outcome.file))} for outcome in outcomes]
    files = {row["file"] for row in new}
    outputs = {Path(row["output"]).name for row in new} - {""}
    kept = [
        row
        for row in _rows(path)
        if row["file"] not in files
        and (not row["output"] or _is_there(path.parent, row["output"], outputs))
    ]
    _write(path, [*kept, *new])


def _is_there(folder: Path, output: str, taken: set[str]) -> bool:
    name = Path(output).name
    return name not in taken and (folder / name).is_file()


def made_from(path: Path) -> dict[str, str]:
    """The whole path of the input by name of the output, from a folder's summary.

    Raises OutputError when the file is something else, which must not be replaced.
    """
    return {Path(row["output"]).name: row["file"] for row in _rows(path) if row["output"]}


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    try:
        with open(path, encoding="utf-8", newline="") as handle:
            table = csv.DictReader(handle)
            columns, rows = table.fieldnames, list(table)
    except (ValueError, csv.Error):
        columns, rows = None, []
    if columns != _COLUMNS or any(None in row.values() for row in rows):
        raise OutputError(
            f"{path}: not a summary of onesun convert, expected one with the columns "
            f"{', '.join(_COLUMNS)}, or a folder without a file of this name"
        )
    return rows


def _write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())
