"""Which image of a FITS file is meant, and which keywords belong to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from astropy.io import fits

from onesun.errors import DamagedFrameError, UntrustedFrameError
from onesun.reading.product import other_product, recognised
from onesun.reading.world import is_world_keyword

# Of an extension that stands beside an image, and of smaller copies to look at.
_BESIDE = re.compile(
    r"ERR|MASK|UNC|VAR|SIGMA|STDDEV|WEIGHT|QUAL|FLAG|DQ|BAD|SAMPLE|PREVIEW|THUMB|QUICK|ICON"
)
# Of the way in which one HDU is stored, or of its numbers.
_OWN = re.compile(
    r"SIMPLE|XTENSION|BITPIX|NAXIS\d*|EXTEND|[PG]COUNT|GROUPS|BSCALE|BZERO|BLANK|CHECKSUM|DATASUM|"
    r"EXT(NAME|VER|LEVEL)|INHERIT|COMMENT|HISTORY|"
)
_OF_NUMBERS = re.compile(r"DATA(MIN|MAX|MEA|MED|RMS|SKE|KUR|VAL)\w*|IMG[A-Z]+\d+")
_Image = tuple[fits.PrimaryHDU | fits.ImageHDU | fits.CompImageHDU, fits.Header]


def choose(path: Path, hdus: fits.HDUList) -> _Image:
    """The image of a file that is meant, and its header.

    Of several images the one that an instrument's record fits is meant. What an extension's header
    does not say is taken from the primary HDU, as by the convention ``INHERIT``.

    Raises DamagedFrameError where there is no image, as in what arrived of a file that broke off
    early; UntrustedFrameError for an image of more than two axes, or several magnetograms.
    """
    images = [
        hdu for hdu in hdus if getattr(hdu, "is_image", False) and hdu.header.get("NAXIS", 0) > 0
    ]
    if not images:
        raise DamagedFrameError(f"{path}: holds no image")
    flat = [hdu for hdu in images if _is_flat(hdu.header)]
    if not flat:
        raise UntrustedFrameError(
            f"{path}: an image of {images[0].header['NAXIS']} axes found, expected 2"
        )
    meant = [(hdu, _with_primary(hdu, hdus[0])) for hdu in flat]
    for keep in (_stands_alone, _is_recognised, _is_line_of_sight, _has_its_size, _says_so_itself):
        meant = _narrowed(meant, keep)
    if len(meant) > 1 and _is_recognised(meant[0]):
        places = ", ".join(str(hdus.index(hdu)) for hdu, _ in meant)
        raise UntrustedFrameError(
            f"{path}: {len(meant)} magnetograms found (HDU {places}), expected one in a file"
        )
    return meant[0]


def _is_flat(header: fits.Header) -> bool:
    """Two axes; further ones of one element each make no difference."""
    lengths = [header.get(f"NAXIS{axis}", 0) for axis in range(1, header["NAXIS"] + 1)]
    return len(lengths) >= 2 and all(length == 1 for length in lengths[2:])


def _narrowed(images: list[_Image], keep: Callable[[_Image], bool]) -> list[_Image]:
    """Those of several images that are kept; all of them where none is."""
    return (len(images) > 1 and [image for image in images if keep(image)]) or images


def _stands_alone(image: _Image) -> bool:
    return _BESIDE.search(image[0].name.upper()) is None


def _is_recognised(image: _Image) -> bool:
    return recognised(image[1]) is not None


def _is_line_of_sight(image: _Image) -> bool:
    record = recognised(image[1])
    return record is not None and other_product(image[1], record) is None


def _has_its_size(image: _Image) -> bool:
    hdu, header = image
    record = recognised(header)
    size = (hdu.header["NAXIS1"], hdu.header["NAXIS2"])
    return record is not None and size == (record.detector.width, record.detector.height)


def _says_so_itself(image: _Image) -> bool:
    return recognised(readable(image[0].header)) is not None


def _with_primary(hdu: fits.ImageHDU, primary: fits.PrimaryHDU) -> fits.Header:
    """An extension's header and what the primary HDU says beyond it."""
    header = readable(hdu.header)
    if hdu is primary or header.get("INHERIT", True) is False:
        return header
    # Half of a pointing with another half makes a third.
    points = any(is_world_keyword(key) for key in header)
    has_image = primary.header.get("NAXIS", 0) > 0
    for card in readable(primary.header).cards:
        key = card.keyword
        if (
            key in header
            or _OWN.fullmatch(key)
            or (points and is_world_keyword(key))
            or (has_image and _OF_NUMBERS.fullmatch(key))
        ):
            continue
        header.append(card, end=True)
    return header


def readable(header: fits.Header) -> fits.Header:
    """A copy in which a card that cannot be read as FITS has its text as its value.

    Astropy would raise when its keyword is asked for, and only then.
    """
    header = header.copy()
    for index, card in enumerate(list(header.cards)):
        try:
            _ = card.value
        except fits.VerifyError:
            text = "".join(char if " " <= char <= "~" else "?" for char in card.image[9:])
            del header[index]
            header.insert(index, (card.keyword, text.strip()))
    return header
