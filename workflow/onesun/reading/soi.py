"""MDI's headers from before JSOC, and which of MDI's files were recalibrated.

Until 2008 the SOI archive served level 1.8 with keywords of its own. On 15 October 2007 it replaced
all full-disk magnetograms by recalibrated ones, whose values are about 1.7 times those of before;
JSOC's ``mdi.fd_M_96m_lev182`` came out of these. A file of the older ones looks like any other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from onesun.errors import MissingKeywordError, UntrustedFrameError
from onesun.geometry.grid import AU_METRES
from onesun.reading.keywords import number, optional_number

_INSTEAD = "fetch this time from JSOC's series mdi.fd_M_96m_lev182 instead"
_RECALIBRATED = (2007, 10, 15)
_BUILD = 60102  # of level 1.8.2; a module's build number is V6R1 02 without its letters
_NOTE = re.compile(r"lev(el)?\s*1\.8\.2|ulrich", re.IGNORECASE)
_SERIES = re.compile(r"fd_M(?!_rad)")
_NOTES = ("NOTE", "NOTE1", "NOTE2", "NOTE3")
_APART = 0.02  # pixels or degrees between two keywords that say the same


def is_of_soi(header: Mapping[str, Any]) -> bool:
    """Whether MDI's header is of the SOI archive: JSOC's say ``CAMERA``, these ``INSTRUME``."""
    return not str(header.get("CAMERA") or "").strip()


def as_jsoc(header: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    """A header of the SOI archive with JSOC's keywords for pointing and observer added.

    Raises UntrustedFrameError in one sentence for an image that runs another way than from south
    to north and east to west, or whose keywords contradict each other; its subclass
    MissingKeywordError naming what is absent.
    """
    _check_order(header, path)
    limb = number(header, "R_SUN", path, positive=True)
    distance = number(header, "OBS_DIST", path, positive=True)
    rsun = number(header, "OBS_R0", path, positive=True)
    found = {
        **{"RSUN_OBS": rsun, "DSUN_OBS": distance * AU_METRES},
        **{"CRLT_OBS": number(header, "OBS_B0", path), "CRLN_OBS": number(header, "OBS_L0", path)},
        # CDELTi and IM_SCALE of these files differ by 0.3 %; JSOC's CDELTi is this quotient.
        **{"CDELT1": rsun / limb, "CDELT2": rsun / limb, "CUNIT1": "arcsec", "CUNIT2": "arcsec"},
        **{"CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN", "CRVAL1": 0.0, "CRVAL2": 0.0},
        **{"CRPIX1": _centre(header, "X", 1, path), "CRPIX2": _centre(header, "Y", 2, path)},
        "CROTA2": _roll(header, path),
    }
    return {**dict(header.items()), **found}


def check_level(header: Mapping[str, Any], path: Path) -> None:
    """Refuse what is no magnetogram of level 1.8, or that nothing shows to be recalibrated.

    Raises UntrustedFrameError in one sentence that names the series to fetch instead.
    """
    if is_of_soi(header):
        _check_series(header, path)
    _check_recalibrated(header, path)


def _check_recalibrated(header: Mapping[str, Any], path: Path) -> None:
    """Refuse a file of MDI, of whichever archive, that nothing shows to be recalibrated.

    Its values would be 1.7 times too weak. A date alone shows nothing: programs renew it.
    """
    build = optional_number(header, "BLDVER18")
    if abs(build) >= _BUILD or any(_NOTE.search(str(header.get(key, ""))) for key in _NOTES):
        return
    made = _date(header)
    if math.isfinite(build) and made is not None and made >= _RECALIBRATED:
        return
    if math.isfinite(build):
        found = f"BLDVER18 {build:.0f} and DATE {str(header.get('DATE', 'absent'))!r}"
    else:
        found = "no BLDVER18 and no note of level 1.8.2"
    raise UntrustedFrameError(
        f"{path}: {found} found: nothing shows that it was made after MDI's recalibration of "
        f"October 2007, before which values are about 1.7 times too weak; {_INSTEAD}"
    )


def _check_series(header: Mapping[str, Any], path: Path) -> None:
    """Level 1.8 of a series of line-of-sight magnetograms, by the names of the archive."""
    names = {key: str(header.get(key) or "").strip() for key in ("DSNAME", "DATAFILE", "DPC_OBSR")}
    if not any(names.values()):
        raise UntrustedFrameError(
            f"{path}: an image of MDI without {', '.join(names)} found, as in quick-look files, "
            f"expected a magnetogram of level 1.8; {_INSTEAD}"
        )
    for keyword in ("DSNAME", "DATAFILE"):
        if names[keyword] and not _SERIES.search(names[keyword]):
            raise UntrustedFrameError(
                f"{path}: {keyword} is {names[keyword]!r}, expected a series fd_M of line-of-sight "
                "magnetograms"
            )
    level = re.search(r"level:\s*lev([\d.]+)", names["DSNAME"])
    if level and not level[1].startswith("1.8"):
        raise UntrustedFrameError(
            f"{path}: level {level[1]} found in DSNAME, expected 1.8: earlier ones hold values as "
            f"computed on board; {_INSTEAD}"
        )


def _check_order(header: Mapping[str, Any], path: Path) -> None:
    """Pixels from south to north and east to west, and fields positive towards the observer."""
    if not str(header.get("ORIENT") or "").strip():
        raise MissingKeywordError(f"{path}: header has no ORIENT")
    for keyword, expected in (("ORIENT", "SESW"), ("DATASIGN", "1")):
        value = str(header.get(keyword) or "").strip()
        if value not in ("", expected, f"{expected}.0"):
            raise UntrustedFrameError(f"{path}: {keyword} is {value!r}, expected {expected!r}")


def _centre(header: Mapping[str, Any], name: str, axis: int, path: Path) -> float:
    """The pixel of the disk centre counted from 1; ``X0`` counts from 0."""
    found = {
        f"{name}0": optional_number(header, f"{name}0") + 1,
        f"CENTER_{name}": optional_number(header, f"CENTER_{name}"),
        f"CRPIX{axis}": optional_number(header, f"CRPIX{axis}"),
    }
    return _one_of(header, found, path)


def _roll(header: Mapping[str, Any], path: Path) -> float:
    """``CROTA2``: the position angle of solar north, the other way round."""
    found = {
        "SOLAR_P0": -optional_number(header, "SOLAR_P0"),
        "SOLAR_P": -optional_number(header, "SOLAR_P"),
        "CROTA2": optional_number(header, "CROTA2"),
    }
    return _one_of(header, found, path, turn=360.0)


def _one_of(
    header: Mapping[str, Any], found: Mapping[str, float], path: Path, turn: float = math.inf
) -> float:
    """The value that several keywords agree on, where they are there; ``turn`` is as good as 0."""
    given = {key: value for key, value in found.items() if math.isfinite(value)}
    if not given:
        raise MissingKeywordError(f"{path}: header has no {next(iter(found))}")
    first, *others = given
    for other in others:
        apart = math.fmod(abs(given[other] - given[first]), turn)
        if min(apart, turn - apart) > _APART:
            raise UntrustedFrameError(
                f"{path}: {first} {header[first]} and {other} {header[other]} contradict each other"
            )
    return given[first]


def _date(header: Mapping[str, Any]) -> tuple[int, ...] | None:
    """Year, month and day of the making of a file; None where ``DATE`` says none."""
    found = re.match(r"\s*(\d{4})[-./](\d\d)[-./](\d\d)", str(header.get("DATE", "")))
    return tuple(int(part) for part in found.groups()) if found else None
