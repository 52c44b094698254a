"""The words and the Markdown that tables share."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from onesun.io.files import whole_file, write_text
from onesun.tables.sources import Source

SIMULATED = "simulated MDI/GONG from real HMI"


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


def origin(columns: Sequence[Source]) -> Iterator[str]:
    """What the columns are, and whether their frames are simulated."""
    yield "Columns:"
    yield "; ".join(f"{c.name} is {c.pair} by {c.method}" for c in columns) + "."
    simulated = [column.name for column in columns if column.simulated]
    if len(simulated) == len(columns):
        yield f"All frames are {SIMULATED}."
    elif simulated:
        yield f"The frames of {', '.join(simulated)} are {SIMULATED}."


def baselines(columns: Sequence[Source]) -> Iterator[str]:
    """What the paper's baseline is worth beside the fair one, where both are shown.

    They are known by the names that the shipped configuration gives these methods.
    """
    paper, fair = (
        ", ".join(dict.fromkeys(column.name for column in columns if column.method == method))
        for method in ("bicubic", "matched")
    )
    if paper and fair:
        yield (
            f"{paper}: the paper's baseline, over a slope that belongs to the Sun of the training "
            "months, because at unequal resolution a slope depends on how fine the field is. "
            f"{fair}: the fair baseline, the same input by the line that is fitted where both are "
            "equally sharp."
        )


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
