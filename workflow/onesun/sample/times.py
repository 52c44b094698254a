"""When each instrument observes: slots, times of observation, and how headers write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from astropy.time import Time

from onesun.errors import ConfigError
from onesun.instruments import Instrument
from onesun.reading.keywords import GPS_BEHIND_TAI

# T_OBS - T_REC of MDI by its INTERVAL, s: as in the real frames of 1999-12-11 and 2010-10-15.
_MDI_OFFSET = {30: -30.0, 300: 210.0}


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


def month_slots(real: Time, frames: int, cadence: float, record: Instrument) -> list[Time]:
    """T_REC of the frames of a month, around its real frame.

    Parameters
    ----------
    real : T_REC of the real frame.
    frames : how many.
    cadence : minutes between them.
    record : the instrument whose slots are the scarcest (MDI).

    The nearest slot has ``(frames - 1) // 2`` slots before it and the others after it. Raises
    ConfigError when the cadence is no multiple of the slots' or the frames leave the month.
    """
    step = record.cadence / 60
    if cadence % step:
        raise ConfigError(
            f"sample.cadence: found {cadence:g}, expected a multiple of {step:g} minutes, "
            f"the cadence of {record.title}"
        )
    nearest = nearest_slot(real, record)
    before = (frames - 1) // 2
    times = [shifted(nearest, (k - before) * cadence * 60) for k in range(frames)]
    if any(time.isot[:7] != real.isot[:7] for time in times):
        raise ConfigError(
            f"sample.frames: found {frames} frames {cadence:g} minutes apart, expected all of "
            f"them to fall in {real.isot[:7]} around {real.isot[:16]}"
        )
    return times


def mdi_observation(slot: Time, interval: float) -> Time:
    """Middle of MDI's integration for the slot T_REC: a minute's image or a five-minute mean."""
    return shifted(slot, _MDI_OFFSET.get(round(interval), interval / 2))


def interval_of(frame: int, intervals: Sequence[float], record: Instrument) -> int:
    """Integration time of a month's frame number ``frame``, s; the list is gone through in turn.

    Raises ConfigError when the instrument's record has no noise for it.
    """
    known = record.response.noise.by_interval
    interval = int(intervals[frame % len(intervals)])
    if interval not in known:
        raise ConfigError(
            f"sample.mdi_intervals: found {interval}, expected one of "
            + ", ".join(str(seconds) for seconds in sorted(known))
        )
    return interval


def month_of(time: Time) -> str:
    """Calendar month as YYYY-MM."""
    return time.isot[:7]
