"""Slots and times of observation, and how headers, record sets and file names write them."""

from __future__ import annotations

from datetime import datetime

from astropy.time import Time

from onesun.instruments import Instrument
from onesun.reading.times import GPS_BEHIND_TAI, from_gps, from_iso, seconds_between, shifted


def jsoc_text(time: Time, digits: int = 3, zone: str = "TAI") -> str:
    """As JSOC writes a time: ``2011.12.17_06:00:00.000_TAI``."""
    iso = Time(time.tai if zone == "TAI" else time.utc, precision=digits).isot
    return f"{iso.replace('-', '.').replace('T', '_')}_{zone}"


def stamp(time: Time) -> str:
    """T_REC as file names hold it: ``20111217_060000_TAI``."""
    return str(Time(time.tai, precision=0).datetime.strftime("%Y%m%d_%H%M%S_TAI"))


def clock(time: Time, record: Instrument) -> datetime:
    """Calendar and clock of a time on the scale of the instrument's headers."""
    behind = GPS_BEHIND_TAI if record.header.time_scale == "gps" else 0.0
    written: datetime = shifted(time, -behind).datetime
    return written


def nearest_slot(time: Time, record: Instrument) -> Time:
    """The slot of the instrument nearest to ``time``, on the TAI scale.

    The record's epoch is one slot, on the scale of its headers. JSOC counts MDI's from
    00:00:30 but writes T_REC on the whole minute, so its half minute is dropped.
    """
    if record.header.time_scale == "gps":
        epoch = from_gps(record.epoch)
    else:
        epoch = from_iso(f"{record.epoch[:16]}:00")
    slots = round(seconds_between(epoch, time) / record.cadence)
    return shifted(epoch, slots * record.cadence)


def month_of(time: Time) -> str:
    """Calendar month as YYYY-MM."""
    return str(time.isot[:7])
