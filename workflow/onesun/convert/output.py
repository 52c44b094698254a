"""Read an output again."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits

from onesun.convert.planes import in_gauss
from onesun.convert.view import View
from onesun.convert.write import is_output
from onesun.errors import DamagedProductError
from onesun.geometry.pointing import Pointing

# Keywords beside those of the pointing without which an output cannot be told from others.
_NEEDED = ("INFILE", "INSHA256", "GEOMETRY", "WEIGHTS", "WTSHA256")


@dataclass(frozen=True)
class Converted:
    """A conversion as it was written.

    Attributes
    ----------
    field : (H, W) float32, gauss, NaN where there is no value.
    error : the same of its standard error; None where the network states none.
    mask : (H, W) uint8, bits of :class:`onesun.convert.flags.Flag`.
    view : where the pixels lie.
    header : of the field.
    """

    field: np.ndarray
    error: np.ndarray | None
    mask: np.ndarray
    view: View
    header: fits.Header


def read_output(path: Path) -> Converted:
    """Read what ``onesun convert`` wrote.

    Raises DamagedProductError when it is missing, damaged or something else.
    """
    try:
        _check_sums(path)
        with (
            warnings.catch_warnings(action="ignore"),
            fits.open(path, do_not_scale_image_data=True) as hdus,
        ):
            if not is_output(hdus):
                raise DamagedProductError(f"{path}: no output of onesun convert")
            field = in_gauss(hdus["FIELD"].data)
            error = in_gauss(hdus["ERROR"].data) if "ERROR" in hdus else None
            mask, header = hdus["MASK"].data.copy(), hdus[1].header.copy()
            view = View(field.shape, _pointing(header))
            _ = [header[key] for key in _NEEDED]
    except FileNotFoundError:
        raise DamagedProductError(
            f"{path}: missing, expected an output of onesun convert"
        ) from None
    except (OSError, IndexError, KeyError, TypeError, ValueError) as error:
        what = str(error.args[0] if isinstance(error, KeyError) else error).rstrip(".")
        raise DamagedProductError(
            f"{path}: not readable as an output of onesun convert ({what})"
        ) from None
    return Converted(field, error, mask, view, header)


def _check_sums(path: Path) -> None:
    """Every image of an output carries a sum over its bytes."""
    with (
        warnings.catch_warnings(action="ignore"),
        fits.open(path, disable_image_compression=True) as tables,
    ):
        for hdu in tables[1:]:
            if hdu.verify_datasum() == 0:
                raise DamagedProductError(
                    f"{path}: damaged (its data do not add up to DATASUM {hdu.header['DATASUM']})"
                )


def _pointing(header: fits.Header) -> Pointing:
    return Pointing(
        x0=header["CRPIX1"] - 1,
        y0=header["CRPIX2"] - 1,
        scale=header["CDELT1"],
        roll=header["CROTA2"],
        rsun=header["RSUN_OBS"],
        dsun=header["DSUN_OBS"],
        b0=header["CRLT_OBS"],
        l0=header["CRLN_OBS"],
    )
