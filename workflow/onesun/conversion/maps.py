"""A conversion as a sunpy map that keeps its errors."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units
from astropy.io import fits
from astropy.nddata import StdDevUncertainty
from sunpy.map import GenericMap

from onesun.conversion.flags import WHOLE_FRAME
from onesun.conversion.output import read_output
from onesun.conversion.planes import Planes
from onesun.products.steps import in_gauss


class HmiLikeMap(GenericMap):  # type: ignore[misc]  # sunpy has no types
    """An HMI-like magnetogram, whichever instrument recorded it.

    ``data`` in gauss, NaN off the disk and where the input is missing; ``uncertainty`` the standard
    deviation of HMI's readings around it in gauss, None if the network states none; ``mask`` True
    where a pixel should not be trusted. ``meta["onesun_flags"]`` has the bits that hold for the
    whole frame (:class:`onesun.conversion.flags.Flag`).

    ``submap`` cuts the uncertainty, too. What interpolates (``rotate``, ``resample``,
    ``reproject_to``) gives a map without one, because errors of neighbouring pixels are not
    independent.
    """

    @classmethod
    def is_datasource_for(cls, data: Any, header: Any, **kwargs: Any) -> bool:
        """No: sunpy opens the images of a file one by one; :func:`open_map` puts them together."""
        return False

    def submap(self, bottom_left: Any, **kwargs: Any) -> GenericMap:
        """A part of the map, with its uncertainty; see :meth:`sunpy.map.GenericMap.submap`."""
        part = super().submap(bottom_left, **kwargs)
        if self.uncertainty is not None:
            left, bottom = (round(self.meta[key] - part.meta[key]) for key in ("crpix1", "crpix2"))
            height, width = part.data.shape
            rows, columns = slice(bottom, bottom + height), slice(left, left + width)
            part.uncertainty = self.uncertainty[rows, columns]
        return part


def as_map(planes: Planes) -> HmiLikeMap:
    """A conversion as a map."""
    deviation = planes.gauss.get("ERROR")
    stated = None if deviation is None else in_gauss(deviation)
    return _map(in_gauss(planes.gauss["FIELD"]), stated, planes.mask, planes.header)


def open_map(path: Path | str) -> HmiLikeMap:
    """Open a file that ``onesun convert`` wrote, as what :func:`onesun.convert` returns.

    Raises DamagedProductError when it is missing, damaged, incomplete or something else.
    """
    stored = read_output(Path(path))
    return _map(stored.field, stored.deviation, stored.mask, stored.header)


def _map(
    field: np.ndarray, deviation: np.ndarray | None, mask: np.ndarray, header: fits.Header
) -> HmiLikeMap:
    header = header.copy()
    header["BUNIT"] = "Gauss"
    of_frame = int(np.bitwise_or.reduce(mask, axis=None)) & WHOLE_FRAME
    meta = {**dict(header), "onesun_flags": int(of_frame)}
    stated = None if deviation is None else StdDevUncertainty(deviation, unit=units.G)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sunpy warns of what it takes for granted
        return HmiLikeMap(
            field, meta, uncertainty=stated, mask=(mask & ~np.uint8(WHOLE_FRAME)) != 0
        )
