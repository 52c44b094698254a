"""Write queried keywords into a file that the archive serves without them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from astropy.io import fits
from astropy.io.fits.verify import VerifyWarning

from onesun.errors import DamagedFrameError
from onesun.io.files import whole_file

_SUMMED = "with the keywords of the query"  # in place of the time, so that equal files stay equal


def write_keywords(path: Path, keywords: Mapping[str, Any], out: Path) -> None:
    """Copy a FITS file to ``out``, with the keywords that its image's header lacks, and new sums.

    The data are copied as they are stored. Keywords without a value (None, NaN) are left out, which
    is what the reader says then.

    Raises DamagedFrameError when the file cannot be read as FITS or holds no image.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", VerifyWarning)
        try:
            with fits.open(path, memmap=False, disable_image_compression=True) as hdus:
                image = _image(hdus)
                for keyword, value in keywords.items():
                    if keyword not in image.header and _has_value(value):
                        image.header[keyword] = value
                for hdu in hdus:
                    hdu.add_checksum(when=_SUMMED)
                with whole_file(out) as part:
                    hdus.writeto(part)
        except (OSError, ValueError, fits.VerifyError, KeyError, IndexError, TypeError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            first = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise DamagedFrameError(f"{path}: damaged or not FITS ({first})") from None


def _image(hdus: fits.HDUList) -> fits.PrimaryHDU | fits.BinTableHDU:
    for hdu in hdus:
        if hdu.header.get("ZIMAGE") or (hdu.is_image and hdu.header.get("NAXIS", 0) == 2):
            return hdu
    raise ValueError("holds no image")


def _has_value(value: Any) -> bool:
    return not (value is None or (isinstance(value, float) and not math.isfinite(value)))
