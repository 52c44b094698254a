"""Table 1 as people read it: the paper's rows and columns, what they rest on, who wins where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from onesun.metrics.regions import Region
from onesun.tables.columns import FEWEST_PIXELS, Cell, Column
from onesun.tables.intervals import interval
from onesun.tables.text import baselines, frames, line, origin

_SAME = 5e-5  # a difference of correlations that fields kept in steps of 0.1 G leave


def render(
    columns: Sequence[Column], regions: Sequence[Region], bootstrap: Mapping[str, Any]
) -> str:
    """The tables, their caption and a sentence on each comparison, as Markdown."""
    caption = " ".join(_caption(columns, regions, bootstrap))
    verdicts = [_verdicts(column, regions) for column in columns if column.baseline is not None]
    errors = ["Root mean square error, gauss:", "\n".join(_errors(columns, regions))]
    parts = ["# Table 1", *_tables(columns, regions), caption, *errors, *verdicts]
    return "\n\n".join(parts) + "\n"


def _tables(columns: Sequence[Column], regions: Sequence[Region]) -> Iterator[str]:
    """One table, or the paper's rows and then the others, said to be so."""
    own, others = _papers(regions)
    if own and others:
        yield "The paper's rows:"
        yield "\n".join(_table(columns, regions, own))
        yield "Rows that the paper does not have:"
        yield "\n".join(_table(columns, regions, others))
    else:
        yield "\n".join(_table(columns, regions, range(len(regions))))


def _papers(regions: Sequence[Region]) -> tuple[list[int], list[int]]:
    """The numbers of the paper's rows, and of the others."""
    own = [row for row, region in enumerate(regions) if region.paper]
    return own, [row for row in range(len(regions)) if row not in own]


def _table(
    columns: Sequence[Column], regions: Sequence[Region], rows: Sequence[int]
) -> Iterator[str]:
    yield line(["Area", *(column.name for column in columns), "Pixels"])
    yield line([":---", *("---:" for _ in columns), "---:"])
    for row in rows:
        region = regions[row]
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


def _errors(columns: Sequence[Column], regions: Sequence[Region]) -> Iterator[str]:
    """What a correlation does not see: a wrong scale and a wrong zero point."""
    yield line(["Area", *(column.name for column in columns)])
    yield line([":---", *("---:" for _ in columns)])
    for row, region in enumerate(regions):
        found = [column.cells[row].agreement.rmse for column in columns]
        yield line([region.name, *("—" if e is None else f"{e:.1f}" for e in found)])


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
    yield "are inclusive." + _within(regions) + _polarity(regions)
    yield "Intervals are in brackets."
    yield from interval(
        {column.pair: column.unit for column in columns},
        {column.name: [cell.independent for cell in column.cells] for column in columns},
        bootstrap,
    )
    yield "Bold: the highest of a pair."
    yield from origin(columns)
    yield from baselines(columns)


def _within(regions: Sequence[Region]) -> str:
    """Where the rows by field strength lie, which their names do not tell."""
    bounds = {r.radius for r in regions if r.strength != (0, float("inf"))}
    if len(bounds) != 1:
        return ""
    ((low, high),) = bounds
    return f" Rows by field are within {low:g} ≤ r ≤ {high:g}."


def _polarity(regions: Sequence[Region]) -> str:
    """Why rows of one polarity correlate less than the row of both."""
    if all(region.polarity is None for region in regions):
        return ""
    return (
        " Rows of B > 0 or B < 0 hold one polarity: where both count together, much of the "
        "correlation of strong field is that the sign is right."
    )


def _verdicts(column: Column, regions: Sequence[Region]) -> str:
    """Where a column beats its baseline: in the paper's rows, then in the others."""
    if _correlates_alike(column):
        return (
            f"{column.name} correlates as {column.baseline} does: no line changes a correlation. "
            "Their errors differ."
        )
    own, others = _papers(regions)
    if not (own and others):
        return _verdict(column, regions, range(len(regions)), "rows")
    of_papers = _verdict(column, regions, own, "rows of the paper")
    return f"{of_papers} {_verdict(column, regions, others, 'other rows')}"


def _correlates_alike(column: Column) -> bool:
    """Whether gains are known, and none is more than rounding."""
    gains = [cell.gain for cell in column.cells if cell.gain is not None]
    return bool(gains) and all(abs(gain) < _SAME for gain in gains)


def _verdict(column: Column, regions: Sequence[Region], rows: Sequence[int], called: str) -> str:
    """Where a column beats its baseline and where it does not, in words; ``rows`` by number."""
    losses, open_, clear = [], [], 0
    for cell, region in ((column.cells[row], regions[row]) for row in rows):
        if cell.gain is None:
            open_.append(region.name)
        elif cell.gain <= 0:
            losses.append(f"{region.name} ({cell.gain:+.4f})")
        elif cell.gain_interval is not None and cell.gain_interval[0] > 0:
            clear += 1
    compared = len(rows) - len(open_)
    if not compared:
        return f"{column.name} cannot be compared with {column.baseline} in any of the {called}."
    if losses:
        text = f"{column.name} does not beat {column.baseline} in: {'; '.join(losses)}."
    elif compared == len(rows):
        text = f"{column.name} beats {column.baseline} in all {compared} {called}."
    else:
        text = f"{column.name} beats {column.baseline} in each of the {compared} {called} compared."
    if open_:
        text += f" Not compared: {'; '.join(open_)}."
    return f"{text} The interval of the gain lies above 0 in {clear} of {compared} {called}."
