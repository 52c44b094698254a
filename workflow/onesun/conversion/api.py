"""Conversion for notebooks: files, sunpy maps or arrays in, sunpy maps out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from onesun.conversion.convert import Options, convert_source, weights_for
from onesun.conversion.given import is_many, take, take_each
from onesun.conversion.source import Source
from onesun.conversion.view import Geometry
from onesun.methods.tiles import TILE

if TYPE_CHECKING:
    from onesun.conversion.maps import HmiLikeMap


def convert(
    source: Any,
    *,
    weights: str | Path | None = None,
    geometry: Geometry = "standard",
    tile: int = TILE,
    device: str = "auto",
    force: bool = False,
) -> HmiLikeMap | list[HmiLikeMap]:
    """Convert a magnetogram of MDI or GONG into an HMI-like one, or several of them.

    Parameters
    ----------
    source : a FITS file; or as it was read from one, not cut or scaled, a sunpy map, a pair
        (array, header), an HDU or an HDU list; or a list of these, or a sequence of maps. What a
        map or an array masks is missing.
    weights, geometry, tile, device, force : see :class:`onesun.conversion.convert.Options`.

    Returns a sunpy map with field, standard deviation and mask
    (:class:`onesun.conversion.maps.HmiLikeMap`), or a list of them where several frames are given.
    Files have the half-widths of intervals, too.

    Raises UntrustedFrameError in one sentence for what cannot be converted.
    """
    options = Options(weights, geometry, tile, device, force=force)
    if is_many(source):
        return [_converted(taken, options) for taken in take_each(source, force=force)]
    return _converted(take(source, force=force), options)


def _converted(taken: Source, options: Options) -> HmiLikeMap:
    from onesun.conversion.maps import as_map

    return as_map(convert_source(taken, weights_for(taken, options), options))
