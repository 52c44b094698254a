"""Continuity of flux: months put together, tested for steps and trends; a table and a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from onesun.analyses.changes import FEWEST, LEVEL
from onesun.analyses.continuity_figure import draw_continuity
from onesun.analyses.continuity_month import ANALYSIS
from onesun.analyses.continuity_results import (
    ALL,
    AREAS,
    RATIOS,
    Flux,
    Test,
    fluxes_of,
    of_area,
    ratio,
    tests_of,
)
from onesun.analyses.intervals import Value, units_of
from onesun.analyses.product import AnalysedMonth, read_months
from onesun.analyses.words import head, interval, origin
from onesun.errors import ConfigError
from onesun.figures.style import Style
from onesun.tables.text import csv_text, line, number, write_both

_UNIT = 1e22  # Mx
_SEVERAL = 8  # months, from which on the correlation of neighbours tells something
_NOTE = (
    "**What is compared.** Fluxes are radial, B / mu over the area on the Sun. Active regions, "
    "poles and quiet Sun are found in the target, and the disk is all three. The target's unsigned "
    "flux holds its noise: what that noise alone would give stands beside it. A network's output "
    "has no noise, so that the ratio with the target's noise (the expected |B + noise|, pixel by "
    "pixel, growing to the limb) is what tells whether series join. A scaled input has its own "
    "noise, and its ratio without further noise is the one to read."
)


def show_continuity(
    pair: str,
    paths: Sequence[Path],
    settings: Mapping[str, Any],
    style: Style,
    out: Path,
    figure: Path,
) -> None:
    """Merge months; write the table as ``out`` (CSV and .md) and draw ``figure``.

    Raises ConfigError when months do not fit each other.
    """
    months = read_months(paths, ANALYSIS, pair)
    by_method: dict[str, list[AnalysedMonth]] = {}
    for month in months:
        by_method.setdefault(month.method or "", []).append(month)
    if len({tuple(_stamps(own)) for own in by_method.values()}) > 1:
        raise ConfigError(f"{pair}: methods of other frames, expected the same frames of each")
    fluxes = [flux for own in by_method.values() for flux in fluxes_of(own, settings)]
    tests = list(tests_of(fluxes, settings["seed"]))
    first = next(iter(by_method.values()))
    caption = _caption(first, settings)
    page = "\n\n".join(_page(pair, fluxes, tests, caption)) + "\n"
    write_both(out, csv_text([_record(pair, flux, tests) for flux in fluxes]), page)
    frames = {
        (month.method or "", area, month.month): ratio(
            of_area(month.arrays["frames"], area), "with_noise"
        )
        for month in months
        for area in AREAS
    }
    draw_continuity(frames, fluxes, head(first), style, f"{_FIGURE} {caption}", figure)


_FIGURE = (
    "Unsigned flux over the target's through the months of the overlap, by region. Filled: with "
    "the target's noise; open: without; bars: intervals of months; small points: frames, with the "
    "noise. Months that a network was trained on have a grey ground."
)


def _stamps(months: Sequence[AnalysedMonth]) -> Iterator[str]:
    for month in months:
        yield from (frame["stamp"] for frame in month.frames)


def _record(pair: str, flux: Flux, tests: Sequence[Test]) -> dict[str, Any]:
    record: dict[str, Any] = {
        "pair": pair,
        "method": flux.method,
        "region": flux.region,
        "month": flux.month,
        "set": flux.set,
        "frames": flux.frames,
        "pixels": flux.pixels,
        "blocks": flux.units,
        "independent_blocks": number(flux.independent),
        "target_unsigned_mx": number(flux.target),
        "target_noise_alone_mx": number(flux.noise),
        "target_net_mx": number(flux.target_net),
    }
    for which, value in flux.ratios.items():
        record |= {key: number(part) for key, part in value.record(which).items()}
    for which in RATIOS:
        found = next(
            test.found
            for test in tests
            if (test.method, test.region, test.ratio) == (flux.method, flux.region, which)
        )
        shown = found if flux.month == ALL else None
        record |= {
            f"{which}_{name}": number(_known(getattr(shown, key))) if shown else ""
            for name, key in (
                ("trend_percent_per_year", "trend"),
                ("trend_p", "trend_p"),
                ("step_percent", "step"),
                ("step_p", "step_p"),
                ("detectable_step_percent", "detectable"),
            )
        }
    return record


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _page(pair: str, fluxes: Sequence[Flux], tests: Sequence[Test], caption: str) -> Iterator[str]:
    yield f"# Continuity of flux: {pair}"
    for method in dict.fromkeys(flux.method for flux in fluxes):
        yield f"## {method}"
        yield "\n".join(_table([flux for flux in fluxes if flux.method == method]))
    yield _NOTE + f" {caption}"
    yield "## Steps and trends"
    yield "\n".join(_test_table(tests))
    yield " ".join(_power(tests))


def _table(fluxes: Sequence[Flux]) -> Iterator[str]:
    unsigned = ["Unsigned ratio", "With noise", "Net difference (%)"]
    yield line(
        [
            "Region",
            "Month",
            "Frames",
            "Target (1e22 Mx)",
            "Noise alone",
            "Target net",
            *unsigned,
            "Blocks (independent)",
        ]
    )
    yield line([":---", ":---", *["---:"] * 8])
    for flux in fluxes:
        month = f"**{ALL}**" if flux.month == ALL else f"{flux.month} ({flux.set})"
        if not flux.pixels:
            yield line([flux.region, month, str(flux.frames), "no pixels", *["—"] * 6])
            continue
        yield line(
            [
                flux.region,
                month,
                str(flux.frames),
                *(f"{value / _UNIT:.3f}" for value in (flux.target, flux.noise, flux.target_net)),
                flux.ratios["unsigned"].text(3),
                flux.ratios["with_noise"].text(3),
                _percent(flux.ratios["net"]).text(2),
                f"{flux.units} ({flux.independent:.1f})",
            ]
        )


def _percent(value: Value) -> Value:
    return Value(100 * value.value, 100 * value.low, 100 * value.high)


def _test_table(tests: Sequence[Test]) -> Iterator[str]:
    yield line(
        [
            "Method",
            "Region",
            "Ratio",
            "Trend (% a year)",
            "p",
            "Largest step (%)",
            "p",
            "Detectable (%)",
        ]
    )
    yield line([":---", ":---", ":---", *["---:"] * 5])
    for test in tests:
        cells = ["—"] * 5
        if (found := test.found) is not None:
            cells = [
                Value(found.trend, found.trend_low, found.trend_high).text(2),
                f"{found.trend_p:.3f}",
                f"{found.step:+.1f} after {found.step_at}",
                f"{found.step_p:.3f}",
                f"{found.detectable:.1f}",
            ]
        yield line([test.method, test.region, RATIOS[test.ratio], *cells])


def _power(tests: Sequence[Test]) -> Iterator[str]:
    """What the tests can find, in words."""
    yield (
        "One value a month, in per cent. Trend: Theil and Sen's slope with Kendall's test. Step: "
        "the place where the means before and after differ most for their numbers of months, and "
        "the share of random orders with as clear a step. Detectable: the step in the middle that "
        "a t test would find four times in five at this scatter from month to month."
    )
    found = [test.found for test in tests if test.found is not None]
    if not found:
        yield f"Fewer than {FEWEST} months: no test."
        return
    count = max(each.count for each in found)
    trend, step = next(each for each in found if each.count == count).smallest_p
    yield (
        f"With {count} months the smallest possible p is {trend:.2g} for a trend and "
        f"{step:.2g} for a step."
    )
    if max(trend, step) > LEVEL:
        lacking = "neither can" if min(trend, step) > LEVEL else "a step cannot"
        yield f"At a level of {LEVEL:g} {lacking} be found, whatever its size."
    correlated = [each.autocorrelation for each in found if each.count >= _SEVERAL]
    if correlated:
        yield (
            f"Neighbouring months correlate by {min(correlated):.2f} to {max(correlated):.2f}; "
            "the tests suppose that they do not, and where they do p is too small."
        )


def _caption(months: Sequence[AnalysedMonth], settings: Mapping[str, Any]) -> str:
    measured, unit = months[0].settings, units_of(months, settings).what
    return (
        f"Within {measured['within_radius']:g} R; active: mean |B| of {measured['smoothing']} × "
        f"{measured['smoothing']} target pixels from {measured['active']:g} G on; poles: from "
        f"{measured['pole']:g} degrees on; noise of the target {measured['noise']:.2f} G at the "
        f"disk centre. {interval(unit, settings)} {origin(months)}"
    )
