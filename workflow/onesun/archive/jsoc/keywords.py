"""Which keywords are asked for, and from JSOC's texts to values of a FITS header."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from onesun.instruments import Instrument

Value = str | int | float

# What onesun.reading reads of any frame of JSOC's, besides what the instrument's record names.
_READ = (
    *("CRPIX1", "CRPIX2", "CRVAL1", "CRVAL2", "CDELT1", "CDELT2", "CUNIT1", "CUNIT2", "CROTA2"),
    *("LONPOLE", "LATPOLE"),
    *("RSUN_OBS", "DSUN_OBS", "CRLN_OBS", "CRLT_OBS", "OBS_VR", "INTERVAL", "CADENCE", "BUNIT"),
)
# What others need, so that a file stands alone.
_CUSTOMARY = (
    *("T_REC", "T_OBS", "DATE-OBS", "CTYPE1", "CTYPE2", "WCSNAME", "RSUN_REF", "DSUN_REF"),
    *("WAVELNTH", "ORIGIN", "CONTENT", "R_SUN", "X0", "Y0", "DATAVALS", "QUALLEV1"),
)
_NONE = ("", "MISSING", "Invalid KeyLink")


def asked(record: Instrument, types: Mapping[str, str]) -> dict[str, str]:
    """JSOC's name of each keyword that is wanted and that the series has, by its FITS name.

    Parameters
    ----------
    types : of all keywords of the series, by JSOC's name.
    """
    header = record.header
    wanted = [*_READ, *_CUSTOMARY, *header.identify, *header.refuse]
    wanted += [*header.only, *header.keep]
    wanted += [] if record.values.statistics is None else record.values.statistics.keywords
    wanted += [header.time_keyword, *([record.quality.keyword] if record.quality.keyword else [])]
    wanted += [keyword for when in record.quality.writers.values() for keyword in when]
    # The data base's names cannot have a hyphen; it writes DATE__OBS for DATE-OBS.
    known = {name.replace("__", "-").upper(): name for name in types}
    return {name: known[name] for name in dict.fromkeys(wanted) if name in known}


def values(
    texts: Mapping[str, str], names: Mapping[str, str], types: Mapping[str, str]
) -> dict[str, Value]:
    """A record's keywords by their FITS names, in their types; those without a value are left out.

    Parameters
    ----------
    texts : by JSOC's names, as queried.
    names : JSOC's name by FITS name.
    types : as for :func:`asked`.
    """
    found = {name: value(texts[jsoc], types[jsoc]) for name, jsoc in names.items() if jsoc in texts}
    return {name: one for name, one in found.items() if one is not None}


def value(text: str | int | float, kind: str) -> Value | None:
    """One value of a keyword of type ``kind``; None where JSOC has none.

    Whole numbers come in hexadecimal where the series shows them so (QUALITY, CALVER64): drms's own
    conversion makes them NaN under pandas 3.
    """
    text = str(text).strip()
    if text in _NONE:
        return None
    # Of a keyword that is a link the series may tell no type.
    for convert in _CONVERSIONS.get(kind, (whole, float)):
        try:
            number = convert(text)
        except ValueError:
            continue
        return number if math.isfinite(number) else None
    if kind in _NUMBERS:
        return None
    return "".join(char if " " <= char <= "~" else "?" for char in text)


def whole(text: str) -> int:
    """A whole number, decimal or hexadecimal."""
    return int(text, 16) if text.lower().startswith("0x") else int(text)


_Conversion = Callable[[str], int] | Callable[[str], float]
_NUMBERS: dict[str, tuple[_Conversion, ...]] = {
    **dict.fromkeys(("short", "int", "longlong"), (whole,)),
    **dict.fromkeys(("float", "double"), (float,)),
}
_CONVERSIONS = {**_NUMBERS, **dict.fromkeys(("string", "char", "time"), ())}
