"""Which frames a run asks the archives for: times, by instrument and month.

Light to import but for :func:`slots`: the rules ask :func:`requests` while they plan.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from onesun import instruments
from onesun.products import split

if TYPE_CHECKING:
    from astropy.time import Time

Config = dict[str, Any]
Request = dict[str, Any]


def cadence(config: Config, pair: str, name: str) -> float:
    """Minutes between the frames that a set (train, validation, test) of a pair asks for."""
    section = config["archive"]["cadence"]
    found: float = section["by_pair"].get(pair, {}).get(name, section[name])
    return found


def requests(
    config: Config, instrument: str | None, month: str | None, *pairs: str
) -> list[Request]:
    """What ``pairs`` (or all) together ask of an instrument in a month, each thing once, sorted.

    Parameters
    ----------
    config : a complete configuration.
    instrument : the input or the target of some pair.
    month : YYYY-MM.

    A request has ``start`` and ``end`` (first day, and first day no longer; those of the split, cut
    to the days on which both instruments observe), ``cadence`` in minutes and the pair's ``input``.
    Without a request the archives have nothing that could be paired.
    """
    found = {
        _request(config, name, pair, row)
        for name, pair in config["pairs"].items()
        if name in (pairs or config["pairs"]) and instrument in (pair["input"], pair["target"])
        for row in split.assign(name, pair["split"])
        if row.month == month
    }
    keys = ("input", "start", "end", "cadence")
    asked: list[Request] = [dict(zip(keys, each, strict=True)) for each in sorted(found)]
    return [each for each in asked if each["start"] < each["end"]]


def slots(asked: Sequence[Request], instrument: str) -> list[Time]:
    """The slots of :func:`times` as astropy's times on the TAI scale."""
    # Slow to import, and the rules need none of it.
    from astropy.time import Time

    wanted = times(asked, instrument)
    return list(Time(wanted, format="datetime", scale="tai")) if wanted else []


def times(asked: Sequence[Request], instrument: str) -> list[datetime]:
    """Slots of an instrument that ``asked`` (see :func:`requests`) is about, in order.

    The input's are its slots nearest to multiples of the cadence, counted from the first day; the
    target's are those nearest to the input's. Clock and calendar are TAI's, which has no leap
    seconds, so that plain datetimes do.
    """
    found: set[datetime] = set()
    for request in asked:
        start, end = (datetime.fromisoformat(request[key]) for key in ("start", "end"))
        step = timedelta(minutes=request["cadence"])
        even = [start + count * step for count in range(math.ceil((end - start) / step))]
        nearest = _on_slots(even, request["input"])
        if instrument != request["input"]:
            nearest = _on_slots(nearest, instrument)
        found.update(slot for slot in nearest if start <= slot < end)
    return sorted(found)


def _on_slots(moments: Sequence[datetime], instrument: str) -> list[datetime]:
    """The slot of an instrument nearest to each moment."""
    first = _any_slot(instrument)
    step = timedelta(seconds=instruments.load(instrument).cadence)
    return [first + round((time - first) / step) * step for time in moments]


@cache
def _any_slot(instrument: str) -> datetime:
    from onesun.reading.slots import nearest_slot
    from onesun.reading.times import from_iso

    slot = nearest_slot(from_iso("2010-01-01T00:00:00"), instruments.load(instrument))
    clock: datetime = slot.datetime
    return clock


def _request(
    config: Config, name: str, pair: Config, row: split.SplitRow
) -> tuple[str, str, str, float]:
    start, end = _common(config["archive"]["days"], pair, row)
    return pair["input"], start, end, float(cadence(config, name, row.set))


def _common(days: Config, pair: Config, row: split.SplitRow) -> tuple[str, str]:
    """The part of a month, as its first day and the first no longer, in which both observe."""
    start, end = row.start, row.end
    for role in ("input", "target"):
        known = days.get(pair[role], {})
        start = max(start, known.get("first") or start)
        if known.get("last"):
            after = date.fromisoformat(known["last"]) + timedelta(days=1)
            end = min(end, after.isoformat())
    return start, end
