"""The words and the Markdown that tables share."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from onesun.files import whole_file, write_text
from onesun.tables.sources import Source

SIMULATED = "simulated MDI/GONG from real HMI"
FEW = 10  # independent blocks


def line(cells: Sequence[str]) -> str:
    """A line of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def frames(columns: Sequence[Source]) -> Iterator[str]:
    """How many frames of which months each pair has."""
    by_pair = {column.pair: column for column in columns}
    for pair, column in by_pair.items():
        count, months = column.frames, column.months
        yield (
            f"{pair}: {count} frame{'s' * (count != 1)} of the {column.set} "
            f"month{'s' * (len(months) > 1)} {', '.join(months)}."
        )


def interval(
    units: Mapping[str, str],
    independent: Mapping[str, Sequence[float | None]],
    bootstrap: Mapping[str, Any],
) -> Iterator[str]:
    """How intervals are drawn, and how many independent units they rest on.

    Parameters
    ----------
    units : by pair, what is drawn.
    independent : by column, the effective number of units of each of its rows.
    bootstrap : the configuration's ``table1.bootstrap``.
    """
    drawn = "; ".join(dict.fromkeys(units.values()))
    if len(set(units.values())) > 1:
        drawn = "; ".join(f"{pair}, {what}" for pair, what in units.items())
    yield (
        f"{100 * bootstrap['confidence']:g} % intervals are from {bootstrap['resamples']} "
        f"resamples of blocks ({drawn}), studentised, and widened by what neighbouring blocks "
        "share."
    )
    told = {name: _span(numbers) for name, numbers in independent.items()}
    if all(told.values()):
        spans = "; ".join(f"{name} {span}" for name, span in told.items())
        yield f"Effective number of independent blocks, from row to row: {spans}."
    if any(number is not None and number < FEW for all_ in independent.values() for number in all_):
        yield f"Where they are fewer than {FEW}, the interval is itself uncertain."


def _span(numbers: Sequence[float | None]) -> str:
    known = [number for number in numbers if number is not None]
    if not known:
        return ""
    low, high = (f"{number:.0f}" for number in (min(known), max(known)))
    return low if low == high else f"{low} to {high}"


def origin(columns: Sequence[Source]) -> Iterator[str]:
    """What the columns are, and whether their frames are simulated."""
    yield "Columns:"
    yield "; ".join(f"{c.name} is {c.pair} by {c.method}" for c in columns) + "."
    simulated = [column.name for column in columns if column.simulated]
    if len(simulated) == len(columns):
        yield f"All frames are {SIMULATED}."
    elif simulated:
        yield f"The frames of {', '.join(simulated)} are {SIMULATED}."


def number(value: float | None) -> str:
    """A number as a CSV holds it; empty for None."""
    return "" if value is None else f"{value:.10g}"


def csv_text(lines: Sequence[Mapping[str, Any]]) -> str:
    """Lines, at least one and all of the same keys, as CSV."""
    text = io.StringIO()
    table = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(lines)
    return text.getvalue()


def write_both(out: Path, table: str, page: str) -> None:
    """Write ``table`` as ``out`` (CSV) and ``page`` beside it (Markdown): both or neither."""
    with whole_file(out.with_suffix(".md")) as for_people, whole_file(out) as for_machines:
        write_text(for_people, page)
        write_text(for_machines, table)
