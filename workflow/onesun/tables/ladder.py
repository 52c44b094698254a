"""The ladder: every method on every pair in Table 1's rows, and what each rung adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from onesun.errors import ConfigError
from onesun.methods.kinds import ABOUT, REFERENCES
from onesun.metrics import product
from onesun.metrics.regions import Region, RegionStatistics
from onesun.tables.columns import Cell, Column, make_columns
from onesun.tables.intervals import bounds, interval
from onesun.tables.text import SIMULATED, csv_text, frames, line, number, write_both


def write_ladder(
    ladder: Mapping[str, Any],
    table1: Mapping[str, Any],
    methods: Mapping[str, Mapping[str, Any]],
    paths: Sequence[Path],
    out: Path,
) -> None:
    """Write the ladder as ``out`` (CSV) and beside it as Markdown.

    The CSV has a line for each pair, method and area: ``prediction`` is false for what was made of
    the target itself or fitted to it in these frames; then pixels, correlation and its interval,
    ``independent``, the effective number of independent blocks that it rests on, the gain in
    correlation over the bar and its interval, RMSE and bias (gauss), and the slope of prediction
    against target. What is not determined is empty.

    Parameters
    ----------
    ladder : the configuration's section: ``methods`` in order, and ``bar``.
    table1 : its rows and bootstrap.
    methods : sections of the methods, which tell their kinds.
    paths : what ``onesun evaluate`` wrote, in any order; the pairs are those of the files.

    Raises ConfigError when there is no rung, or files and rungs do not fit each other.
    """
    rungs = ladder["methods"]
    if not rungs:
        raise ConfigError("ladder.methods: found an empty list, expected at least one method")
    bar = ladder["bar"] or rungs[0]
    pairs = sorted({product.read(path, RegionStatistics).pair for path in paths})
    # make_columns measures gains from a pair's first column.
    columns = [
        {"name": method, "pair": pair, "method": method}
        for pair in pairs
        for method in sorted(rungs, key=lambda method: (method != bar, rungs.index(method)))
    ]
    made = make_columns({**table1, "columns": columns}, paths)
    made.sort(key=lambda column: (column.pair, rungs.index(column.method)))
    kinds = {name: methods[name]["kind"] for name in rungs}
    regions = [Region.from_settings(row) for row in table1["rows"]]
    text = "\n\n".join(_markdown(made, kinds, bar, regions, table1["bootstrap"])) + "\n"
    write_both(out, _csv(made, kinds, regions), text)


def _csv(columns: Sequence[Column], kinds: Mapping[str, str], regions: Sequence[Region]) -> str:
    lines = [
        _record(column, kinds[column.method], region, cell)
        for column in columns
        for region, cell in zip(regions, column.cells, strict=True)
    ]
    return csv_text(lines)


def _record(column: Column, kind: str, region: Region, cell: Cell) -> dict[str, Any]:
    found = cell.agreement
    known = cell.correlation is not None
    return {
        "pair": column.pair,
        "method": column.method,
        "prediction": str(kind not in REFERENCES).lower(),
        "area": region.name,
        "frames": column.frames,
        "pixels": found.n,
        "correlation": number(cell.correlation),
        **bounds("correlation", cell.interval if known else None),
        "independent": number(cell.independent),
        "gain": number(cell.gain),
        **bounds("gain", cell.gain_interval if known else None),
        "rmse": number(found.rmse),
        "bias": number(found.bias),
        "slope": number(found.slope),
    }


def _markdown(
    columns: Sequence[Column],
    kinds: Mapping[str, str],
    bar: str,
    regions: Sequence[Region],
    bootstrap: Mapping[str, Any],
) -> Iterator[str]:
    yield "# The ladder of baselines"
    yield "\n".join(f"- {_name(name, kind)}: {ABOUT[kind]}" for name, kind in kinds.items())
    for pair in dict.fromkeys(column.pair for column in columns):
        rungs = [column for column in columns if column.pair == pair]
        yield f"## {pair}"
        yield " ".join(_caption(rungs, bar, bootstrap))
        yield "Correlation:"
        yield "\n".join(_table(rungs, kinds, regions, "correlation"))
        yield "Root mean square error, gauss:"
        yield "\n".join(_table(rungs, kinds, regions, "rmse"))
        methods = list(kinds)
        for method, rung in zip(methods, rungs, strict=True):
            above = methods.index(method) > methods.index(bar)
            if above and kinds[method] not in REFERENCES:
                yield _verdict(rung, bar, regions)
        yield from _againstbounds(rungs, kinds, regions)


def _name(name: str, kind: str) -> str:
    return f"*{name} (no prediction)*" if kind in REFERENCES else name


def _caption(rungs: Sequence[Column], bar: str, bootstrap: Mapping[str, Any]) -> Iterator[str]:
    yield from frames(rungs)
    yield "Areas and formulas as in Table 1. Bold: the best prediction. What is marked as no"
    yield "prediction was made of the target itself, or fitted to it in these frames."
    yield f"Intervals and gains over {bar} are in the CSV."
    yield from interval(
        {rungs[0].pair: rungs[0].unit},
        {rung.method: [cell.independent for cell in rung.cells] for rung in rungs},
        bootstrap,
    )
    if any(rung.simulated for rung in rungs):
        yield f"Frames are {SIMULATED}."


def _table(
    rungs: Sequence[Column], kinds: Mapping[str, str], regions: Sequence[Region], what: str
) -> Iterator[str]:
    rising, digits = what == "correlation", 3 if what == "correlation" else 1
    values = {rung.method: [_value(cell, what) for cell in rung.cells] for rung in rungs}
    best = [
        _best([values[m][row] for m in values if kinds[m] not in REFERENCES], rising)
        for row in range(len(regions))
    ]
    yield line(["Method", *(region.name for region in regions)])
    yield line([":---", *("---:" for _ in regions)])
    for method, found in values.items():
        reference = kinds[method] in REFERENCES
        cells = []
        for value, top in zip(found, best, strict=True):
            text = "—" if value is None else f"{value:.{digits}f}"
            bold = not reference and value is not None and value == top
            cells.append(f"**{text}**" if bold else f"*{text}*" if reference else text)
        yield line([_name(method, kinds[method]), *cells])


def _value(cell: Cell, what: str) -> float | None:
    return cell.correlation if what == "correlation" else cell.agreement.rmse


def _best(values: Sequence[float | None], rising: bool) -> float | None:
    known = [value for value in values if value is not None]
    return (max(known) if rising else min(known)) if known else None


def _verdict(rung: Column, bar: str, regions: Sequence[Region]) -> str:
    """In how many areas a rung's correlation exceeds the bar's, in words."""
    gains = [
        (region.name, cell.gain, cell)
        for region, cell in zip(regions, rung.cells, strict=True)
        if cell.gain is not None
    ]
    above = [cell for _, gain, cell in gains if gain > 0]
    clear = [cell for cell in above if cell.gain_interval and cell.gain_interval[0] > 0]
    text = (
        f"{rung.method} correlates better than {bar} in {len(above)} of {len(gains)} areas; the "
        f"interval of the gain lies above 0 in {len(clear)}."
    )
    below = [f"{name} ({gain:+.4f})" for name, gain, _ in gains if gain <= 0]
    return text + (f" Not in: {'; '.join(below)}." if below and above else "")


def _againstbounds(
    rungs: Sequence[Column], kinds: Mapping[str, str], regions: Sequence[Region]
) -> Iterator[str]:
    """Where networks exceed what linear filters can do at best on these frames, in words."""
    bounds = [rung for rung in rungs if kinds[rung.method] == "wiener"]
    networks = [rung for rung in rungs if kinds[rung.method] == "network"]
    for bound in bounds:
        for rung in networks:
            differences = [
                (region.name, cell.correlation - limit.correlation)
                for region, cell, limit in zip(regions, rung.cells, bound.cells, strict=True)
                if cell.correlation is not None and limit.correlation is not None
            ]
            below = [f"{name} ({value:+.4f})" for name, value in differences if value <= 0]
            text = (
                f"{rung.method} correlates better than {bound.method}, the bound of linear filters "
                f"on these frames, in {len(differences) - len(below)} of {len(differences)} areas."
            )
            yield text + (f" Not in: {'; '.join(below)}." if below else "")
