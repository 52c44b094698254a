"""Record sets as JSOC reads them: times on a series' slots, all of them in TAI."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from astropy.time import Time

from onesun.instruments import Instrument
from onesun.reading.slots import jsoc_text
from onesun.reading.times import seconds_between


def span(record: Instrument, times: Sequence[Time]) -> str:
    """One range that holds ``times`` (in order), and others too where their steps differ."""
    return f"{record.series}[{_range(times, common_step(record, times))}]"


def exactly(record: Instrument, times: Sequence[Time], step: float) -> str:
    """The segments of the records at ``times`` (in order), in ranges of this step in seconds."""
    ranges = ",".join(_range(part, step) for part in runs(times, step))
    return f"{record.series}[{ranges}]{{{record.segment}}}"


def common_step(record: Instrument, times: Sequence[Time]) -> float:
    """The largest step from the first time that meets every other, in seconds."""
    steps = [_seconds(*pair) for pair in pairwise(times)]
    return math.gcd(*steps) if steps else record.cadence


def runs(times: Sequence[Time], step: float) -> list[list[Time]]:
    """``times`` (in order) apart where neighbours are not one step apart."""
    found: list[list[Time]] = []
    for time in times:
        if found and _seconds(found[-1][-1], time) == step:
            found[-1].append(time)
        else:
            found.append([time])
    return found


def _range(times: Sequence[Time], step: float) -> str:
    # Without its zone a time is UTC, 34 s off in 2011: the wrong slot where these are 45 s apart.
    first, last = (jsoc_text(time, digits=0) for time in (times[0], times[-1]))
    if len(times) == 1:
        return first
    every = f"{step / 60:g}m" if step % 60 == 0 else f"{step:g}s"
    return f"{first}-{last}@{every}"


def _seconds(first: Time, second: Time) -> int:
    return round(seconds_between(first, second))
