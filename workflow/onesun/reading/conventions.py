"""The header conventions: one small function each, from header to pointing and time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from astropy.time import Time

from onesun.errors import MissingKeywordError, UntrustedFrameError
from onesun.geometry.grid import ARCSEC_PER_RADIAN, AU_METRES
from onesun.geometry.pointing import Pointing
from onesun.instruments import Instrument
from onesun.reading import soi
from onesun.reading.keywords import gps_time, jsoc_time, number
from onesun.reading.world import has_matrix, read_world, turned_by

# JSOC counts Carrington longitude from W0 = 84.10 degrees, sunpy from 84.176 (IAU 2009), so
# CRLN_OBS is larger by this; three real HMI frames show 0.077, 0.067 and 0.078, SDO's parallax
# (up to 0.016) included. Left out, GONG would lie 0.6 input pixels off HMI.
JSOC_LONGITUDE = 0.076
_SAME_ANGLE = 1e-6  # degrees


@dataclass(frozen=True)
class Understood:
    """What a header says of where and when."""

    pointing: Pointing
    time: Time


def wcs(header: Mapping[str, Any], record: Instrument, path: Path) -> Understood:
    """Helioprojective WCS keywords with an observer, as JSOC writes them for HMI and MDI."""
    seen = read_world(header, path)
    if seen.mirrored:
        raise UntrustedFrameError(f"{path}: a mirror image found, expected west to the right")
    roll = seen.roll
    said = math.nan if has_matrix(header) else number(header, "CROTA2", path)
    if abs((said - roll + 180) % 360 - 180) < _SAME_ANGLE:
        roll = said  # 180 and -180 are the same; as the header has it
    pointing = Pointing(
        x0=seen.x0,
        y0=seen.y0,
        scale=seen.scale,
        roll=roll,
        rsun=number(header, "RSUN_OBS", path, positive=True),
        dsun=number(header, "DSUN_OBS", path, positive=True),
        b0=number(header, "CRLT_OBS", path),
        l0=number(header, "CRLN_OBS", path),
    )
    return Understood(pointing, jsoc_time(header, record.header.time_keyword, path))


def mdi(header: Mapping[str, Any], record: Instrument, path: Path) -> Understood:
    """WCS keywords as JSOC writes them, or those of the SOI archive from before; recalibrated."""
    soi.check_level(header, path)
    return wcs(soi.as_jsoc(header, path) if soi.is_of_soi(header) else header, record, path)


def gong(header: Mapping[str, Any], record: Instrument, path: Path) -> Understood:
    """GONG's own keywords: a fitted limb in pixels, an ephemeris radius, GPS time, no CDELT.

    ``FNDLMBXC`` and ``FNDLMBYC`` count pixels from 1: in real frames the centroid of what is not
    fill lies there less 1. The image has solar north up; the keyword ``ROLL`` is the turret's
    position, not the image's. The observer is taken at the Earth's centre.
    """
    from sunpy.coordinates import sun  # slow to import, and the other conventions need none of it

    turned = turned_by(header, path)
    if turned:
        raise UntrustedFrameError(
            f"{path}: {turned} found, expected an image that was not turned since GONG took it"
        )
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
    "mdi": mdi,
    "gong": gong,
}
