"""Take a keyword out of a header, or say in one sentence what is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from astropy.io import fits
from astropy.time import Time

from onesun.errors import MissingKeywordError, UntrustedFrameError
from onesun.reading.plain import plain_value
from onesun.reading.times import GPS_BEHIND_TAI, shifted


def number(header: Mapping[str, Any], keyword: str, path: Path, *, positive: bool = False) -> float:
    """The finite number under ``keyword``.

    Raises MissingKeywordError when it is absent or blank, UntrustedFrameError when it is not a
    finite (and, if asked, positive) number.
    """
    value = plain_value(header.get(keyword))
    if value is None or isinstance(value, fits.card.Undefined) or str(value) == "":
        raise MissingKeywordError(f"{path}: header has no {keyword}")
    try:
        result = float(value) if isinstance(value, int | float | str) else math.nan
    except ValueError:
        result = math.nan
    if isinstance(value, bool):
        result = math.nan
    if not math.isfinite(result) or (positive and result <= 0):
        kind = "a positive number" if positive else "a number"
        raise UntrustedFrameError(f"{path}: {keyword} is {value!r}, expected {kind}")
    return result


def optional_number(header: Mapping[str, Any], keyword: str) -> float:
    """The number under ``keyword``; NaN where it is absent or not a number."""
    try:
        return float(plain_value(header.get(keyword, math.nan)))
    except (TypeError, ValueError):
        return math.nan


def jsoc_time(header: Mapping[str, Any], keyword: str, path: Path) -> Time:
    """A JSOC time such as ``2011.12.17_05:59:52.156_TAI``, on the TAI scale."""
    text = str(header.get(keyword, "")).strip()
    if not text:
        raise MissingKeywordError(f"{path}: header has no {keyword}")
    body, _, zone = text.rpartition("_")
    if zone not in ("TAI", "UTC"):
        raise UntrustedFrameError(f"{path}: {keyword} is {text!r}, expected a time ending in _TAI")
    date, _, clock = body.partition("_")
    iso = f"{date.replace('.', '-')}T{clock or '00:00:00'}"
    return _time(iso, zone.lower(), f"{path}: {keyword} is {text!r}")


def gps_time(header: Mapping[str, Any], path: Path) -> Time:
    """GONG's ``DATE-OBS`` and ``TIME-OBS``, which count GPS seconds, on the TAI scale."""
    date, clock = (str(header.get(key, "")).strip() for key in ("DATE-OBS", "TIME-OBS"))
    for keyword, text in (("DATE-OBS", date), ("TIME-OBS", clock)):
        if not text:
            raise MissingKeywordError(f"{path}: header has no {keyword}")
    found = f"{path}: DATE-OBS is {date!r} and TIME-OBS {clock!r}"
    return shifted(_time(f"{date.replace('/', '-')}T{clock}", "tai", found), GPS_BEHIND_TAI)


def _time(iso: str, scale: str, found: str) -> Time:
    try:
        return Time(iso, format="isot", scale=scale, precision=3).tai
    except ValueError:
        raise UntrustedFrameError(f"{found}, which is no time") from None
