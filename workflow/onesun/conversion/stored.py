"""The images of an output as they lie in a file: as written, or as another program saved them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.utils.exceptions import AstropyUserWarning
from astropy.wcs import WCS

from onesun.conversion.source import MADE_BY
from onesun.conversion.weights import NO_ERROR
from onesun.errors import DamagedProductError
from onesun.geometry.pointing import Pointing

_ARCSEC = 3600.0
# What each image is (BTYPE), in the order in which they are written.
TYPES = {
    "FIELD": "line-of-sight magnetic field",
    "ERROR": "standard deviation of HMI around FIELD",
    "HALF68": "half-width of the interval of 68.27 %",
    "HALF95": "half-width of the interval of 95 %",
    "MASK": "why not to trust a pixel",
}
UNCERTAINTY = ("ERROR", "HALF68", "HALF95")
_BY_TYPE = {what: name for name, what in TYPES.items()}


def extensions(header: fits.Header) -> tuple[str, ...]:
    """Names of the images that an output has, by the header of its field."""
    without = header.get("ERRORS") == NO_ERROR
    return tuple(name for name in TYPES if not (without and name in UNCERTAINTY))


@dataclass(frozen=True)
class Stored:
    """An output's images.

    Attributes
    ----------
    images : (H, W) by name, those of ``TYPES`` that the file has; gauss, float32 with NaN where
        there is no value, but uint8 for the mask.
    header : of the field; of the first image if there is none.
    pointing : of all.
    """

    images: dict[str, np.ndarray]
    header: fits.Header
    pointing: Pointing

    @property
    def shape(self) -> tuple[int, int]:
        return next(iter(self.images.values())).shape


def load(path: Path) -> Stored:
    """Read the images of an output of ``onesun convert``.

    Raises DamagedProductError when the file is missing, damaged or something else.
    """
    try:
        _check_sums(path)
        with (
            warnings.catch_warnings(action="ignore"),
            fits.open(path, do_not_scale_image_data=True) as hdus,
        ):
            warnings.filterwarnings("error", "File may have been truncated", AstropyUserWarning)
            found = {_name(hdu): hdu for hdu in hdus if MADE_BY in hdu.header}
            if not any(hdu.header["NAXIS"] for hdu in hdus):
                raise ValueError("it holds no image")  # so does the beginning of one
            if not found:
                raise DamagedProductError(f"{path}: no output of onesun convert")
            header = found.get("FIELD", next(iter(found.values()))).header.copy()
            images = {name: _values(hdu, name) for name, hdu in found.items()}
            return Stored(images, header, pointing_of(header))
    except FileNotFoundError:
        raise DamagedProductError(
            f"{path}: missing, expected an output of onesun convert"
        ) from None
    except (OSError, KeyError, TypeError, ValueError, AttributeError, AstropyUserWarning) as error:
        what = str(error.args[0] if isinstance(error, KeyError) and error.args else error)
        raise DamagedProductError(
            f"{path}: not readable as an output of onesun convert ({what.strip().rstrip('.')})"
        ) from None


def _check_sums(path: Path) -> None:
    """Every image of an output carries a sum over its bytes."""
    with (
        warnings.catch_warnings(action="ignore"),
        fits.open(path, disable_image_compression=True) as tables,
    ):
        for hdu in tables:
            # Who saves an image alone as it is in memory may leave the sum of what it was.
            if isinstance(hdu, fits.BinTableHDU) and hdu.verify_datasum() == 0:
                raise DamagedProductError(
                    f"{path}: damaged (its data do not add up to DATASUM {hdu.header['DATASUM']})"
                )


def _name(hdu: fits.PrimaryHDU) -> str:
    known = _BY_TYPE.get(str(hdu.header.get("BTYPE", "")).strip())
    return str(hdu.header.get("EXTNAME") or known or "FIELD").strip()


def _values(hdu: fits.PrimaryHDU, name: str) -> np.ndarray:
    """By the FITS standard: others save scaled integers as floats, without BSCALE."""
    stored, header = hdu.data, hdu.header
    if name == "MASK":
        flags: np.ndarray = stored.astype(np.uint8)
        return flags
    values: np.ndarray = stored.astype(np.float32)
    values *= np.float32(header.get("BSCALE", 1.0))
    values += np.float32(header.get("BZERO", 0.0))
    if stored.dtype.kind in "iu" and "BLANK" in header:
        values[stored == int(header["BLANK"])] = np.nan
    return values


def pointing_of(header: fits.Header) -> Pointing:
    """Where the pixels of a product lie, also after it was cut, turned or resampled with sunpy.

    Raises KeyError or ValueError when the header does not tell.
    """
    with warnings.catch_warnings(action="ignore"):
        wcs = WCS(header, naxis=2)
        x0, y0 = (float(value) for value in wcs.wcs_world2pix(0.0, 0.0, 0))
        matrix = wcs.pixel_scale_matrix * (_ARCSEC if wcs.wcs.cunit[0] == "deg" else 1.0)
    return Pointing(
        x0=x0,
        y0=y0,
        scale=float(np.hypot(matrix[0, 0], matrix[1, 0])),
        roll=float(np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0]))),
        rsun=float(header["RSUN_OBS"]),
        dsun=float(header["DSUN_OBS"]),
        b0=float(header["CRLT_OBS"]),
        l0=float(header["CRLN_OBS"]),
    )
