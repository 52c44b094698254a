"""The calibration map: months put together, as a table and a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun.analyses import blocks
from onesun.analyses.calibration_figure import draw_calibration
from onesun.analyses.calibration_month import ANALYSIS
from onesun.analyses.product import AnalysedMonth, read_months
from onesun.analyses.words import head, origin
from onesun.figures.style import Style
from onesun.tables.text import csv_text, line, number, write_both

_UNITS = {"field": "G", "positive": "G", "negative": "G", "velocity": "m/s", "interval": "s"}
_WORDS = {
    "all": "All pixels",
    "mu": "mu",
    "field": "|B|, both polarities (G)",
    "positive": "|B|, positive (G)",
    "negative": "|B|, negative (G)",
    "velocity": "OBS_VR of the target (m/s)",
    "interval": "INTERVAL of the input (s)",
    "site": "Site of the input",
    "month": "Month",
}
_FIGURE = (
    "Calibration of the input at matched resolution. From the upper left: slope by tile of the "
    "disk; ratio by field and polarity; slope and offset by mu; slope by the target's radial "
    "velocity; slope by integration time, site and month. Bars: intervals."
)
_SCORES = {"slope": blocks.slope, "offset": blocks.offset, "ratio": blocks.ratio}


@dataclass(frozen=True)
class Bin:
    """One bin's calibration.

    Parameters
    ----------
    by, name : what the bin is of, and the bin.
    low, high : its edges; None where it has none.
    pixels : input pixels of all frames.
    blocks, effective : blocks with pixels, and how many of equal size would weigh the same.
    values : by ``slope`` (least squares), ``offset`` (gauss) and ``ratio`` (through the origin):
        value and the ends of its interval. None where there are too few pixels or blocks.
    correlation : of input and target.
    """

    by: str
    name: str
    low: float | None
    high: float | None
    pixels: int
    blocks: int
    effective: float
    values: Mapping[str, tuple[float, float, float]] | None
    correlation: float


def show_calibration(
    pair: str,
    paths: Sequence[Path],
    analyses: Mapping[str, Any],
    bootstrap: Mapping[str, Any],
    style: Style,
    out: Path,
    figure: Path,
) -> None:
    """Merge months; write the table as ``out`` (CSV and .md) and draw ``figure``.

    Raises ConfigError when months do not fit each other.
    """
    months = read_months(paths, ANALYSIS, pair)
    settings = analyses[ANALYSIS]
    bins = list(calibration_bins(months, settings, bootstrap))
    page = "\n\n".join(_page(pair, months, bins, settings, bootstrap)) + "\n"
    write_both(out, csv_text([_record(pair, each) for each in bins]), page)
    caption = f"{_FIGURE} {_caption(months, settings, bootstrap)}"
    draw_calibration(
        bins, tile_slopes(months, settings["fewest"]), head(months), style, caption, figure
    )


def calibration_bins(
    months: Sequence[AnalysedMonth], settings: Mapping[str, Any], bootstrap: Mapping[str, Any]
) -> Iterator[Bin]:
    """Every bin, with intervals from blocks drawn with replacement."""
    for by, names, edges, sums in _sums(months):
        stack = blocks.stacked(sums)
        known = blocks.filled(stack)
        enough = (stack[..., 0].sum(axis=0) >= settings["fewest"]) & (
            known >= settings["fewest_blocks"]
        )
        found = {
            name: blocks.with_interval(stack, score, bootstrap) for name, score in _SCORES.items()
        }
        correlations = blocks.correlation(stack.sum(axis=0))
        sizes = blocks.effective(stack)
        for index, name in enumerate(names):
            low, high = edges[index]
            yield Bin(
                by=by,
                name=name,
                low=low,
                high=high,
                pixels=round(stack[:, index, 0].sum()),
                blocks=int(known[index]),
                effective=float(sizes[index]),
                values={
                    key: tuple(float(part[index]) for part in parts) for key, parts in found.items()
                }
                if enough[index]
                else None,
                correlation=float(correlations[index]),
            )


def tile_slopes(months: Sequence[AnalysedMonth], fewest: int) -> np.ndarray:
    """Slope of each tile of the disk over all months; (n, n), NaN below ``fewest`` pixels."""
    sums = sum(month.arrays["mu"].sum(axis=(0, 2)) for month in months)
    side = round(np.sqrt(len(sums)))
    return np.where(sums[:, 0] >= fewest, blocks.slope(sums), np.nan).reshape(side, side)


Sums = tuple[str, list[str], list[tuple[float | None, float | None]], list[np.ndarray]]


def _sums(months: Sequence[AnalysedMonth]) -> Iterator[Sums]:
    """What bins are by, their names and edges, each month's sums (days, tiles, bins, 6)."""
    settings = months[0].settings
    nothing = (None, None)
    by_mu = [month.arrays["mu"] for month in months]
    whole = [sums.sum(axis=2, keepdims=True) for sums in by_mu]
    yield "all", ["all"], [nothing], whole
    edges = list(zip(settings["mu_edges"][:-1], settings["mu_edges"][1:], strict=True))
    yield "mu", [_span(*each) for each in edges], edges, by_mu
    polarities = [[month.arrays[name] for month in months] for name in ("positive", "negative")]
    edges = list(zip(settings["field_edges"], [*settings["field_edges"][1:], None], strict=True))
    names = [_span(*each) for each in edges]
    yield "field", names, edges, [sum(both) for both in zip(*polarities, strict=True)]
    for name, sums in zip(("positive", "negative"), polarities, strict=True):
        yield name, names, edges, sums
    for name in ("velocity", "interval", "site"):
        yield from _named(months, name)
    for month, sums in zip(months, whole, strict=True):
        yield "month", [month.month], [nothing], [sums]


def _named(months: Sequence[AnalysedMonth], by: str) -> Iterator[Sums]:
    """Bins that go by a frame's own number or name; a month's sums are 0 where it has none."""
    names = sorted({label for month in months for label in month.labels[by]}, key=_order)
    if not names:
        return
    sums = []
    for month in months:
        own = dict(zip(month.labels[by], np.moveaxis(month.arrays[by], 2, 0), strict=True))
        empty = np.zeros_like(month.arrays["mu"][:, :, 0])
        sums.append(np.stack([own.get(name, empty) for name in names], axis=2))
    yield by, names, [(None, None)] * len(names), sums


def _order(label: str) -> tuple[float, str]:
    """Numbers by size, then names."""
    try:
        return float(label.split()[0]), label
    except ValueError:
        return float("inf"), label


def _span(low: float, high: float | None) -> str:
    return f"≥ {low:g}" if high is None else f"{low:g} to {high:g}"


def _record(pair: str, found: Bin) -> dict[str, Any]:
    values = found.values or dict.fromkeys(_SCORES, (None, None, None))
    record: dict[str, Any] = {
        "pair": pair,
        "by": found.by,
        "bin": found.name,
        "unit": _UNITS.get(found.by, ""),
        "low": number(found.low),
        "high": number(found.high),
        "pixels": found.pixels,
        "blocks": found.blocks,
        "effective_blocks": number(found.effective if found.pixels else None),
    }
    for name, parts in values.items():
        unit = "_gauss" if name == "offset" else ""
        for suffix, part in zip(("", "_low", "_high"), parts, strict=True):
            record[f"{name}{unit}{suffix}"] = number(part)
    record["correlation"] = number(found.correlation if found.values else None)
    return record


def _page(
    pair: str,
    months: Sequence[AnalysedMonth],
    bins: Sequence[Bin],
    settings: Mapping[str, Any],
    bootstrap: Mapping[str, Any],
) -> Iterator[str]:
    yield f"# Calibration map: {pair}"
    yield (
        "The input against the target as the input's optics and pixels would have shown it: slope "
        "and offset of least squares, input = offset + slope × target, and the ratio, a slope "
        "through the origin. Within a range of field of one polarity slope and offset are hard to "
        "tell from each other, and the ratio is what to read."
    )
    for by in dict.fromkeys(each.by for each in bins):
        yield f"## {_WORDS[by]}"
        yield "\n".join(_table([each for each in bins if each.by == by]))
    left_out = sum(each.values is None for each in bins)
    yield (
        f"{left_out} of {len(bins)} bins are left out (—): fewer than {settings['fewest']} pixels "
        f"or {settings['fewest_blocks']} blocks. {_caption(months, settings, bootstrap)}"
    )


def _table(bins: Sequence[Bin]) -> Iterator[str]:
    yield line(["Bin", "Slope", "Offset (G)", "Ratio", "ρ", "Pixels", "Blocks (effective)"])
    yield line([":---", *["---:"] * 6])
    for each in bins:
        size = f"{each.blocks} ({each.effective:.1f})" if each.pixels else "0"
        if each.values is None:
            cells = ["—"] * 4
        else:
            cells = [
                _cell(each.values["slope"], 3),
                _cell(each.values["offset"], 2),
                _cell(each.values["ratio"], 3),
                f"{each.correlation:.4f}",
            ]
        yield line([each.name, *cells, f"{each.pixels:,}", size])


def _cell(parts: tuple[float, float, float], digits: int) -> str:
    value, low, high = parts
    text = f"{value:.{digits}f}"
    if not (np.isfinite(low) and np.isfinite(high)):
        return text
    return f"{text} [{low:.{digits}f}, {high:.{digits}f}]"


def _caption(
    months: Sequence[AnalysedMonth], settings: Mapping[str, Any], bootstrap: Mapping[str, Any]
) -> str:
    edges = settings["mu_edges"]
    return (
        f"Pixels with {edges[0]:g} ≤ mu ≤ {edges[-1]:g}. "
        f"In brackets: {100 * bootstrap['confidence']:g} % interval from {bootstrap['resamples']} "
        f"resamples of {blocks.kind(len(months))} drawn with replacement. {origin(months)}"
    )
