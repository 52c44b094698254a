"""Conversion for notebooks: files, sunpy maps or arrays in, sunpy maps out."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from onesun.conversion.convert import Options, convert_source, weights_for
from onesun.conversion.flags import WHOLE_FRAME
from onesun.conversion.given import is_many, take, take_each
from onesun.conversion.planes import Planes, in_gauss
from onesun.conversion.source import Source
from onesun.conversion.view import Geometry
from onesun.methods.tiles import TILE

if TYPE_CHECKING:
    from sunpy.map import GenericMap


def convert(
    source: Any,
    *,
    weights: str | Path | None = None,
    geometry: Geometry = "standard",
    tile: int = TILE,
    device: str = "auto",
    force: bool = False,
) -> GenericMap | list[GenericMap]:
    """Convert a magnetogram of MDI or GONG into an HMI-like one, or several of them.

    Parameters
    ----------
    source : a FITS file; or as it was read from one, not cut or scaled, a sunpy map, a pair
        (array, header), an HDU or an HDU list; or a list of these, or a sequence of maps. What a
        map or an array masks is missing.
    weights, geometry, tile, device, force : see :class:`onesun.conversion.convert.Options`.

    Returns a sunpy map, or a list of them where several frames are given: ``data`` in gauss, NaN
    off the disk and where the input is missing; ``uncertainty`` the standard deviation of HMI's
    readings around it in gauss (files have the half-widths of intervals, too), None if the network
    states none (the header's ``ERRORS`` says so); ``mask`` True where a pixel
    should not be trusted.
    What holds for the whole frame is not in the mask: ``meta["onesun_flags"]`` has its bits
    (:class:`onesun.conversion.flags.Flag`).

    Raises UntrustedFrameError in one sentence for what cannot be converted.
    """
    options = Options(weights, geometry, tile, device, force=force)
    if is_many(source):
        return [_converted(taken, options) for taken in take_each(source, force=force)]
    return _converted(take(source, force=force), options)


def _converted(taken: Source, options: Options) -> GenericMap:
    return as_map(convert_source(taken, weights_for(taken, options), options))


def as_map(planes: Planes) -> GenericMap:
    """A conversion as a sunpy map; see :func:`convert`."""
    import sunpy.map
    from astropy import units
    from astropy.nddata import StdDevUncertainty

    header = planes.header.copy()
    header["BUNIT"] = "Gauss"
    of_frame = int(np.bitwise_or.reduce(planes.mask, axis=None)) & WHOLE_FRAME
    meta = {**dict(header), "onesun_flags": int(of_frame)}
    deviation = planes.gauss.get("ERROR")
    stated = None if deviation is None else StdDevUncertainty(in_gauss(deviation), unit=units.G)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sunpy tells what it takes for granted
        return sunpy.map.Map(
            in_gauss(planes.gauss["FIELD"]),
            meta,
            uncertainty=stated,
            mask=(planes.mask & ~np.uint8(WHOLE_FRAME)) != 0,
        )
