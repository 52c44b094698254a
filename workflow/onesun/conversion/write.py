"""An output as FITS: an empty primary HDU, then its images, Rice-compressed."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
from astropy.io import fits

from onesun.conversion.flags import MEANINGS
from onesun.conversion.planes import Planes
from onesun.conversion.source import MADE_BY
from onesun.conversion.stored import TYPES, extensions
from onesun.io.files import write_bytes
from onesun.products.steps import describe_steps

SUFFIX = ".onesun.fits"
# Astropy would put the time of writing there, and the same input shall give the same bytes.
_SUM_COMMENT = "sum over this HDU"


def output_name(source: str) -> str:
    """The name of the output for an input's file name."""
    stem = source
    for suffix in (".gz", ".fz", ".fits", ".fit", ".fts"):
        if stem.lower().endswith(suffix):
            stem = stem[: -len(suffix)]
    return stem + SUFFIX


def write_planes(path: Path, planes: Planes, *, new: bool = False) -> None:
    """Write a conversion, whole or not at all, with CHECKSUM and DATASUM in every HDU.

    Parameters
    ----------
    new : raise FileExistsError rather than replace a file.
    """
    hdus = [_gauss(steps, planes, name) for name, steps in planes.gauss.items()]
    content = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), *hdus, _mask(planes)]).writeto(content)
    write_bytes(path, _with_sums(content), new=new)


def _with_sums(content: io.BytesIO) -> bytes:
    """The same file with CHECKSUM and DATASUM, of the tables that compressed images are kept in."""
    summed = io.BytesIO()
    content.seek(0)
    with fits.open(content, disable_image_compression=True) as tables:
        for hdu in tables:
            hdu.add_checksum(when=_SUM_COMMENT)
        tables.writeto(summed)
    return summed.getvalue()


def _gauss(steps: np.ndarray, planes: Planes, name: str) -> fits.CompImageHDU:
    hdu = fits.CompImageHDU(
        steps, planes.header.copy(), compression_type="RICE_1", tile_shape=(1, steps.shape[1])
    )
    hdu.header["BTYPE"] = (TYPES[name], "")
    describe_steps(hdu.header)
    hdu.header["EXTNAME"] = name
    return hdu


def _mask(planes: Planes) -> fits.CompImageHDU:
    hdu = fits.CompImageHDU(
        planes.mask,
        planes.header.copy(),
        compression_type="RICE_1",
        tile_shape=(1, planes.mask.shape[1]),
    )
    hdu.header["BTYPE"] = (TYPES["MASK"], "")
    for flag, meaning in MEANINGS.items():
        hdu.header[f"MASK{flag.value}"] = (meaning, f"bit {flag.value.bit_length() - 1}")
    hdu.header["EXTNAME"] = "MASK"
    return hdu


def is_output(hdus: fits.HDUList) -> bool:
    """Whether a file has the extensions of an output, whose header says which they are.

    Raises IndexError for a file that has no extension.
    """
    if MADE_BY not in hdus[1].header:
        return False
    expected = extensions(hdus[1].header)
    return tuple(hdu.name for hdu in hdus[1 : 1 + len(expected)]) == expected


def header_of_output(path: Path) -> fits.Header | None:
    """The header of the field of an output; None if the file is none, or damaged."""
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            fits.open(path, disable_image_compression=True) as hdus,
        ):
            if not is_output(hdus):
                return None
            if not all(hdu.verify_datasum() == 1 for hdu in hdus[1:]):
                return None
            return hdus[1].header.copy()
    # Whatever damaged bytes make astropy raise.
    except Exception:
        return None
