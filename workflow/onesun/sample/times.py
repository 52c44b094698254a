"""When the sample's frames are observed."""

from __future__ import annotations

import calendar
from collections.abc import Sequence

from astropy.time import Time

from onesun.errors import ConfigError
from onesun.instruments import Instrument
from onesun.reading.slots import month_of, nearest_slot
from onesun.reading.times import from_iso, shifted

# T_OBS - T_REC of MDI by its INTERVAL, s: as in the real frames of 1999-12-11 and 2010-10-15.
_MDI_OFFSET = {30: -30.0, 300: 210.0}


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
            f"them in {real.isot[:7]}, around {real.isot[:16]}"
        )
    return times


def moved_into(time: Time, month: str) -> Time:
    """The same day and hour of another month (YYYY-MM), or its last day where it is shorter."""
    if month_of(time) == month:
        return time
    year, number = (int(part) for part in month.split("-"))
    day = min(int(time.isot[8:10]), calendar.monthrange(year, number)[1])
    return from_iso(f"{month}-{day:02d}{time.isot[10:]}")


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
