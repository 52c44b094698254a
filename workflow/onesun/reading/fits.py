"""Open any of the FITS flavours the archives serve: plain, .gz, and Rice in an extension."""

from __future__ import annotations

import warnings
import zlib
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.utils.exceptions import AstropyUserWarning

from onesun.errors import UntrustedFrameError


def load(path: Path) -> tuple[np.ndarray, fits.Header]:
    """Read the one image of a FITS file.

    Returns the field as float32 (ny, nx), BSCALE applied and BLANK as NaN, and its header.
    Raises UntrustedFrameError, naming the file, when it is missing, truncated, damaged or holds
    no two-dimensional image.
    """
    path = Path(path)
    if not path.is_file():
        raise UntrustedFrameError(f"{path}: no such file")
    try:
        with warnings.catch_warnings():
            # A truncated file only warns and then reads as garbage: make it an error.
            warnings.simplefilter("ignore")
            for suspicious in ("File may have been truncated", "Error validating header"):
                warnings.filterwarnings("error", suspicious, AstropyUserWarning)
            # Opened here: astropy leaves its own handle open when a header is unreadable.
            # memmap=False: an image read lazily would fail after the file is trusted.
            with (
                open(path, "rb") as handle,
                fits.open(handle, memmap=False, do_not_scale_image_data=True) as hdus,
            ):
                hdu = _image(path, hdus)
                header = hdu.header.copy()
                return _in_gauss(hdu.data, header), header
    except UntrustedFrameError:
        raise
    except (OSError, EOFError, zlib.error, AstropyUserWarning) as error:
        raise UntrustedFrameError(f"{path}: damaged or not FITS ({_first_line(error)})") from None
    except (TypeError, ValueError, KeyError, IndexError, RuntimeError) as error:
        raise UntrustedFrameError(
            f"{path}: its data do not fit its FITS header ({_first_line(error)})"
        ) from None


def _image(path: Path, hdus: fits.HDUList) -> fits.PrimaryHDU:
    for hdu in hdus:
        if getattr(hdu, "is_image", False) and hdu.header.get("NAXIS", 0) > 0:
            if hdu.header["NAXIS"] != 2:
                raise UntrustedFrameError(
                    f"{path}: an image of {hdu.header['NAXIS']} axes found, expected 2"
                )
            return hdu
    raise UntrustedFrameError(f"{path}: holds no image")


def _in_gauss(stored: np.ndarray, header: fits.Header) -> np.ndarray:
    # Astropy would scale to float64: twice the memory and the time of a 4096 x 4096 frame.
    field = stored.astype(np.float32)
    scale, zero = float(header.get("BSCALE", 1.0)), float(header.get("BZERO", 0.0))
    if scale != 1.0:
        field *= np.float32(scale)
    if zero != 0.0:
        field += np.float32(zero)
    if stored.dtype.kind in "iu" and "BLANK" in header:
        field[stored == int(header["BLANK"])] = np.nan
    return field


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
