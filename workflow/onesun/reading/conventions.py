"""The header conventions: one small function each, from header to pointing and time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from astropy.time import Time
from sunpy.coordinates import sun

from onesun.errors import MissingKeywordError, UntrustedFrameError
from onesun.geometry.grid import ARCSEC_PER_RADIAN, AU_METRES
from onesun.geometry.pointing import Pointing
from onesun.instruments import Instrument
from onesun.reading.keywords import gps_time, jsoc_time, number

# JSOC counts Carrington longitude from W0 = 84.10 degrees, sunpy from 84.176 (IAU 2009), so
# CRLN_OBS is larger by this; three real HMI frames show 0.077, 0.067 and 0.078, SDO's parallax
# (up to 0.016) included. Left out, GONG would lie 0.6 input pixels off HMI.
JSOC_LONGITUDE = 0.076


@dataclass(frozen=True)
class Understood:
    """What a header says of where and when."""

    pointing: Pointing
    time: Time


def wcs(header: Mapping[str, Any], record: Instrument, path: Path) -> Understood:
    """Helioprojective WCS keywords with an observer, as JSOC writes them for HMI and MDI."""
    scale_x = number(header, "CDELT1", path, positive=True)
    scale_y = number(header, "CDELT2", path, positive=True)
    if abs(scale_x / scale_y - 1) > 1e-4:
        raise UntrustedFrameError(
            f"{path}: CDELT1 {scale_x} and CDELT2 {scale_y} differ, expected square pixels"
        )
    unit = str(header.get("CUNIT1", "arcsec")).strip()
    if unit != "arcsec":
        raise UntrustedFrameError(f"{path}: CUNIT1 is {unit!r}, expected 'arcsec'")
    offset_x, offset_y = number(header, "CRVAL1", path), number(header, "CRVAL2", path)
    roll = number(header, "CROTA2", path)
    cos, sin = math.cos(math.radians(roll)), math.sin(math.radians(roll))
    pointing = Pointing(
        # CRPIX sees CRVAL, which need not be the disk centre.
        x0=number(header, "CRPIX1", path) - 1 - (cos * offset_x + sin * offset_y) / scale_x,
        y0=number(header, "CRPIX2", path) - 1 - (cos * offset_y - sin * offset_x) / scale_x,
        scale=scale_x,
        roll=roll,
        rsun=number(header, "RSUN_OBS", path, positive=True),
        dsun=number(header, "DSUN_OBS", path, positive=True),
        b0=number(header, "CRLT_OBS", path),
        l0=number(header, "CRLN_OBS", path),
    )
    return Understood(pointing, jsoc_time(header, record.header.time_keyword, path))


def gong(header: Mapping[str, Any], record: Instrument, path: Path) -> Understood:
    """GONG's own keywords: a fitted limb in pixels, an ephemeris radius, GPS time, no CDELT.

    ``FNDLMBXC`` and ``FNDLMBYC`` count pixels from 1: in real frames the centroid of what is not
    fill lies there less 1. The image has solar north up; the keyword ``ROLL`` is the turret's
    position, not the image's. The observer is taken at the Earth's centre.
    """
    time = gps_time(header, path)
    key = "RADIUS" if header.get("RADIUS") else "SEMIDIAM"
    if not header.get(key):
        raise MissingKeywordError(f"{path}: header has no RADIUS and no SEMIDIAM")
    rsun = number(header, key, path, positive=True) * ARCSEC_PER_RADIAN
    axes = [number(header, name, path, positive=True) for name in ("FNDLMBMI", "FNDLMBMA")]
    pointing = Pointing(
        x0=number(header, "FNDLMBXC", path) - 1,
        y0=number(header, "FNDLMBYC", path) - 1,
        scale=rsun / float(np.mean(axes)),
        roll=0.0,
        rsun=rsun,
        dsun=number(header, "DISTANCE", path, positive=True) * AU_METRES,
        b0=float(sun.B0(time).deg),
        l0=(float(sun.L0(time).deg) + JSOC_LONGITUDE) % 360,
    )
    return Understood(pointing, time)


CONVENTIONS: dict[str, Callable[[Mapping[str, Any], Instrument, Path], Understood]] = {
    "wcs": wcs,
    "gong": gong,
}
