"""The bytes of FITS files as archives serve them: without keywords, of another site, damaged."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable

import numpy as np
from astropy.io import fits

# What a compressed image cannot be read without; all else JSOC keeps in its data base.
_STRUCTURE = (
    *("XTENSION", "BITPIX", "NAXIS", "NAXIS1", "NAXIS2", "PCOUNT", "GCOUNT", "TFIELDS"),
    *("TTYPE1", "TFORM1", "ZIMAGE", "ZSIMPLE", "ZTENSION", "ZBITPIX", "ZNAXIS", "ZNAXIS1"),
    *("ZNAXIS2", "ZPCOUNT", "ZGCOUNT", "ZTILE1", "ZTILE2", "ZCMPTYPE", "ZNAME1", "ZVAL1"),
    *("ZNAME2", "ZVAL2", "ZBLANK", "BLANK", "BSCALE", "BZERO", "EXTNAME"),
)
# Not JSOC's: a simulated file says so wherever it goes.
_ORIGIN = ("SIMULATD", "SIMULATR")
_BLOCK = 2880


def as_is(content: bytes) -> bytes:
    """A segment as it lies in a storage unit: the compressed image, with no keyword but its own."""

    def strip(header: fits.Header) -> None:
        for card in list(header.cards):
            if card.keyword not in (*_STRUCTURE, *_ORIGIN):
                header.remove(card.keyword, ignore_missing=True, remove_all=True)

    return rewritten(content, strip)


def summed(content: bytes) -> bytes:
    """The file with CHECKSUM and DATASUM, as an export has them."""
    return rewritten(content, lambda header: None)


def rescaled(content: bytes, factor: float) -> bytes:
    """Another calibration of the same image: what an older record of a slot holds."""

    def scale(header: fits.Header) -> None:
        header["BSCALE"] *= factor

    return rewritten(content, scale)


def rewritten(content: bytes, change: Callable[[fits.Header], None]) -> bytes:
    """The compressed image as it is, under a header that ``change`` has changed in place."""
    with fits.open(io.BytesIO(content), disable_image_compression=True) as hdus:
        change(hdus[1].header)
        for hdu in hdus:
            # Without the time at which it was made: the same bytes at each request.
            hdu.add_checksum(when="")
        out = io.BytesIO()
        hdus.writeto(out)
    return out.getvalue()


def of_site(content: bytes, site: tuple[str, str], used: int, offset: float, noise: float) -> bytes:
    """A GONG frame of the same slot from elsewhere.

    Parameters
    ----------
    site : its code and name as the header has them.
    used : N_USED, minutes that were averaged.
    offset : gauss that are added to the field: the zero point of what was not corrected.
    noise : gauss, on top.
    """
    with fits.open(io.BytesIO(gzip.decompress(content)), do_not_scale_image_data=True) as hdus:
        header, steps = hdus[0].header.copy(), hdus[0].data
    scale = header["BSCALE"]
    header["SITE"], header["SITENAME"], header["N_USED"] = *site, used
    rng = np.random.default_rng(int.from_bytes(site[0].encode()))
    fill = steps == steps[0, 0]
    change = (offset + noise * rng.standard_normal(steps.shape)) / scale
    changed = np.where(fill, steps, np.rint(steps + change)).astype(">i2")
    pixels = changed.tobytes()
    plain = header.tostring().encode("ascii") + pixels + bytes(-len(pixels) % _BLOCK)
    return gzip.compress(plain, compresslevel=6, mtime=0)


def corrupted(content: bytes) -> bytes:
    """The same number of bytes, eight of them wrong, in the middle of the data."""
    middle = len(content) // 2
    wrong = bytes(byte ^ 0x5A for byte in content[middle : middle + 8])
    return content[:middle] + wrong + content[middle + 8 :]
