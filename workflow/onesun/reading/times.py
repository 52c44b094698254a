"""Times and seconds: the scales that headers count in, and the steps between them."""

from __future__ import annotations

from astropy.time import Time

GPS_BEHIND_TAI = 19.0  # seconds, since 1980


def from_iso(text: str) -> Time:
    """A time on the TAI scale of an ISO string in TAI."""
    return Time(text, format="isot", scale="tai", precision=3)


def from_gps(iso: str) -> Time:
    """A time on the TAI scale of an ISO string in GPS time, as GONG's headers have it."""
    return shifted(from_iso(iso), GPS_BEHIND_TAI)


def tai_seconds(time: Time) -> float:
    """Seconds of TAI since 1970."""
    return float(time.unix_tai)


def seconds_between(first: Time, second: Time) -> float:
    """From ``first`` to ``second``, s."""
    return float((second - first).to_value("s"))


def shifted(time: Time, seconds: float) -> Time:
    """``seconds`` later, rounded to the millisecond that headers keep."""
    unix = round((tai_seconds(time) + seconds) * 1000) / 1000
    return Time(Time(unix, format="unix_tai", scale="tai"), format="isot", precision=3)
