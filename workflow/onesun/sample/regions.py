"""A disk of active regions: a further Sun, known in few places, but with strong fields."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from astropy.io import fits as astropy_fits

from onesun import instruments
from onesun.errors import UntrustedFrameError
from onesun.geometry.grid import AU_METRES, RSUN_AT_1AU
from onesun.geometry.pointing import Pointing
from onesun.reading import fits
from onesun.reading.slots import stamp
from onesun.reading.times import from_iso
from onesun.sample import headers, write
from onesun.sample.carry import Observer
from onesun.sample.observers import Orbit, earth
from onesun.sample.series import HmiFrame, RealFrame, load

_DAY = 15  # of its month, at midnight: frames around it stay in the month
_GAP = 96  # pixels between regions: farther than any optics reach
_RIM = 24  # pixels along a region's edge whose input the cut has changed


def write_disk(regions: Sequence[Path], real: Path, month: str, folder: Path) -> str:
    """Write active regions as HMI would a full disk that holds nothing else; its file's name.

    Parameters
    ----------
    regions : files of the regions, from north to south as they are laid out.
    real : an HMI full disk whose header is taken over.
    month : YYYY-MM in which the disk is observed.
    """
    like, record = load(real), instruments.load("hmi")
    frame = _frame([region(path) for path in regions], record.detector, month)
    header = _header(like, frame)
    name = record.file_pattern.format(stamp=stamp(frame.t_rec))
    write.write_jsoc(folder / name, frame.field, header, write.HMI_STEP)
    return name


def region(path: Path) -> np.ndarray:
    """An active region in its cylindrical projection, as it is; float32, gauss.

    At 0.03 degrees per pixel its sampling is HMI's at the disk's centre to a hundredth.
    """
    field, _ = fits.load(path)
    return field


def side_by_side(fields: Sequence[np.ndarray], size: int) -> np.ndarray:
    """Regions near the centre of a square, one above the other; NaN where there is none.

    Parameters
    ----------
    size : pixels on a side.

    Raises UntrustedFrameError when they do not fit.
    """
    disk = np.full((size, size), np.nan, dtype=np.float32)
    row = (size - sum(len(field) for field in fields) - _GAP * (len(fields) - 1)) // 2
    for field in fields:
        height, width = field.shape
        column = (size - width) // 2
        if row < 0 or column < 0:
            raise UntrustedFrameError(f"regions: too large for {size} pixels, expected smaller")
        disk[row : row + height, column : column + width] = field
        row += height + _GAP
    return disk


def comparable(field: np.ndarray) -> np.ndarray:
    """A disk of regions without their rims; NaN there and where there is no region.

    Along a region's edge an instrument's optics mix it with the dark around it, where on the Sun
    there is field: nothing is to be learnt from what lies there.
    """
    known = np.isfinite(field).astype(np.uint8)
    inside = cv2.erode(known, np.ones((2 * _RIM + 1,) * 2, np.uint8)) > 0
    return np.where(inside, field, np.float32(np.nan))


def _frame(fields: Sequence[np.ndarray], detector: instruments.Detector, month: str) -> HmiFrame:
    """The disk as from 1 AU, north up, centred on HMI's detector."""
    time = from_iso(f"{month}-{_DAY:02d}T00:00:00.000")
    there = Observer(earth(time).b0, earth(time).l0, AU_METRES)
    centre = (detector.width - 1) / 2
    return HmiFrame(
        field=side_by_side(fields, detector.width),
        pointing=Pointing(
            x0=centre,
            y0=centre,
            scale=detector.plate_scale,
            roll=0.0,
            rsun=RSUN_AT_1AU,
            dsun=AU_METRES,
            b0=there.b0,
            l0=there.l0,
        ),
        orbit=Orbit(there, (0.0, 0.0, 0.0)),
        t_rec=time,
        t_obs=time,
    )


def _header(like: RealFrame, frame: HmiFrame) -> astropy_fits.Header:
    header, pointing = headers.hmi_header(like, frame), frame.pointing
    header.update(
        {
            "CRPIX1": pointing.x0 + 1,
            "CRPIX2": pointing.y0 + 1,
            "CRVAL1": 0.0,
            "CRVAL2": 0.0,
            "CDELT1": pointing.scale,
            "CDELT2": pointing.scale,
            "CROTA2": pointing.roll,
        }
    )
    header["SIMULATD"] = (True, "active regions laid out by OneSun, no full disk")
    header.remove("SIMULATR")
    return header
