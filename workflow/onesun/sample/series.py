"""A short series of HMI frames out of one real frame, by differential rotation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from astropy.io import fits
from astropy.time import Time

from onesun import instruments
from onesun.geometry.pointing import Pointing
from onesun.reading import fits as fits_reading
from onesun.reading.conventions import wcs
from onesun.reading.keywords import jsoc_time, number
from onesun.reading.robust import robust_sigma
from onesun.reading.times import seconds_between, shifted
from onesun.sample.carry import Observer, carry
from onesun.sample.observers import Orbit, earth, light_delay, pointed, sdo

_STRIP = 16  # rows; what stays in the processor's cache
_RING = (0.98, 1.0)  # limb radii; its noise fills what rotates in from behind the limb
_OUTSIDE = -1e4  # pixel coordinate far off the image


@dataclass(frozen=True)
class RealFrame:
    """A real HMI frame.

    Parameters
    ----------
    field : (ny, nx) float32, gauss, the noise beyond the limb included; NaN where HMI has none.
    header : as JSOC wrote it.
    pointing, time : as the reader understands them; time is T_OBS in TAI.
    t_rec : slot.
    velocity : OBS_VR, m/s.
    """

    field: np.ndarray
    header: fits.Header
    pointing: Pointing
    time: Time
    t_rec: Time
    velocity: float


@dataclass(frozen=True)
class HmiFrame:
    """What HMI would have recorded at another time of the same day.

    Parameters
    ----------
    field : (ny, nx) float32, gauss; NaN where HMI has no value.
    pointing, orbit : of SDO at that time.
    t_rec, t_obs : slot and time of observation, TAI.
    signal_factor : by what factor the field's signal differs from the real frame's.
    """

    field: np.ndarray
    pointing: Pointing
    orbit: Orbit
    t_rec: Time
    t_obs: Time
    signal_factor: float = 1.0


def load(path: Path) -> RealFrame:
    """Read a real HMI frame whole. Raises UntrustedFrameError as the reader does."""
    field, header = fits_reading.load(path)
    understood = wcs(header, instruments.load("hmi"), path)
    return RealFrame(
        field=field,
        header=header,
        pointing=understood.pointing,
        time=understood.time,
        t_rec=jsoc_time(header, "T_REC", path),
        velocity=number(header, "OBS_VR", path),
    )


def hmi_frame(real: RealFrame, t_rec: Time, rng: np.random.Generator) -> HmiFrame:
    """The real frame as HMI would have recorded it in the slot ``t_rec``.

    One Lanczos resampling on the rotating sphere. The line-of-sight field is carried along as it
    is, not scaled by the change of mu (a few per cent near the limb in three hours). What comes
    from behind the limb is noise of the limb's level; beyond the limb the real noise stays.

    Parameters
    ----------
    rng : for the fill.
    """
    orbit, t_obs = observed(real, t_rec)
    pointing = pointed(real.pointing, orbit.observer)
    elapsed = seconds_between(real.time, t_obs)
    field = _rotated(real, pointing, orbit.observer, elapsed, rng)
    return HmiFrame(field, pointing, orbit, t_rec, t_obs)


def still_frame(real: RealFrame, t_rec: Time) -> HmiFrame:
    """The real frame as it is, its field not resampled, as of the slot ``t_rec`` of any month.

    SDO keeps its distance, so that the disk still has its pixels, and stands where the Earth does,
    as seen from the Sun: there GONG's reader, which has nothing but the time, puts its own
    observer. Its radial velocity continues as in :func:`hmi_frame`.
    """
    t_obs = still_time(real, t_rec)
    there = replace(earth(t_obs), dsun=real.pointing.dsun)
    elapsed = seconds_between(real.t_rec, t_rec)
    orbit = Orbit(there, sdo(real.pointing, real.velocity, elapsed, real.time).velocity)
    pointing = replace(real.pointing, b0=there.b0, l0=there.l0)
    return HmiFrame(real.field, pointing, orbit, t_rec, t_obs)


def still_time(real: RealFrame, t_rec: Time) -> Time:
    """T_OBS of a frame that shows the real one as it is: the slot plus the light's delay."""
    return shifted(t_rec, light_delay(real.pointing.dsun))


def observed(real: RealFrame, t_rec: Time) -> tuple[Orbit, Time]:
    """Where SDO is for a slot, and T_OBS: the slot at 1 AU plus the light's delay to SDO."""
    elapsed = seconds_between(real.t_rec, t_rec)
    orbit = sdo(real.pointing, real.velocity, elapsed, real.time)
    return orbit, shifted(t_rec, light_delay(orbit.observer.dsun))


def _rotated(
    real: RealFrame,
    pointing: Pointing,
    observer: Observer,
    elapsed: float,
    rng: np.random.Generator,
) -> np.ndarray:
    missing = np.isnan(real.field)
    filled = np.where(missing, np.float32(0), real.field)
    missing = missing.astype(np.uint8)
    sigma = _limb_noise(real)
    field = np.empty_like(filled)
    source = Observer.of(real.pointing)
    for rows, x, y in strips(pointing, field.shape):
        now_x, now_y = carry(x, y, observer, source, elapsed)
        on_disk = np.hypot(x, y) < 1
        hidden = on_disk & np.isnan(now_x)
        # Beyond the limb the noise belongs to the detector, not to the Sun.
        px, py = real.pointing.to_pixel(np.where(on_disk, now_x, x), np.where(on_disk, now_y, y))
        strip = sample(filled, px, py)
        strip[sample(missing, px, py, cv2.INTER_NEAREST) > 0] = np.nan
        strip[hidden] = sigma * rng.standard_normal(np.count_nonzero(hidden), dtype=np.float32)
        field[rows] = strip
    return field


def _limb_noise(real: RealFrame) -> np.float32:
    radius = real.pointing.radius(real.field.shape)
    ring = real.field[(radius > _RING[0]) & (radius < _RING[1])]
    return np.float32(robust_sigma(ring[np.isfinite(ring)]))


def strips(
    pointing: Pointing, shape: tuple[int, int]
) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Go through an image in strips of rows: rows, and x and y of their pixels in limb radii."""
    columns = np.arange(shape[1], dtype=float)[None, :]
    for first in range(0, shape[0], _STRIP):
        rows = slice(first, min(first + _STRIP, shape[0]))
        x, y = pointing.to_disk(columns, np.arange(rows.start, rows.stop, dtype=float)[:, None])
        yield rows, x, y


def sample(image: np.ndarray, px: Any, py: Any, how: int = cv2.INTER_LANCZOS4) -> np.ndarray:
    """The image at pixel coordinates counted from 0; 0 outside it and where they are NaN."""
    return cv2.remap(
        image,
        np.nan_to_num(px, nan=_OUTSIDE).astype(np.float32),
        np.nan_to_num(py, nan=_OUTSIDE).astype(np.float32),
        how,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
