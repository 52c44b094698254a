"""What a notebook hands over: files, maps, pairs of array and header, HDUs, or many of them."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units
from astropy.io import fits
from astropy.nddata import NDData

from onesun.conversion.source import Source, of_array, of_file
from onesun.errors import UntrustedFrameError
from onesun.reading.hdu import choose, readable
from onesun.reading.keywords import number

_EXPECTED = (
    "expected a FITS file, a sunpy map, a pair (array, header), an HDU or HDU list, "
    "or a list of these"
)
_HDU = (fits.PrimaryHDU, fits.ImageHDU, fits.CompImageHDU)


def is_many(given: Any) -> bool:
    """Whether several frames are given: a list, a map sequence or another iterable of frames."""
    if isinstance(given, str | bytes | Mapping | np.ndarray | NDData | fits.HDUList | io.IOBase):
        return False
    # Sequences of maps can be indexed alone.
    iterable = hasattr(given, "__iter__") or hasattr(given, "__getitem__")
    return iterable and not (_is_pair(given) or _is_array_like(given))


def take_each(given: Iterable[Any], *, force: bool = False) -> Iterator[Source]:
    """Each of several frames, as :func:`take` does; sentences say which it is."""
    members = list(given)
    for index, member in enumerate(members):
        yield take(member, force=force, which=f" {index + 1} of {len(members)}")


def take(given: Any, *, force: bool = False, which: str = "") -> Source:
    """One frame.

    Parameters
    ----------
    given : a path; a map of sunpy, or other data of astropy's ``NDData`` with a header as its
        ``meta``, as read from a file: not cut, scaled or converted before; an array and its header;
        an HDU, or an HDU list with one magnetogram.
    force : as for :func:`onesun.conversion.source.of_file`.
    which : says in sentences which of several it is.

    What is masked has no value. Raises UntrustedFrameError in one sentence for anything else, and
    as :func:`onesun.conversion.source.of_file` does.
    """
    if isinstance(given, str | os.PathLike):
        return of_file(Path(given), force=force)
    if isinstance(given, (fits.HDUList, *_HDU)):
        name = Path(f"{'HDU list' if isinstance(given, fits.HDUList) else 'HDU'}{which}")
        return _of_pair(*_image_of(given, name), name, force)
    if isinstance(given, NDData):
        return _of_nddata(given, which, force)
    if _is_pair(given):
        data, header = given
        return _of_pair(data, header, Path(f"array{which}"), force)
    raise UntrustedFrameError(f"{_kind(given)}{which} found, {_EXPECTED}")


def _of_nddata(given: NDData, which: str, force: bool) -> Source:
    """A map, whose unit is in its header, or other data, which have theirs beside it."""
    is_map = hasattr(type(given), "fits_header")
    name = Path(f"{'sunpy map' if is_map else 'data'}{which}")
    data, header = given.data, given.meta
    if given.unit is not None and not is_map:
        data, header = _gauss(data * given.unit, name), {**header, "BUNIT": "Gauss"}
    return _of_pair(_with_mask(data, given.mask, name), header, name, force)


def _of_pair(data: Any, header: Any, name: Path, force: bool) -> Source:
    """An array and its header; what is masked becomes NaN."""
    cards = {str(key).upper(): value for key, value in header.items()}
    if isinstance(data, units.Quantity):
        data, cards["BUNIT"] = _gauss(data, name), "Gauss"
    array = np.ma.asanyarray(data)
    if array.dtype.kind not in "iuf":
        raise UntrustedFrameError(f"{name}: values of type {array.dtype} found, expected numbers")
    values = _physical(np.ma.getdata(array), cards, name)
    values[np.ma.getmaskarray(array)] = np.nan
    return of_array(values, cards, name, force=force)


def _physical(data: np.ndarray, cards: dict[str, Any], name: Path) -> np.ndarray:
    """A copy in float32: whole numbers that their header scales are steps, all else is physical.

    Astropy hands out scaled numbers as floats, and those with an offset alone as unsigned integers.
    """
    values = data.astype(np.float32)
    if data.dtype.kind == "i" or data.dtype == np.uint8:
        for keyword, apply in (("BSCALE", np.multiply), ("BZERO", np.add)):
            if keyword in cards:
                apply(values, np.float32(number(cards, keyword, name)), out=values)
        if "BLANK" in cards:
            values[data == number(cards, "BLANK", name)] = np.nan
    return values


def _gauss(data: units.Quantity, name: Path) -> np.ndarray:
    try:
        gauss: np.ndarray = data.to_value(units.G)
        return gauss
    except units.UnitConversionError:
        raise UntrustedFrameError(f"{name}: values in {data.unit} found, expected gauss") from None


def _with_mask(data: np.ndarray, mask: Any, name: Path) -> np.ndarray:
    """A masked array of data and its mask, which may be one truth for all of it."""
    if mask is None:
        return data
    try:
        whole = np.broadcast_to(np.asarray(mask, dtype=bool), np.shape(data))
    except ValueError:
        raise UntrustedFrameError(
            f"{name}: a mask of shape {np.shape(mask)} found, expected that of the data, "
            f"{np.shape(data)}"
        ) from None
    return np.ma.masked_array(data, whole | np.ma.getmaskarray(data))


def _image_of(given: fits.HDUList | Any, name: Path) -> tuple[np.ndarray, fits.Header]:
    try:
        many = isinstance(given, fits.HDUList)
        hdu, header = choose(name, given) if many else (given, readable(given.header))
        if hdu.data is None:
            raise UntrustedFrameError(f"{name}: holds no image")
        data = hdu.data.reshape(hdu.data.shape[-2:]) if many else hdu.data
        return data, header
    except UntrustedFrameError:
        raise
    # Of a file that was closed or is damaged; the class of the error depends on what it was.
    except Exception as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise UntrustedFrameError(f"{name}: cannot be read ({first})") from None


def _is_pair(given: Any) -> bool:
    """An array and the header that belongs to it."""
    return (
        isinstance(given, tuple | list)
        and len(given) == 2
        and hasattr(given[1], "items")
        and _is_array_like(given[0])
    )


def _is_array_like(given: Any) -> bool:
    return hasattr(given, "__array__") and hasattr(given, "shape")


def _kind(given: Any) -> str:
    if _is_array_like(given) and np.ndim(given):
        return "an array without a header"
    kind = type(given)
    named = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    return f"an object of type {named}"
