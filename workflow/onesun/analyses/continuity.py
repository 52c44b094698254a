"""Continuity of flux: months put together, tested for steps and trends; a table and a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun.analyses import blocks
from onesun.analyses.changes import FEWEST, LEVEL, Changes, changes
from onesun.analyses.continuity_figure import draw_continuity
from onesun.analyses.continuity_month import ANALYSIS, SUMS
from onesun.analyses.product import AnalysedMonth, read_months
from onesun.analyses.regions import DISK, REGIONS
from onesun.analyses.words import head, origin
from onesun.errors import ConfigError
from onesun.figures.style import Style
from onesun.tables.text import csv_text, line, number, write_both

ALL = "all"  # months together
AREAS = (DISK, "active", "poles", "quiet")
_UNIT = 1e22  # Mx
_PLACE = {name: index for index, name in enumerate(SUMS)}
_WORDS = {
    "unsigned": "unsigned flux over the target's",
    "with_noise": "unsigned flux with the target's noise over the target's",
    "net": "net flux less the target's, over the target's unsigned",
}
_NOTE = (
    "**What is compared.** Fluxes are radial, B / mu over the area on the Sun. Active regions, "
    "poles and quiet Sun are found in the target, and the disk is all three. The target's unsigned "
    "flux holds its noise: what that noise alone would give stands beside it. A network's output "
    "has no noise, so that the ratio with the target's noise (the expected |B + noise|, pixel by "
    "pixel, growing to the limb) is what tells whether series join. A scaled input has its own "
    "noise, and its ratio without further noise is the one to read."
)


@dataclass(frozen=True)
class Flux:
    """A region's flux by a method, in one month or in all.

    Parameters
    ----------
    method, region, month, set : what was measured; :data:`ALL` months together have no set.
    frames, pixels : how many.
    target, noise : unsigned flux of the target in a frame, and of its noise alone, Mx.
    target_net : net flux of the target in a frame, Mx.
    ratios : by ``unsigned``, ``with_noise`` and ``net``: value and the ends of its interval.
    """

    method: str
    region: str
    month: str
    set: str
    frames: int
    pixels: int
    target: float
    noise: float
    target_net: float
    ratios: Mapping[str, tuple[float, float, float]]


@dataclass(frozen=True)
class Test:
    """Whether a ratio of a region by a method changes from month to month; see `Changes`."""

    method: str
    region: str
    ratio: str
    found: Changes | None


def show_continuity(
    pair: str,
    paths: Sequence[Path],
    bootstrap: Mapping[str, Any],
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
        by_method.setdefault(month.method, []).append(month)
    if len({tuple(_stamps(own)) for own in by_method.values()}) > 1:
        raise ConfigError(f"{pair}: methods of other frames, expected the same frames of each")
    fluxes = [flux for own in by_method.values() for flux in _fluxes(own, bootstrap)]
    tests = list(_tests(fluxes, bootstrap["seed"]))
    first = next(iter(by_method.values()))
    caption = _caption(first, bootstrap)
    page = "\n\n".join(_page(pair, fluxes, tests, caption)) + "\n"
    write_both(out, csv_text([_record(pair, flux, tests) for flux in fluxes]), page)
    frames = {
        (month.method, area, month.month): ratio(
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


def of_area(sums: np.ndarray, area: str) -> np.ndarray:
    """Sums of a region, or of the disk; (..., 3, 7) to (..., 7)."""
    return sums.sum(axis=-2) if area == DISK else sums[..., REGIONS.index(area), :]


def ratio(sums: np.ndarray, which: str) -> np.ndarray:
    """A ratio, a key of ``_WORDS``, of sums (..., 7); NaN where the target has no flux."""
    target = sums[..., _PLACE["target"]]
    if which == "net":
        over = sums[..., _PLACE["output_net"]] - sums[..., _PLACE["target_net"]]
    else:
        over = sums[..., _PLACE["output" if which == "unsigned" else "with_noise"]]
    with np.errstate(invalid="ignore", divide="ignore"):
        return over / target


def _fluxes(months: Sequence[AnalysedMonth], bootstrap: Mapping[str, Any]) -> Iterator[Flux]:
    """Of one method: every month alone, and all together."""
    tiles = [month.arrays["tiles"] for month in months]
    frames = [len(month.frames) for month in months]
    for area in AREAS:
        for month, own, count in zip(months, tiles, frames, strict=True):
            name = (month.method, area, month.month, month.set)
            yield _flux(name, count, of_area(own.sum(axis=0), area), bootstrap)
        name = (months[0].method, area, ALL, "")
        yield _flux(name, sum(frames), of_area(blocks.stacked(tiles), area), bootstrap)


def _flux(
    name: tuple[str, str, str, str], frames: int, stack: np.ndarray, bootstrap: Mapping[str, Any]
) -> Flux:
    total = stack.sum(axis=0)
    per_frame = {key: float(total[place] / max(frames, 1)) for key, place in _PLACE.items()}
    return Flux(
        *name,
        frames=frames,
        pixels=round(total[_PLACE["pixels"]]),
        target=per_frame["target"],
        noise=per_frame["noise"],
        target_net=per_frame["target_net"],
        ratios={
            which: tuple(
                float(part)
                for part in blocks.with_interval(
                    stack, lambda sums, which=which: ratio(sums, which), bootstrap
                )
            )
            for which in _WORDS
        },
    )


def _tests(fluxes: Sequence[Flux], seed: int) -> Iterator[Test]:
    """Tests over months, in which the ratio is defined, in per cent."""
    for method in dict.fromkeys(flux.method for flux in fluxes):
        for area in AREAS:
            for which in _WORDS:
                own = [
                    (flux.month, flux.ratios[which][0])
                    for flux in fluxes
                    if (flux.method, flux.region) == (method, area) and flux.month != ALL
                ]
                known = sorted((years(month), value) for month, value in own if np.isfinite(value))
                times, values = np.array(known).reshape(-1, 2).T
                yield Test(method, area, which, changes(times, 100 * values, seed))


def years(month: str) -> float:
    """The middle of a month, in years."""
    return int(month[:4]) + (int(month[5:]) - 0.5) / 12


def _record(pair: str, flux: Flux, tests: Sequence[Test]) -> dict[str, Any]:
    record: dict[str, Any] = {
        "pair": pair,
        "method": flux.method,
        "region": flux.region,
        "month": flux.month,
        "set": flux.set,
        "frames": flux.frames,
        "pixels": flux.pixels,
        "target_unsigned_mx": number(flux.target),
        "target_noise_alone_mx": number(flux.noise),
        "target_net_mx": number(flux.target_net),
    }
    for which, parts in flux.ratios.items():
        for suffix, part in zip(("", "_low", "_high"), parts, strict=True):
            record[f"{which}{suffix}"] = number(part if np.isfinite(part) else None)
    for which in _WORDS:
        found = next(
            test.found
            for test in tests
            if (test.method, test.region, test.ratio) == (flux.method, flux.region, which)
        )
        told = found if flux.month == ALL else None
        record |= {
            f"{which}_{name}": number(_known(getattr(told, key))) if told else ""
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
        ["Region", "Month", "Frames", "Target (1e22 Mx)", "Noise alone", "Target net", *unsigned]
    )
    yield line([":---", ":---", *["---:"] * 7])
    for flux in fluxes:
        month = f"**{ALL}**" if flux.month == ALL else f"{flux.month} ({flux.set})"
        if not flux.pixels:
            yield line([flux.region, month, str(flux.frames), "no pixels", *["—"] * 5])
            continue
        yield line(
            [
                flux.region,
                month,
                str(flux.frames),
                *(f"{value / _UNIT:.3f}" for value in (flux.target, flux.noise, flux.target_net)),
                _cell(flux.ratios["unsigned"], 3),
                _cell(flux.ratios["with_noise"], 3),
                _cell(tuple(100 * part for part in flux.ratios["net"]), 2),
            ]
        )


def _cell(parts: tuple[float, float, float], digits: int) -> str:
    value, low, high = parts
    if not np.isfinite(value):
        return "—"
    text = f"{value:.{digits}f}"
    return f"{text} [{low:.{digits}f}, {high:.{digits}f}]" if np.isfinite(low + high) else text


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
                _cell((found.trend, found.trend_low, found.trend_high), 2),
                f"{found.trend_p:.3f}",
                f"{found.step:+.1f} after {found.step_at}",
                f"{found.step_p:.3f}",
                f"{found.detectable:.1f}",
            ]
        yield line([test.method, test.region, _WORDS[test.ratio], *cells])


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
        f"With {count} months the smallest p that there can be is {trend:.2g} for a trend and "
        f"{step:.2g} for a step."
    )
    if max(trend, step) > LEVEL:
        lacking = "neither can" if min(trend, step) > LEVEL else "a step cannot"
        yield f"At a level of {LEVEL:g} {lacking} be found, whatever its size."
    correlated = [each.autocorrelation for each in found if each.count >= blocks.ROTATIONS]
    if correlated:
        yield (
            f"Neighbouring months correlate by {min(correlated):.2f} to {max(correlated):.2f}; "
            "the tests suppose that they do not, and where they do p is too small."
        )


def _caption(months: Sequence[AnalysedMonth], bootstrap: Mapping[str, Any]) -> str:
    settings = months[0].settings
    return (
        f"Within {settings['within_radius']:g} R; active: mean |B| of {settings['smoothing']} × "
        f"{settings['smoothing']} target pixels from {settings['active']:g} G on; poles: from "
        f"{settings['pole']:g} degrees on; noise of the target {settings['noise']:.2f} G at the "
        f"disk centre. In brackets: {100 * bootstrap['confidence']:g} % interval from "
        f"{bootstrap['resamples']} resamples, of tiles of the disk for a month and of "
        f"{blocks.kind(len(months))} for all. {origin(months)}"
    )
