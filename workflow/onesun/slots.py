"""Slots and times of observation, and how headers, record sets and file names write them."""

from __future__ import annotations

from datetime import datetime

from astropy.time import Time

from onesun.instruments import Instrument
from onesun.reading.keywords import GPS_BEHIND_TAI


def from_iso(text: str) -> Time:
    """A time on the TAI scale of an ISO string in TAI."""
    return Time(text, format="isot", scale="tai", precision=3)


def shifted(time: Time, seconds: float) -> Time:
    """``seconds`` later, rounded to the millisecond that headers keep."""
    unix = round((time.unix_tai + seconds) * 1000) / 1000
    return Time(Time(unix, format="unix_tai", scale="tai"), format="isot", precision=3)


def seconds_between(first: Time, second: Time) -> float:
    """From ``first`` to ``second``, s."""
    return float((second - first).to_value("s"))


def jsoc_text(time: Time, digits: int = 3, zone: str = "TAI") -> str:
    """As JSOC writes a time: ``2011.12.17_06:00:00.000_TAI``."""
    iso = Time(time.tai if zone == "TAI" else time.utc, precision=digits).isot
    return f"{iso.replace('-', '.').replace('T', '_')}_{zone}"


def stamp(time: Time) -> str:
    """T_REC as file names hold it: ``20111217_060000_TAI``."""
    return Time(time.tai, precision=0).datetime.strftime("%Y%m%d_%H%M%S_TAI")


def clock(time: Time, record: Instrument) -> datetime:
    """Calendar and clock of a time on the scale of the instrument's headers."""
    behind = GPS_BEHIND_TAI if record.header.time_scale == "gps" else 0.0
    return shifted(time, -behind).datetime


def nearest_slot(time: Time, record: Instrument) -> Time:
    """The slot of the instrument nearest to ``time``, on the TAI scale.

    The record's epoch is one slot, on the scale of its headers. JSOC counts MDI's from
    00:00:30 but writes T_REC on the whole minute, so its half minute is dropped.
    """
    epoch = from_iso(record.epoch)
    if record.header.time_scale == "gps":
        epoch = shifted(epoch, GPS_BEHIND_TAI)
    else:
        epoch = from_iso(f"{record.epoch[:16]}:00")
    slots = round(seconds_between(epoch, time) / record.cadence)
    return shifted(epoch, slots * record.cadence)


def month_of(time: Time) -> str:
    """Calendar month as YYYY-MM."""
    return time.isot[:7]
