"""Where the disk lies in an image by the world coordinates (WCS) of its header.

FITS knows several forms: ``CDELTi`` with ``CROTA2``, with ``PCi_j``, or ``CDi_j`` alone; angles in
any unit; axes that run either way. What they mean is left to astropy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy import units

from onesun.errors import UntrustedFrameError
from onesun.reading.angles import angle
from onesun.reading.keywords import number, optional_number

if TYPE_CHECKING:
    from astropy.wcs import WCS

_AXES = (1, 2)
_ELEMENTS = tuple(f"{row}_{column}" for row in _AXES for column in _AXES)
_KEYWORD = re.compile(r"(CTYPE|CUNIT|CRPIX|CRVAL|CDELT|CROTA)[12]|(PC|CD)[12]_[12]|LONPOLE|LATPOLE")
_DEGREE = 3600.0  # arcsec
_STEP = 3.0  # pixels; further off, a plane is no longer the sky to one part in 1e9
_UNEVEN = 1e-4  # of a pixel's sides, and of the cosine between them
_TURN = 0.5  # degrees; GONG's camera offsets are below one
_FINEST = 0.1  # a scale below it without a unit counts degrees, as FITS has it
_FARTHEST = 1e6  # pixels off the image


@dataclass(frozen=True)
class World:
    """Where an image looks.

    Parameters
    ----------
    x0, y0 : pixel of the disk centre, counted from 0.
    matrix : (2, 2), arcsec towards solar west (first row) and north (second row) per pixel along x
        (first column) and y (second column), at the disk centre.
    """

    x0: float
    y0: float
    matrix: np.ndarray

    @property
    def mirrored(self) -> bool:
        """Whether west lies to the left when north is up."""
        return float(np.linalg.det(self.matrix)) < 0

    @property
    def scale(self) -> float:
        """Arcsec per pixel."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix))))

    @property
    def roll(self) -> float:
        """``CROTA2`` of an image that is not mirrored, degrees."""
        return float(np.degrees(np.arctan2(self.matrix[1, 0], self.matrix[0, 0])))


def has_matrix(header: Mapping[str, Any]) -> bool:
    """Whether a matrix turns the image; ``CROTA2`` beside one counts for nothing."""
    return any(f"{name}{element}" in header for name in ("PC", "CD") for element in _ELEMENTS)


def is_world_keyword(keyword: str) -> bool:
    """Whether a keyword is one of those that say where an image looks."""
    return _KEYWORD.fullmatch(keyword) is not None


def turned_by(header: Mapping[str, Any], path: Path) -> str | None:
    """What a header says of a turn or a reflection, for images that should have none.

    Only what turns is looked at, not the scale, which may be absent or 0. None where nothing does.
    """
    for name in ("PC", "CD"):
        matrix = _elements(header, name, path)
        if matrix is None:
            continue
        for row in _AXES:
            along, aside = matrix[row - 1, row - 1], matrix[row - 1, 2 - row]
            if not abs(aside) <= _UNEVEN * along:
                return f"{name}{row}_{row} {along:.6g} and {name}{row}_{3 - row} {aside:.6g}"
    if not has_matrix(header):
        roll = optional_number(header, "CROTA2")
        if abs((roll + 180) % 360 - 180) > _TURN:
            return f"CROTA2 {roll:.6g}"
    for keyword in ("CDELT1", "CDELT2"):
        if optional_number(header, keyword) < 0:
            return f"{keyword} {header[keyword]}"
    return None


def read_world(header: Mapping[str, Any], path: Path) -> World:
    """Understand the world coordinates of a header.

    Raises MissingKeywordError naming a keyword that is absent, UntrustedFrameError for axes that
    are not helioprojective, pixels that are not square, or keywords that contradict each other.
    """
    from astropy.wcs import WcsError  # slow to import: errors of other kinds need none of it

    wcs = _astropy_wcs(header, path)
    try:
        wcs.wcs.set()
        world = _at_disk_centre(wcs)
    except (WcsError, ValueError) as error:
        first = str(error).strip().splitlines()[-1].strip().rstrip(".")
        raise UntrustedFrameError(
            f"{path}: its world coordinates (CTYPE1, CRPIX1 and so on) cannot be used: {first}"
        ) from None
    _check_pixels(world.matrix, path)
    return world


def upright(data: np.ndarray, header: Mapping[str, Any]) -> tuple[np.ndarray, Mapping[str, Any]]:
    """Turn a mirror image over, so that a rotation alone brings solar north up.

    Parameters
    ----------
    data : (ny, nx).
    header : its keywords, in capitals.

    Returns both as they are where the header does not say that the image is mirrored. Otherwise the
    columns in reverse order, and a copy of the header that says where they look.
    """
    try:
        world = read_world(header, Path())
    except UntrustedFrameError:
        return data, header  # said by what reads the pointing
    if not world.mirrored:
        return data, header
    turned: Any = copy(header)  # a dictionary, or FITS's own kind
    for keyword in [key for key in turned if is_world_keyword(key)]:
        del turned[keyword]
    turned.update(
        {
            **{"CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN", "CUNIT1": "arcsec", "CUNIT2": "arcsec"},
            **{"CRPIX1": data.shape[1] - world.x0, "CRPIX2": world.y0 + 1},
            **{"CRVAL1": 0.0, "CRVAL2": 0.0},
            **dict(zip(_CD, (world.matrix * [-1, 1]).ravel().tolist(), strict=True)),
        }
    )
    return np.ascontiguousarray(data[:, ::-1]), turned


_CD = tuple(f"CD{element}" for element in _ELEMENTS)


def _astropy_wcs(header: Mapping[str, Any], path: Path) -> WCS:
    """The header's form of linear transformation as it stands, in degrees."""
    from astropy.wcs import WCS

    wcs = WCS(naxis=2)
    wcs.wcs.ctype = [_axis_type(header, axis, path) for axis in _AXES]
    wcs.wcs.crpix = [number(header, f"CRPIX{axis}", path) for axis in _AXES]
    linear = _linear(header, path)
    degrees = np.array([_degrees(header, axis, linear, path) for axis in _AXES])
    wcs.wcs.crval = degrees * [number(header, f"CRVAL{axis}", path) for axis in _AXES]
    for name, value in linear.items():
        setattr(wcs.wcs, name, (degrees * value.T).T if name in ("cdelt", "cd") else value)
    wcs.wcs.cunit = ["deg", "deg"]
    for keyword in ("LONPOLE", "LATPOLE"):
        if header.get(keyword) not in (None, ""):
            setattr(wcs.wcs, keyword.lower(), number(header, keyword, path))
    return wcs


def _axis_type(header: Mapping[str, Any], axis: int, path: Path) -> str:
    """``CTYPEi`` in today's form; helioprojective where it is absent, as in older files."""
    standard = ("HPLN-TAN", "HPLT-TAN")[axis - 1]
    found = str(header.get(f"CTYPE{axis}") or standard).strip().upper()
    if re.sub(r"[ _-]", "", found) in ("SOLARX", "SOLARY"):
        return "HPLN-TAN" if found.endswith("X") else "HPLT-TAN"
    if found[:4] not in ("HPLN", "HPLT"):
        raise UntrustedFrameError(
            f"{path}: CTYPE{axis} is {found!r}, expected a helioprojective axis ({standard})"
        )
    return found if len(found) > 4 else f"{found}-TAN"


def _linear(header: Mapping[str, Any], path: Path) -> dict[str, np.ndarray]:
    """The names that astropy has for the header's linear transformation, with their values."""
    scales, turn = _elements(header, "CD", path), _elements(header, "PC", path)
    if scales is not None and turn is not None:
        raise UntrustedFrameError(f"{path}: CDi_j and PCi_j found, expected one of them")
    if scales is not None:
        return {"cd": scales}
    # Left out, CDELT is 1: then the matrix itself must be a scale.
    scaled = turn is not None and abs(abs(np.linalg.det(turn)) - 1) > _UNEVEN
    steps = []
    for keyword in ("CDELT1", "CDELT2"):
        step = 1.0 if scaled and keyword not in header else number(header, keyword, path)
        if step == 0:
            raise UntrustedFrameError(f"{path}: {keyword} is {step}, expected a scale")
        steps.append(step)
    if turn is not None:
        return {"cdelt": np.array(steps), "pc": turn}
    return {"cdelt": np.array(steps), "crota": np.array([0, number(header, "CROTA2", path)])}


def _elements(header: Mapping[str, Any], name: str, path: Path) -> np.ndarray | None:
    """A matrix of the header; None where it has no element of it."""
    if not any(f"{name}{element}" in header for element in _ELEMENTS):
        return None
    missing = np.eye(2) if name == "PC" else np.zeros((2, 2))
    found = [
        number(header, f"{name}{element}", path) if f"{name}{element}" in header else default
        for element, default in zip(_ELEMENTS, missing.ravel(), strict=True)
    ]
    return np.array(found).reshape(2, 2)


def _degrees(
    header: Mapping[str, Any], axis: int, linear: Mapping[str, np.ndarray], path: Path
) -> float:
    """Degrees in the unit of an axis."""
    found = header.get(f"CUNIT{axis}")
    if found is None or not str(found).strip():
        scale = np.abs(linear["cd" if "cd" in linear else "cdelt"][axis - 1]).max()
        return 1.0 if scale < _FINEST else 1 / _DEGREE
    unit = angle(found)
    if unit is None:
        raise UntrustedFrameError(f"{path}: CUNIT{axis} is {str(found)!r}, expected 'arcsec'")
    return float(unit.to(units.deg))


def _at_disk_centre(wcs: WCS) -> World:
    order = [wcs.wcs.lng, wcs.wcs.lat]
    if -1 in order:
        raise ValueError("two different axes expected in CTYPE1 and CTYPE2")
    if not wcs.wcs.crval.any() and wcs.wcs.lonpole == 180:
        # There, the transformation is its matrix.
        x0, y0 = (wcs.wcs.crpix - 1).tolist()
        return World(x0, y0, wcs.pixel_scale_matrix[order] * _DEGREE)
    x0, y0 = wcs.wcs_world2pix([[0.0, 0.0]], 0)[0]
    if not max(abs(x0), abs(y0)) < _FARTHEST:
        raise ValueError("the disk centre lies far off the image")
    around = np.array([[x0 + _STEP, y0], [x0 - _STEP, y0], [x0, y0 + _STEP], [x0, y0 - _STEP]])
    places = (wcs.wcs_pix2world(around, 0)[:, order] + 180) % 360 - 180
    return World(float(x0), float(y0), (places[0::2] - places[1::2]).T / (2 * _STEP) * _DEGREE)


def _check_pixels(matrix: np.ndarray, path: Path) -> None:
    """Only a rotation and one scale can be taken out of a frame."""
    across, up = np.linalg.norm(matrix, axis=0)
    if not abs(across / up - 1) <= _UNEVEN:
        raise UntrustedFrameError(
            f"{path}: pixels of {across:.6g} x {up:.6g} arcsec found, expected square pixels"
        )
    cosine = float(matrix[:, 0] @ matrix[:, 1] / (across * up))
    if not abs(cosine) <= _UNEVEN:
        between = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
        raise UntrustedFrameError(
            f"{path}: pixel axes at {between:.4g} degrees to each other found, expected 90"
        )
