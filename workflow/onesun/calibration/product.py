"""The calibration as a file, and the one line of it that other stages need."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from onesun.errors import DamagedProductError
from onesun.io.files import read_json

LINE = "line of the method matched"


@dataclass(frozen=True)
class Line:
    """input = a + b * target; a in gauss."""

    a: float
    b: float


def read_baseline(path: Path) -> float:
    """The b by which the baseline is divided (paper, section 3.1).

    Raises DamagedProductError when the file is not a calibration.
    """
    return _numbers(path, ("baseline",), "b")[0]


def read_matched(path: Path) -> Line:
    """What networks and fitted methods start from: the unweighted fit at matched resolution.

    At other resolutions, b also depends on how much of the field is unresolved, and so on how
    active the Sun was.

    Raises DamagedProductError when the file is not a calibration.
    """
    return Line(*_numbers(path, ("fits", "matched", "uniform"), "a", "b"))


def read_line(path: Path) -> Line:
    """The line of the method ``matched``, as ``onesun line`` wrote it.

    Raises DamagedProductError when the file holds something else.
    """
    return Line(*_numbers(path, ("line",), "a", "b", product=LINE))


def _numbers(
    path: Path, place: tuple[str, ...], *names: str, product: str = "calibration"
) -> list[float]:
    content = read_json(path)
    try:
        for key in place:
            content = content[key]
        return [float(content[name]) for name in names]
    except (KeyError, TypeError, ValueError):
        wanted = " and ".join(".".join((*place, name)) for name in names)
        raise DamagedProductError(f"{path}: no {wanted}, expected a {product}") from None
