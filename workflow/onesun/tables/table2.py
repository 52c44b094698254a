"""Table 2: errors of gradients and extreme values by kernel, as CSV and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from onesun.tables.intervals import bounds, interval
from onesun.tables.kernels import BIASES, ERRORS, KernelColumn, make_columns
from onesun.tables.merged import merge_measures
from onesun.tables.text import baselines, csv_text, frames, line, number, origin, write_both

_SHOWN = {"gradient": "Gradient, gauss per pixel", "extremes": "Extreme values, gauss"}


def write_table2(
    columns: Sequence[Mapping[str, str]],
    draws: Mapping[str, Any],
    paths: Sequence[Path],
    out: Path,
) -> None:
    """Write the table as ``out`` (CSV) and beside it as Markdown.

    The CSV has one line per quantity and kernel; for each column NAME the mean stands under
    ``NAME``, then ``NAME_low`` and ``NAME_high`` (interval), ``NAME_independent`` (effective number
    of independent blocks that the interval rests on), ``NAME_blocks`` (of this kernel) and
    ``NAME_frames``, and for a column that is measured by a baseline ``NAME_change``,
    ``NAME_change_low`` and ``NAME_change_high``, as fractions of the baseline. What is not
    determined is empty.

    Parameters
    ----------
    columns : of the configuration's ``table1.columns``, those to show.
    draws : its ``table1.bootstrap``.
    paths : manifests that ``onesun measure`` wrote, in any order.
    out : CSV file to write.

    Raises ConfigError when files and columns do not fit each other.
    """
    made = make_columns(merge_measures(columns, paths), draws)
    page = "\n\n".join(["# Table 2", *tables(made), caption(made, draws), *verdicts(made)]) + "\n"
    write_both(out, csv_text(list(lines(made))), page)


def lines(columns: Sequence[KernelColumn]) -> Iterator[dict[str, Any]]:
    """The lines of the CSV; see :func:`write_table2`."""
    for quantity in (*ERRORS, *BIASES):
        unit = "G/px" if quantity == "gradient" else "G"
        for index, kernel in enumerate(columns[0].kernels):
            row: dict[str, Any] = {"quantity": quantity, "unit": unit, "kernel": kernel}
            for column in columns:
                name, cell = column.name, column.cells[quantity][index]
                row[name] = number(cell.value)
                row |= bounds(name, cell.interval)
                row[f"{name}_independent"] = number(cell.independent)
                row[f"{name}_blocks"] = column.blocks[index]
                row[f"{name}_frames"] = column.frames
                if column.baseline is not None:
                    row[f"{name}_change"] = number(cell.change)
                    row |= bounds(f"{name}_change", cell.change_interval)
            yield row


def tables(columns: Sequence[KernelColumn]) -> Iterator[str]:
    """Each quantity's title and table, Markdown."""
    for quantity, title in _SHOWN.items():
        yield title
        yield "\n".join(_table(columns, quantity))


def verdicts(columns: Sequence[KernelColumn]) -> list[str]:
    """How each column that has a baseline compares with it, in words."""
    return [
        _verdict(column, quantity)
        for column in columns
        if column.baseline is not None
        for quantity in _SHOWN
    ]


def caption(columns: Sequence[KernelColumn], draws: Mapping[str, Any]) -> str:
    """What the tables hold, of what."""
    return " ".join(_caption(columns, draws))


def _table(columns: Sequence[KernelColumn], quantity: str) -> Iterator[str]:
    yield line(["Kernel, pixels", *(column.name for column in columns), "Blocks"])
    yield line(["---:" for _ in range(len(columns) + 2)])
    for index, kernel in enumerate(columns[0].kernels):
        cells = [_cell(column, columns, quantity, index) for column in columns]
        yield line([f"{kernel}", *cells, _blocks(columns, index)])


def _cell(column: KernelColumn, columns: Sequence[KernelColumn], quantity: str, index: int) -> str:
    cell = column.cells[quantity][index]
    if cell.value is None:
        return "no block"
    rivals = [other.cells[quantity][index] for other in columns if other.pair == column.pair]
    best = len(rivals) > 1 and cell.value <= min(r.value for r in rivals if r.value is not None)
    value = f"**{cell.value:.2f}**" if best else f"{cell.value:.2f}"
    if cell.interval is None:
        return value
    return f"{value} [{cell.interval[0]:.2f}, {cell.interval[1]:.2f}]"


def _blocks(columns: Sequence[KernelColumn], index: int) -> str:
    """The count, or each pair's where they differ."""
    counts = {column.pair: column.blocks[index] for column in columns}
    if len(set(counts.values())) == 1:
        return f"{next(iter(counts.values())):,}"
    return ", ".join(f"{pair} {count:,}" for pair, count in counts.items())


def _caption(columns: Sequence[KernelColumn], draws: Mapping[str, Any]) -> Iterator[str]:
    yield (
        "Errors over non-overlapping blocks of kernel by kernel target pixels that lie wholly "
        f"within r ≤ {columns[0].within_radius:g} solar radii; the mean over all blocks of all "
        "frames. Gradient: the block's mean of g(prediction - target), Sobel kernels over 8 "
        "(paper, equations 5 to 7). Extreme values: (|E_max| + |E_min|) / 2, the differences of "
        "the block's maxima and of its minima (equations 3 and 4). Lower is better."
    )
    yield from frames(columns)
    yield "Intervals are in brackets."
    yield from interval(
        {column.pair: column.unit for column in columns},
        {
            column.name: [cell.independent for name in _SHOWN for cell in column.cells[name]]
            for column in columns
        },
        draws,
    )
    yield "Bold: the lowest of a pair."
    yield from origin(columns)
    yield from baselines(columns)


def _verdict(column: KernelColumn, quantity: str) -> str:
    """Where a column is closer to the target than its baseline, and by how much, in words."""
    what = _SHOWN[quantity].partition(",")[0].lower()
    cells = list(zip(column.kernels, column.cells[quantity], strict=True))
    changed = [(kernel, cell.change, cell) for kernel, cell in cells if cell.change is not None]
    if not changed:
        return f"{what.capitalize()}: {column.name} cannot be compared with {column.baseline}."
    clear = sum(
        cell.change_interval is not None and cell.change_interval[1] < 0 for *_, cell in changed
    )
    changes = ", ".join(f"{100 * change:+.1f} % at {kernel}" for kernel, change, _ in changed)
    wins = sum(change < 0 for _, change, _ in changed)
    return (
        f"{what.capitalize()}: {column.name} is closer to the target than {column.baseline} at "
        f"{wins} of {len(changed)} kernels ({changes}); the interval of the change lies below 0 at "
        f"{clear}."
    )
