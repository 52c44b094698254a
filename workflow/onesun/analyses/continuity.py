"""Continuity of flux: months put together, tested for steps and trends; a table and a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from onesun.analyses.changes import FEWEST, LEVEL, Changes, changes
from onesun.analyses.continuity_figure import draw_continuity
from onesun.analyses.continuity_month import ANALYSIS, SUMS
from onesun.analyses.intervals import Value, sums_of, units_of, with_interval
from onesun.analyses.product import AnalysedMonth, read_months
from onesun.analyses.regions import DISK, REGIONS
from onesun.analyses.words import head, interval, origin
from onesun.errors import ConfigError
from onesun.figures.style import Style
from onesun.statistics.units import Units
from onesun.tables.text import csv_text, line, number, write_both

ALL = "all"  # months together
AREAS = (DISK, "active", "poles", "quiet")
_UNIT = 1e22  # Mx
_SEVERAL = 8  # months, from which on the correlation of neighbours tells something
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
    units, independent : units with pixels, and the effective number of independent ones.
    ratios : by ``unsigned``, ``with_noise`` and ``net``.
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
    units: int
    independent: float
    ratios: Mapping[str, Value]


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
        by_method.setdefault(month.method, []).append(month)
    if len({tuple(_stamps(own)) for own in by_method.values()}) > 1:
        raise ConfigError(f"{pair}: methods of other frames, expected the same frames of each")
    fluxes = [flux for own in by_method.values() for flux in _fluxes(own, settings)]
    tests = list(_tests(fluxes, settings["seed"]))
    first = next(iter(by_method.values()))
    caption = _caption(first, settings)
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


def _of_frames(month: AnalysedMonth, area: str) -> np.ndarray:
    """The ratio with noise of each frame; (frames,), NaN where the region has no flux."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return ratio(of_area(month.arrays["frames"], area), "with_noise")


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
    return over / target


def _fluxes(months: Sequence[AnalysedMonth], settings: Mapping[str, Any]) -> Iterator[Flux]:
    """Of one method: every month alone, and all together."""
    groups = [([month], month.month, month.set) for month in months]
    groups.append((list(months), ALL, ""))
    for own, name, of_set in groups:
        units = units_of(own, settings)
        sums = sums_of([month.arrays["tiles"] for month in own], units)
        frames = sum(len(month.frames) for month in own)
        for area in AREAS:
            about = (months[0].method, area, name, of_set)
            yield _flux(about, frames, of_area(sums, area), units, settings)


def _flux(
    about: tuple[str, str, str, str],
    frames: int,
    sums: np.ndarray,
    units: Units,
    settings: Mapping[str, Any],
) -> Flux:
    total = sums.sum(axis=0)
    per_frame = {key: float(total[place] / max(frames, 1)) for key, place in _PLACE.items()}
    ratios = {}
    for which in _WORDS:
        score = partial(ratio, which=which)
        share = sums[:, _PLACE["target"]]
        ratios[which], independent = with_interval(score, sums, share, units, settings)
    return Flux(
        *about,
        frames=frames,
        pixels=round(total[_PLACE["pixels"]]),
        units=int(np.count_nonzero(sums[:, 0])),
        independent=independent,
        target=per_frame["target"],
        noise=per_frame["noise"],
        target_net=per_frame["target_net"],
        ratios=ratios,
    )


def _tests(fluxes: Sequence[Flux], seed: int) -> Iterator[Test]:
    """Tests over months, in which the ratio is defined, in per cent."""
    for method in dict.fromkeys(flux.method for flux in fluxes):
        for area in AREAS:
            for which in _WORDS:
                own = [
                    (flux.month, flux.ratios[which].value)
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
        "blocks": flux.units,
        "independent_blocks": number(flux.independent),
        "target_unsigned_mx": number(flux.target),
        "target_noise_alone_mx": number(flux.noise),
        "target_net_mx": number(flux.target_net),
    }
    for which, value in flux.ratios.items():
        record |= {key: number(part) for key, part in value.record(which).items()}
    for which in _WORDS:
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
