"""Errors as a table: per cent of the target's readings within them, bin by bin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onesun.errors import ConfigError
from onesun.metrics import covered
from onesun.metrics.coverage import Coverage, Row, Within
from onesun.metrics.covered import CoveredMonth
from onesun.tables.sources import Source, by_column, check_same_frames
from onesun.tables.text import SIMULATED, csv_text, frames, line, number, write_both

_NOTE = (
    "**What is promised.** `onesun convert` delivers the standard deviation of the target's own "
    "readings around the prediction (`ERROR`), noise of the target included, and the half-widths "
    "of the intervals that hold 68.3 % and 95 % of them (`HALF68`, `HALF95`). The first half of "
    "each table judges them as delivered. Residuals over their standard deviation have a root mean "
    "square of 1 where it is right; were they normally distributed, 95 % would lie within 1.96 of "
    "them. The promise is for every predicted field and every radius, which are known when the "
    "uncertainty is given. It is for the target's noise in the validation months; the second half "
    "judges the same readings with the square of this month's noise in place of that one's, which "
    "a user does not know. Over bins of the target's own field no uncertainty can keep a promise: "
    "a pixel that is known to be among the strongest is known to exceed its prediction. More than "
    "promised means intervals too wide, fewer intervals too narrow. Pixels are one in sixteen of "
    "the disk, and neighbours share much of their residual: a bin of a few hundred varies by "
    "several per cent."
)
_WORDS = {
    "all": "all pixels",
    "field": "predicted field {} G",
    "radius": "radius {} R",
    "target": "target's field {} G",
}
_KINDS = {
    "half_68": ("within_68", "68 %"),
    "half_95": ("within_95", "95 %"),
    "normal": ("within_1.96_deviations", "1.96 σ"),
    "rms": ("rms_over_deviation", "rms / σ"),
}


@dataclass(frozen=True)
class Covered:
    """A pair by a method: where it comes from, and the coverage of all its months."""

    source: Source
    months: Sequence[CoveredMonth]
    coverage: Coverage

    @property
    def fewest(self) -> int:
        """Pixels that a bin must have, to be shown in a figure."""
        return self.months[0].fewest


def merge_coverage(paths: Sequence[Path]) -> list[Covered]:
    """Merge the files of each pair and method, which are sorted.

    Parameters
    ----------
    paths : what ``onesun coverage`` wrote, in any order.

    Raises ConfigError when files are of different sets, settings or weights, or methods of one pair
    are of different frames.
    """
    files = {path: covered.read(path) for path in sorted(set(paths))}
    keys = sorted({(file.pair, file.method) for file in files.values()})
    columns = [
        {"name": f"{pair} by {method}", "pair": pair, "method": method} for pair, method in keys
    ]
    found: list[Covered] = []
    first: dict[str, Covered] = {}
    for entry, months in by_column(columns, files):
        merged = _merged(entry, sorted(months, key=lambda month: month.month))
        base = first.setdefault(merged.source.pair, merged)
        check_same_frames(
            merged.source.name, merged.coverage.frames, base.source.name, base.coverage.frames
        )
        found.append(merged)
    return found


def _merged(entry: Mapping[str, str], months: Sequence[CoveredMonth]) -> Covered:
    if len({month.weights_sha256 for month in months}) > 1:
        raise ConfigError(f"{entry['name']}: coverage of different weights, expected the same")
    coverage = Coverage(**months[0].coverage.settings())
    for month in months:
        coverage.merge(month.coverage)
    return Covered(Source.of(entry, None, months, len(coverage.frames)), months, coverage)


def write_errors(paths: Sequence[Path], out: Path) -> None:
    """Write the table as ``out`` (CSV) and beside it as Markdown.

    The CSV has a line for each pair, method and bin: what the bin is ``by`` (all, field, radius or
    target), its edges (gauss or limb radii; empty is open), frames, pixels, the per cent of them
    within the half-widths for 68 % and 95 % and within 1.96 standard deviations, and the root mean
    square of the residuals in standard deviations; as delivered, and with the month's noise. A bin
    without pixels has none of them.

    Parameters
    ----------
    paths : what ``onesun coverage`` wrote, in any order.

    Raises ConfigError when files do not fit each other.
    """
    found = merge_coverage(paths)
    lines = [_record(each.source, row) for each in found for row in each.coverage.result()]
    write_both(out, csv_text(lines), "\n\n".join(_page(found)) + "\n")


def _record(source: Source, row: Row) -> dict[str, Any]:
    record = {
        "pair": source.pair,
        "method": source.method,
        "by": row.by,
        "low": number(row.low),
        "high": number(row.high),
        "frames": source.frames,
        "pixels": row.pixels,
    }
    for prefix, within in (("", row.delivered), ("with_noise_", row.with_noise)):
        for kind, (name, _) in _KINDS.items():
            record[prefix + name] = number(getattr(within, kind))
    return record


def _page(found: Sequence[Covered]) -> Iterator[str]:
    yield "# Errors: how many readings lie within them"
    yield (
        "Per cent of the target's readings within the 68 % half-width of the prediction (68.3 "
        "promised), within the 95 % half-width (95 promised) and within 1.96 standard deviations "
        "(σ); root mean square of the residuals in standard deviations (1 promised)."
    )
    for each in found:
        yield f"## {each.source.name}"
        yield "\n".join(_table(each.coverage.result()))
        yield " ".join(_caption(each))
    yield _NOTE


def _table(rows: Sequence[Row]) -> Iterator[str]:
    heads = [head for _, head in _KINDS.values()]
    noisy = [f"with the month's noise: {heads[0]}", *heads[1:]]
    heads = [f"as delivered: {heads[0]}", *heads[1:]]
    yield line(["Bin", "Pixels", *heads, *noisy])
    yield line([":---", "---:", *("---:" for _ in (*heads, *noisy))])
    for row in rows:
        cells = [*_cells(row.delivered), *_cells(row.with_noise)]
        yield line([name_of(row), f"{row.pixels:,}", *cells])


def name_of(row: Row) -> str:
    """A bin in words."""
    if row.low is None:
        return _WORDS[row.by]
    edges = f"≥ {row.low:g}" if row.high is None else f"{row.low:g}–{row.high:g}"
    return _WORDS[row.by].format(edges)


def _cells(within: Within) -> Iterator[str]:
    for kind in _KINDS:
        value = getattr(within, kind)
        yield "—" if value is None else f"{value:.{2 if kind == 'rms' else 1}f}"


def _caption(each: Covered) -> Iterator[str]:
    yield from frames([each.source])
    shares = each.coverage.by_frame()
    if shares.size > 1:
        span = f"{shares.min():.1f} to {shares.max():.1f} %"
        yield f"Frame by frame, {span} lie within the delivered 68 % half-width."
    noises = ", ".join(f"{month.noise:.2f} G in {month.month}" for month in each.months)
    yield f"Noise of the target: {each.months[0].promised_noise:.2f} G promised, {noises}."
    if each.source.simulated:
        yield f"Frames are {SIMULATED}."
