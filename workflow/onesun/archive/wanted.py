"""Which frames a run asks the archives for: times, by instrument and month.

Light to import but for :func:`slots`: the rules ask :func:`requests` while they plan.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from onesun import instruments, split

if TYPE_CHECKING:
    from astropy.time import Time

Config = dict[str, Any]
Request = dict[str, Any]


def cadence(config: Config, pair: str, name: str) -> float:
    """Minutes between the frames that a set (train, validation, test) of a pair asks for."""
    section = config["archive"]["cadence"]
    return section["by_pair"].get(pair, {}).get(name, section[name])


def requests(config: Config, instrument: str, month: str) -> list[Request]:
    """What all pairs together ask of an instrument in a month, each thing once, sorted.

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
        if instrument in (pair["input"], pair["target"])
        for row in split.assign(name, pair["split"])
        if row.month == month
    }
    keys = ("input", "start", "end", "cadence")
    asked = [dict(zip(keys, each, strict=True)) for each in sorted(found)]
    return [each for each in asked if each["start"] < each["end"]]


def observed(pair: Config, month: str) -> bool:
    """Whether both of a pair's instruments observe on some day of a month."""
    year, number = int(month[:4]), int(month[5:])
    last = calendar.monthrange(year, number)[1]
    start, end = _common(pair, f"{month}-01", (date(year, number, last) + _DAY).isoformat())
    return start < end


def slots(asked: Sequence[Request], instrument: str) -> list[Time]:
    """Times of an instrument's frames that ``asked`` (see :func:`requests`) is about, in order.

    The input's are its slots nearest to multiples of the cadence, counted from the first day, TAI;
    the target's are those nearest to the input's. TAI.
    """
    # Slow to import, and the rules need none of it.
    from onesun.sample.times import from_iso, nearest_slot, shifted

    record = instruments.load(instrument)
    found: dict[str, Time] = {}
    for request in asked:
        source = instruments.load(request["input"])
        start = from_iso(f"{request['start']}T00:00:00")
        end = from_iso(f"{request['end']}T00:00:00")
        step = request["cadence"] * 60
        for count in range(round(float((end - start).to_value("s")) / step + 0.5)):
            slot = nearest_slot(shifted(start, count * step), source)
            if instrument != request["input"]:
                slot = nearest_slot(slot, record)
            if request["start"] <= slot.isot[:10] < request["end"]:
                found[slot.isot] = slot
    return [found[key] for key in sorted(found)]


_DAY = timedelta(days=1)


def _request(
    config: Config, name: str, pair: Config, row: split.SplitRow
) -> tuple[str, str, str, float]:
    start, end = _common(pair, row.start, row.end)
    return pair["input"], start, end, float(cadence(config, name, row.set))


def _common(pair: Config, start: str, end: str) -> tuple[str, str]:
    """The part of ``start`` to ``end`` in which both instruments of a pair observe."""
    for role in ("input", "target"):
        known = instruments.load(pair[role]).observes
        if known is not None:
            start = max(start, known.first.isoformat())
            if known.last is not None:
                end = min(end, (known.last + _DAY).isoformat())
    return start, end
