"""The benchmark's table: for machines (CSV) and for people (Markdown)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from onesun.benchmark.compare import Entry, Row, compare
from onesun.benchmark.definition import Definition
from onesun.benchmark.families import FAMILIES, Measured
from onesun.benchmark.score import Scored, read
from onesun.errors import ConfigError
from onesun.metrics.units import make_units
from onesun.tables.intervals import interval
from onesun.tables.text import csv_text, line, number, write_both

Compared = Mapping[str, tuple[Measured, Row]]


def read_all(paths: Sequence[Path], definition: Definition) -> list[Scored]:
    """What was scored, in the order given.

    Raises ConfigError for two of one name, or of another benchmark.
    """
    found = [read(path) for path in paths]
    names = [each.name for each in found]
    for path, each in zip(paths, found, strict=True):
        if names.count(each.name) > 1:
            raise ConfigError(f"{path}: a second submission named {each.name}, expected one")
        if each.judgement is not None and each.judgement.definition != definition:
            raise ConfigError(
                f"{path}: scored by {each.judgement.definition.title}, expected {definition.title}"
            )
    return found


def write_table(
    submissions: Sequence[Scored], definition: Definition, reference: str, out: Path
) -> Compared:
    """Write the table as ``out`` (CSV) and beside it (Markdown); returns what it compares."""
    compared = compare(submissions, reference)
    lines = list(_lines(submissions, definition, compared))
    write_both(out, csv_text(lines), _page(submissions, definition, reference, compared))
    return compared


def _lines(
    submissions: Sequence[Scored], definition: Definition, compared: Compared
) -> Iterator[dict[str, str]]:
    for each in submissions:
        about = {
            "benchmark": definition.name,
            "version": str(definition.version),
            "submission": each.name,
            "ranked": "yes" if each.is_ranked else "no",
            "remark": each.refused or "; ".join(each.marks),
        }
        if each.judgement is None:
            yield about | _cells(None, Entry(None))
        for measured, row in compared.values():
            if each.judgement is not None:
                yield about | _cells(measured, row[each.name])
        if each.said is not None and each.judgement is not None:
            for key in ("parameters", "operations", "seconds", "memory_mb"):
                value = Entry(getattr(each.said, key))
                cost = {"family": "cost", "measure": key, "unit": _UNITS[key], "best": "low"}
                yield about | _cells(None, value) | cost


_UNITS = {"parameters": "", "operations": "", "seconds": "s", "memory_mb": "MB"}


def _cells(measured: Measured | None, entry: Entry) -> dict[str, str]:
    low, high = entry.interval or (None, None)
    down, up = entry.difference_interval or (None, None)
    return {
        "family": measured.family if measured else "",
        "measure": measured.key if measured else "",
        "unit": measured.unit if measured else "",
        "best": str(measured.best) if measured else "",
        "value": number(entry.value),
        "low": number(low),
        "high": number(high),
        "independent": number(entry.independent),
        "difference": number(entry.difference),
        "difference_low": number(down),
        "difference_high": number(up),
        "rank_first": number(entry.first),
        "rank_last": number(entry.last),
    }


def rank(entry: Entry) -> str:
    """The rank, where the intervals of differences part a submission from all others."""
    if entry.first is None or entry.first != entry.last:
        return ""
    return str(entry.first)


def value_text(value: float | None) -> str:
    """Of a measure, four digits at most that matter."""
    if value is None:
        return "–"
    size = abs(value)
    if size >= 1e5 or (size and size < 1e-3):
        return f"{value:.2e}"
    return f"{value:.0f}" if size >= 1000 else f"{value:.{3 if size < 10 else 2}f}"


def best_text(measured: Measured) -> str:
    """What is best, in a word."""
    if isinstance(measured.best, str):
        return {"low": "least", "high": "most"}[measured.best]
    return f"{measured.best:g}"


def _page(
    submissions: Sequence[Scored], definition: Definition, reference: str, compared: Compared
) -> str:
    judged = [each for each in submissions if each.judgement is not None]
    parts = [f"# Benchmark {definition.title}", definition.about]
    for family, title in FAMILIES.items():
        rows = [both for both in compared.values() if both[0].family == family]
        if rows:
            parts += [f"## {title[0].upper()}{title[1:]}", "\n".join(_family(rows, judged))]
    if judged:
        parts += ["## Cost", "\n".join(_cost(judged))]
        parts.append(" ".join(_caption(judged, definition, reference, compared)))
    marked = [f"- {each.name}: {'; '.join(each.marks)}." for each in judged if each.marks]
    if marked:
        parts += ["## Marked", "\n".join(marked)]
    refused = [f"- {each.name}: {each.refused}." for each in submissions if each.refused]
    if refused:
        parts += ["## Listed, not measured", "\n".join(refused)]
    return "\n\n".join(parts) + "\n"


def _family(rows: Sequence[tuple[Measured, Row]], judged: Sequence[Scored]) -> Iterator[str]:
    yield line(["Measure", "Best", *(each.name for each in judged)])
    yield line([":---", "---:", *("---:" for _ in judged)])
    for measured, row in rows:
        unit = f" ({measured.unit})" if measured.unit else ""
        cells = [_cell(row[each.name]) for each in judged]
        yield line([measured.title + unit, best_text(measured), *cells])


def _cell(entry: Entry) -> str:
    text = value_text(entry.value)
    if entry.interval is not None:
        text += f" [{value_text(entry.interval[0])}, {value_text(entry.interval[1])}]"
    return f"{text} #{rank(entry)}" if rank(entry) else text


def _cost(judged: Sequence[Scored]) -> Iterator[str]:
    yield line(["Submission", "Parameters", "Operations", "Seconds", "Memory (MB)", "Machine"])
    yield line([":---", "---:", "---:", "---:", "---:", ":---"])
    for each in judged:
        if each.said is not None:
            said = each.said
            numbers = (said.parameters, said.operations, said.seconds, said.memory_mb)
            cells = ["–" if value is None else f"{value:.4g}" for value in numbers]
            yield line([each.name, *cells, said.machine or "–"])


def _caption(
    judged: Sequence[Scored], definition: Definition, reference: str, compared: Compared
) -> Iterator[str]:
    first = judged[0].judgement
    if first is None:
        return
    count = len(first.stamps)
    yield f"{count} frame{'s' * (count != 1)} of {', '.join(definition.months)}."
    if definition.simulated:
        yield "Inputs are simulated: the numbers are no claim about the archives."
    units = make_units(first.days, first.tiling, definition.bootstrap.model_dump())
    independent = {
        each.name: [row[each.name].independent for _, row in compared.values()] for each in judged
    }
    yield "Intervals are in brackets."
    yield from interval(
        {definition.pair: units.what}, independent, definition.bootstrap.model_dump()
    )
    yield (
        "#n is a rank, given where the intervals of the differences part a submission from every "
        f"other. Differences from {reference} are in the CSV."
    )
