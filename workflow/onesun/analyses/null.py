"""The null test: months put together, as a table and a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from onesun.analyses import repeated, restored
from onesun.analyses.intervals import units_of
from onesun.analyses.null_figure import draw_null
from onesun.analyses.null_results import FEWEST, Row, rows_by_method, rows_of_itself
from onesun.analyses.product import AnalysedMonth, product_of, read_months
from onesun.analyses.words import head, interval, origin
from onesun.errors import ConfigError
from onesun.figures.style import Style
from onesun.tables.text import csv_text, line, number, write_both

_NOTE = (
    "**Rows.** Read again: two readings of the same Sun, each with the target's noise, simulated. "
    "So many minutes later: the target against itself, turned back by differential rotation, which "
    "adds evolution and one resampling. Degraded: the target as the input's optics, pixels and "
    "noise would have recorded it at the same moment, pointing known, brought back by the method. "
    "As observed: the method's output of the real input; what it has less than the row above is "
    "registration, time between both frames, and whatever the instrument does that its record does "
    "not say. Bins are of the target's |field|, for rows of the target against itself of the first "
    "reading."
)


def show_null(
    pair: str,
    paths: Sequence[Path],
    analyses: Mapping[str, Any],
    settings: Mapping[str, Any],
    style: Style,
    out: Path,
    figure: Path,
) -> None:
    """Merge months; write the table as ``out`` (CSV and .md) and draw ``figure``.

    Raises ConfigError when months do not fit each other.
    """
    by_product: dict[str, list[Path]] = {}
    for path in paths:
        by_product.setdefault(product_of(path), []).append(path)
    itself = read_months(by_product.get(repeated.ANALYSIS, []), repeated.ANALYSIS, pair)
    methods = by_product.get(restored.ANALYSIS)
    back = read_months(methods, restored.ANALYSIS, pair) if methods else []
    if any(month.settings != itself[0].settings for month in back):
        raise ConfigError(f"{pair}: months of the null test of other settings, expected the same")
    rows = [*rows_of_itself(itself, settings), *rows_by_method(back, settings)]
    edges = itself[0].settings["field_edges"]
    records = [record for row in rows for record in _records(pair, row, edges)]
    caption = _caption(itself, settings)
    page = "\n\n".join(_page(pair, rows, edges, analyses["null_test"]["lags"], caption)) + "\n"
    write_both(out, csv_text(records), page)
    draw_null(rows, edges, head(itself), style, f"{_FIGURE} {caption}", figure)


_FIGURE = (
    "What is left of the target, by its field strength: root-mean-square difference and "
    "correlation. Black: read again, with noise alone; grey: the target against itself some "
    "minutes later. Colours, a method each: the target degraded by optics alone (dotted), by "
    "optics and noise (dashed), and the method's output of the observed input (full lines)."
)


def _spans(edges: Sequence[float]) -> list[tuple[float | None, float | None]]:
    """Bounds of all pixels, and of each bin."""
    return [(None, None), *zip(edges, [*edges[1:], None], strict=True)]


def _records(pair: str, row: Row, edges: Sequence[float]) -> Iterator[dict[str, Any]]:
    for index, (low, high) in enumerate(_spans(edges)):
        record: dict[str, Any] = {
            "pair": pair,
            "kind": row.kind,
            "method": row.method or "",
            "field_low_gauss": number(low),
            "field_high_gauss": number(high),
            "frames": row.frames,
            "pixels": row.pixels[index],
        }
        for name, parts in (("correlation", row.correlation), ("rmse_gauss", row.rmse)):
            numbers = parts[index].record(name)
            record |= {key: number(value) for key, value in numbers.items()}
        yield record


def _page(
    pair: str, rows: Sequence[Row], edges: Sequence[float], lags: Sequence[float], caption: str
) -> Iterator[str]:
    yield f"# Null test: {pair}"
    yield "What noise, optics and evolution leave of the target at best."
    yield "## Correlation"
    yield "\n".join(_table(rows, edges, "correlation", 4))
    yield "## Root-mean-square difference (G)"
    yield "\n".join(_table(rows, edges, "rmse", 2))
    known = {row.kind for row in rows}
    lacking = [f"{lag:g}" for lag in lags if f"lag {lag:g}" not in known]
    if lacking:
        yield f"No frame has a partner {' or '.join(lacking)} minutes later."
    yield f"{_NOTE} {caption}"


def _table(rows: Sequence[Row], edges: Sequence[float], key: str, digits: int) -> Iterator[str]:
    spans = [
        "all",
        *(f"≥ {a:g} G" if b is None else f"{a:g}–{b:g} G" for a, b in _spans(edges)[1:]),
    ]
    yield line(["What", "Frames", *spans])
    yield line([":---", *["---:"] * (len(spans) + 1)])
    for row in rows:
        cells = [value.text(digits) for value in getattr(row, key)]
        yield line([row.name, str(row.frames), *cells])
    if key == "correlation":
        counts = [f"{count:,}" for count in rows[0].pixels]
        yield line(["pixels of the first row", "", *counts])


def _caption(months: Sequence[AnalysedMonth], settings: Mapping[str, Any]) -> str:
    within, unit = months[0].settings["within_radius"], units_of(months, settings).what
    text = (
        f"Pixels within {within:g} R; bins of fewer than {FEWEST} pixels are left out. "
        f"{interval(unit, settings)} {origin(months)}"
    )
    if any(month.simulated for month in months):
        text += (
            " Targets are one real frame a month, turned: later targets share its noise and do not "
            "evolve, so that their rows show what turning and resampling cost, and nothing of the "
            "Sun."
        )
    return text
