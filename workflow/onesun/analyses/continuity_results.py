"""What the continuity of flux finds: fluxes and ratios by region and month, and tests in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from onesun.analyses.changes import Changes, changes
from onesun.analyses.continuity_month import SUMS
from onesun.analyses.intervals import Value, sums_of, units_of, with_interval
from onesun.analyses.product import AnalysedMonth, years
from onesun.analyses.regions import DISK, REGIONS
from onesun.metrics.units import Units

ALL = "all"  # months together
AREAS = (DISK, "active", "poles", "quiet")
_PLACE = {name: index for index, name in enumerate(SUMS)}
RATIOS = {
    "unsigned": "unsigned flux over the target's",
    "with_noise": "unsigned flux with the target's noise over the target's",
    "net": "net flux less the target's, over the target's unsigned",
}


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


def of_area(sums: np.ndarray, area: str) -> np.ndarray:
    """Sums of a region, or of the disk; (..., 3, 7) to (..., 7)."""
    return sums.sum(axis=-2) if area == DISK else sums[..., REGIONS.index(area), :]


def ratio(sums: np.ndarray, which: str) -> np.ndarray:
    """A ratio, a key of ``RATIOS``, of sums (..., 7); NaN where the target has no flux."""
    target = sums[..., _PLACE["target"]]
    if which == "net":
        over = sums[..., _PLACE["output_net"]] - sums[..., _PLACE["target_net"]]
    else:
        over = sums[..., _PLACE["output" if which == "unsigned" else "with_noise"]]
    share: np.ndarray = over / target
    return share


def fluxes_of(months: Sequence[AnalysedMonth], settings: Mapping[str, Any]) -> Iterator[Flux]:
    """Of one method: every month alone, and all together."""
    groups = [([month], month.month, month.set) for month in months]
    groups.append((list(months), ALL, ""))
    for own, name, of_set in groups:
        units = units_of(own, settings)
        sums = sums_of([month.arrays["tiles"] for month in own], units)
        frames = sum(len(month.frames) for month in own)
        for area in AREAS:
            about = (months[0].method or "", area, name, of_set)
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
    for which in RATIOS:
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


def tests_of(fluxes: Sequence[Flux], seed: int) -> Iterator[Test]:
    """Tests over months, in which the ratio is defined, in per cent."""
    for method in dict.fromkeys(flux.method for flux in fluxes):
        for area in AREAS:
            for which in RATIOS:
                own = [
                    (flux.month, flux.ratios[which].value)
                    for flux in fluxes
                    if (flux.method, flux.region) == (method, area) and flux.month != ALL
                ]
                known = sorted((years(month), value) for month, value in own if np.isfinite(value))
                times, values = np.array(known).reshape(-1, 2).T
                yield Test(method, area, which, changes(times, 100 * values, seed))
