"""Table 1 as people read it: the paper's rows and columns, what they rest on, who wins where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from onesun.statistics.regions import Region
from onesun.tables.columns import FEWEST_PIXELS, Cell, Column
from onesun.tables.intervals import interval
from onesun.tables.text import frames, line, origin


def render(
    columns: Sequence[Column], regions: Sequence[Region], bootstrap: Mapping[str, Any]
) -> str:
    """The table, its caption and a sentence on each comparison, as Markdown."""
    caption = " ".join(_caption(columns, regions, bootstrap))
    verdicts = [_verdict(column, regions) for column in columns if column.baseline is not None]
    parts = ["# Table 1", "\n".join(_table(columns, regions)), caption, *verdicts]
    return "\n\n".join(parts) + "\n"


def _table(columns: Sequence[Column], regions: Sequence[Region]) -> Iterator[str]:
    yield line(["Area", *(column.name for column in columns), "Pixels"])
    yield line([":---", *("---:" for _ in columns), "---:"])
    for row, region in enumerate(regions):
        cells = [_cell(column, columns, row) for column in columns]
        yield line([region.name, *cells, _pixels(columns, row)])


def _cell(column: Column, columns: Sequence[Column], row: int) -> str:
    cell = column.cells[row]
    if cell.correlation is None:
        return _why_not(cell)
    rivals = [other for other in columns if other.pair == column.pair]
    found = [other.cells[row].correlation for other in rivals]
    best = len(rivals) > 1 and cell.correlation >= max(r for r in found if r is not None)
    value = f"{cell.correlation:.3f}"
    value = f"**{value}**" if best else value
    if cell.interval is None:
        return value
    return f"{value} [{cell.interval[0]:.3f}, {cell.interval[1]:.3f}]"


def _why_not(cell: Cell) -> str:
    if cell.agreement.n < FEWEST_PIXELS:
        return f"too few pixels ({cell.agreement.n})"
    return "not determined (a constant field)"


def _pixels(columns: Sequence[Column], row: int) -> str:
    """The count, or each pair's where they differ."""
    counts = {column.pair: column.cells[row].agreement.n for column in columns}
    if len(set(counts.values())) == 1:
        return f"{next(iter(counts.values())):,}"
    return ", ".join(f"{pair} {count:,}" for pair, count in counts.items())


def _caption(
    columns: Sequence[Column], regions: Sequence[Region], bootstrap: Mapping[str, Any]
) -> Iterator[str]:
    yield "Pearson correlation with the target (paper, equation 1) over all pixels of all frames."
    yield from frames(columns)
    yield "r is the distance from the disk centre in solar radii, field the target's |B|; bounds"
    yield "are inclusive." + _within(regions)
    yield "Intervals are in brackets."
    yield from interval(
        {column.pair: column.unit for column in columns},
        {column.name: [cell.independent for cell in column.cells] for column in columns},
        bootstrap,
    )
    yield "Bold: the highest of a pair."
    yield from origin(columns)


def _within(regions: Sequence[Region]) -> str:
    """Where the rows by field strength lie, which their names do not tell."""
    bounds = {r.radius for r in regions if r.strength != (0, float("inf"))}
    if len(bounds) != 1:
        return ""
    ((low, high),) = bounds
    return f" Rows by field are within {low:g} ≤ r ≤ {high:g}."


def _verdict(column: Column, regions: Sequence[Region]) -> str:
    """Where a column beats its baseline and where it does not, in words."""
    losses, open_, clear = [], [], 0
    for cell, region in zip(column.cells, regions, strict=True):
        if cell.gain is None:
            open_.append(region.name)
        elif cell.gain <= 0:
            losses.append(f"{region.name} ({cell.gain:+.4f})")
        elif cell.gain_interval is not None and cell.gain_interval[0] > 0:
            clear += 1
    compared = len(regions) - len(open_)
    if not compared:
        return f"{column.name} cannot be compared with {column.baseline} in any row."
    if losses:
        text = f"{column.name} does not beat {column.baseline} in: {'; '.join(losses)}."
    elif compared == len(regions):
        text = f"{column.name} beats {column.baseline} in all {compared} rows."
    else:
        text = f"{column.name} beats {column.baseline} in each of the {compared} rows compared."
    if open_:
        text += f" Not compared: {'; '.join(open_)}."
    return f"{text} The interval of the gain lies above 0 in {clear} of {compared} rows."
