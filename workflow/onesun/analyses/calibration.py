"""The calibration map: months put together, as a table and a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from onesun.analyses.calibration_figure import draw_calibration
from onesun.analyses.calibration_month import ANALYSIS
from onesun.analyses.calibration_results import FEWEST, Bin, calibration_bins, tile_slopes
from onesun.analyses.intervals import Value, units_of
from onesun.analyses.product import AnalysedMonth, read_months
from onesun.analyses.words import head, interval, origin
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
_DIGITS = {"slope": 3, "offset": 2, "ratio": 3}


def show_calibration(
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
    months = read_months(paths, ANALYSIS, pair)
    fewest = analyses[ANALYSIS]["fewest"]
    bins = list(calibration_bins(months, fewest, settings))
    caption = _caption(months, units_of(months, settings).what, settings)
    page = "\n\n".join(_page(pair, bins, fewest, caption)) + "\n"
    write_both(out, csv_text([_record(pair, each) for each in bins]), page)
    slopes = tile_slopes(months, fewest)
    draw_calibration(bins, slopes, head(months), style, f"{_FIGURE} {caption}", figure)


def _record(pair: str, found: Bin) -> dict[str, Any]:
    values = found.values or dict.fromkeys(("slope", "offset", "ratio"), Value.none())
    numbers = {
        name: part
        for key, value in values.items()
        for name, part in value.record("offset_gauss" if key == "offset" else key).items()
    }
    known = found.values is not None
    return {
        "pair": pair,
        "by": found.by,
        "bin": found.name,
        "unit": _UNITS.get(found.by, ""),
        "low": number(found.low),
        "high": number(found.high),
        "pixels": found.pixels,
        "blocks": found.units,
        "independent_blocks": number(found.independent if known else None),
        **{name: number(part) for name, part in numbers.items()},
        "correlation": number(found.correlation if known else None),
    }


def _page(pair: str, bins: Sequence[Bin], fewest: int, caption: str) -> Iterator[str]:
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
        f"{left_out} of {len(bins)} bins are left out (—): fewer than {fewest} pixels, or pixels "
        f"in fewer than {FEWEST} blocks. Zero points change from frame to frame: where a bin is "
        f"of few frames, the interval of its offset is that of these frames. {caption}"
    )


def _table(bins: Sequence[Bin]) -> Iterator[str]:
    yield line(["Bin", "Slope", "Offset (G)", "Ratio", "ρ", "Pixels", "Blocks (independent)"])
    yield line([":---", *["---:"] * 6])
    for each in bins:
        if each.values is None:
            yield line([each.name, *["—"] * 4, f"{each.pixels:,}", str(each.units)])
            continue
        values = [each.values[key].text(digits) for key, digits in _DIGITS.items()]
        size = f"{each.units} ({each.independent:.1f})"
        yield line([each.name, *values, f"{each.correlation:.4f}", f"{each.pixels:,}", size])


def _caption(months: Sequence[AnalysedMonth], unit: str, settings: Mapping[str, Any]) -> str:
    edges = months[0].settings["mu_edges"]
    where = f"Pixels with {edges[0]:g} ≤ mu ≤ {edges[-1]:g}."
    return f"{where} {interval(unit, settings)} {origin(months)}"
