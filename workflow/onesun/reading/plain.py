"""Values of a header that was made in a notebook, as a header of a file would hold them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units
from astropy.time import Time

from onesun.errors import UntrustedFrameError
from onesun.reading.angles import angle
from onesun.reading.slots import jsoc_text

# In what a keyword counts; CDELTi and CRVALi count in CUNITi.
_UNITS = {
    **dict.fromkeys(("RSUN_OBS", "OBS_R0"), units.arcsec),
    **dict.fromkeys(("DSUN_OBS", "RSUN_REF", "DSUN_REF"), units.m),
    **dict.fromkeys(("CRLN_OBS", "CRLT_OBS", "CROTA1", "CROTA2", "SOLAR_P0", "OBS_B0"), units.deg),
    **dict.fromkeys(("OBS_L0", "LONPOLE", "LATPOLE"), units.deg),
    **dict.fromkeys(("OBS_VR", "OBS_VW", "OBS_VN"), units.m / units.s),
    **dict.fromkeys(("INTERVAL", "CADENCE"), units.s),
    **dict.fromkeys(("RADIUS", "SEMIDIAM"), units.rad),
    **dict.fromkeys(("DISTANCE", "OBS_DIST"), units.AU),
}
_IN_CUNIT = ("CDELT", "CRVAL")


def plain_header(header: Mapping[str, Any], path: Path) -> dict[str, Any] | Mapping[str, Any]:
    """A header whose values are those that FITS knows: texts, whole numbers, numbers, truths.

    Parameters
    ----------
    header : its keywords, in capitals. Scalars of numpy and arrays of one element become numbers,
        quantities the number in the keyword's own unit, times texts as JSOC writes them.
    path : what sentences name as the file.

    Returns ``header`` itself if it is plain already. Raises UntrustedFrameError for a quantity of
    another dimension than its keyword's.
    """
    changed = {
        key: plain_value(_number_of(header, key, value, path))
        for key, value in header.items()
        if not isinstance(value, str | int | float) or isinstance(value, np.generic)
    }
    if not any(changed[key] is not header[key] for key in changed):
        return header
    return {**dict(header.items()), **changed}


def plain_value(value: Any) -> Any:
    """A scalar of numpy, an array of one element or a time as FITS would hold it."""
    if isinstance(value, Time):
        return jsoc_text(value, value.precision)
    if isinstance(value, np.ndarray | np.generic) and value.size == 1:
        value = value.item()
    if isinstance(value, units.UnitBase):
        return str(value)
    return value.decode("ascii", "replace") if isinstance(value, bytes) else value


def _number_of(header: Mapping[str, Any], key: str, value: Any, path: Path) -> Any:
    if not isinstance(value, units.Quantity):
        return value
    unit = _unit_of(header, key)
    # Scales are often given per pixel, which the keyword's unit leaves unsaid.
    for given in (value, value * units.pix):
        try:
            return given.value if unit is None else given.to_value(unit)
        except units.UnitConversionError:
            continue
    if value.unit.is_equivalent(units.dimensionless_unscaled):
        return value.to_value(units.dimensionless_unscaled)
    raise UntrustedFrameError(f"{path}: {key} is {value}, expected a value in {unit}")


def _unit_of(header: Mapping[str, Any], key: str) -> units.UnitBase | None:
    if key[:-1] not in _IN_CUNIT:
        return _UNITS.get(key)
    return angle(header.get(f"CUNIT{key[-1]}")) or units.arcsec
