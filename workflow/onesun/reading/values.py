"""From the numbers of an image to a field in gauss: unit, holes, and whether they can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun.errors import UntrustedFrameError
from onesun.geometry.pointing import Pointing
from onesun.instruments import Instrument, Statistics
from onesun.reading.holes import find_holes
from onesun.reading.keywords import optional_number
from onesun.reading.sky import Sky, find_sky
from onesun.reading.statistics import Comparison, compare
from onesun.reading.units import Unit, find_unit, unit_by_statistics

_FILLED = 0.01  # share of the disk; with more of it lost, its mean is another
_BEYOND = 0.01  # share of the disk; more that no Sun has is another scale, or no magnetogram
# Share of the disk; the steps in which fields are stored make 0.03 of real frames repeat, and 0.2
# to 0.3 of GONG's rounded to 1 G. Pixels that were doubled repeat in a half.
_REPEATED = 0.4


@dataclass(frozen=True)
class Values:
    """A field and what is known of it.

    Parameters
    ----------
    field : (ny, nx) float32 in gauss; NaN off the disk and without a measurement.
    unit : of the file.
    doubts : sentences about what contradicts the values, the gravest first.
    """

    field: np.ndarray
    unit: Unit
    doubts: tuple[str, ...]


def understand_values(
    data: np.ndarray, header: Mapping[str, Any], pointing: Pointing, record: Instrument, path: Path
) -> Values:
    """The field of an image.

    Parameters
    ----------
    data : (ny, nx) float32 in the file's unit; becomes the field, and is changed.
    header : its keywords.
    pointing : of the image.
    record : of the instrument.

    Raises UntrustedFrameError in one sentence that begins with ``path``: an unknown unit, no
    values, values that no Sun has, or values that were made of others.
    """
    rule = record.values.statistics
    radius = pointing.radius(data.shape)
    data[~np.isfinite(data)] = np.nan
    sky = find_sky(data)
    unit = find_unit(header, _level(data, header, sky, record), record, path)
    if unit.factor != 1:
        data *= np.float32(unit.factor)
    whole = data.copy() if rule is not None and rule.with_sky else data
    # Isfinite is no disk mask: HMI holds finite noise well past the limb.
    data[radius >= 1 - record.detector.limb_margin / pointing.limb_radius] = np.nan
    _check_strength(data, record, path)
    hole = find_holes(data, sky and sky.scaled(unit.factor), record.values.strongest)
    data[hole] = np.nan
    _check_measured(data, path)
    of_statistics = _of_statistics(whole, hole, radius, rule)
    complete = bool(np.count_nonzero(hole) <= _FILLED * np.count_nonzero(np.isfinite(data)))
    compared = _compared(of_statistics, header, record, unit, complete=complete)
    if not unit.known:
        unit = unit_by_statistics(record, agree=compared.agree, path=path)
    doubts = tuple(said for said in (unit.doubt, compared.doubt) if said is not None)
    return Values(data, unit, doubts)


def _level(
    data: np.ndarray, header: Mapping[str, Any], sky: Sky | None, record: Instrument
) -> float | None:
    """The level of the sky, be it that of the file before the sky was replaced."""
    level = None if sky is None else sky.level
    rule = record.values.statistics
    if rule is None or not rule.with_sky:
        return level
    then = optional_number(header, rule.minimum)
    if level is not None and not abs(level) < 1e-3 * abs(then):
        return level
    # The largest value is of the disk: where it is what it was, so is the scale.
    unchanged = compare(data[np.isfinite(data)], header, rule).maximum
    return then if unchanged else None


def _of_statistics(
    image: np.ndarray, hole: np.ndarray, radius: np.ndarray, rule: Statistics | None
) -> np.ndarray:
    """The values that the header's statistics are of."""
    if rule is None:
        return np.empty(0, np.float32)
    wanted = np.isfinite(image) & ~hole
    if rule.within is not None:
        wanted &= radius < rule.within
    values: np.ndarray = image[wanted]
    return values


def _compared(
    values: np.ndarray,
    header: Mapping[str, Any],
    record: Instrument,
    unit: Unit,
    *,
    complete: bool,
) -> Comparison:
    """The header's statistics against the values, in any unit that they may rightly be in.

    Who changed the unit of the values, and said so, may have left the statistics as they were.

    Parameters
    ----------
    values : in gauss.
    """

    def in_unit(factor: float) -> Comparison:
        scaled = values if factor == 1 else values / np.float32(factor)
        return compare(scaled, header, record.values.statistics, complete=complete)

    factors = [unit.factor, 1.0]
    if unit.by_sky:
        factors += record.values.units.factors.values()
    found = (in_unit(factor) for factor in dict.fromkeys(factors))
    first = next(found)
    if first.doubt is None:
        return first
    return next((other for other in found if other.doubt is None), first)


def _check_strength(field: np.ndarray, record: Instrument, path: Path) -> None:
    known = np.count_nonzero(np.isfinite(field))
    if not known:
        raise UntrustedFrameError(f"{path}: no pixel of the disk holds a value")
    most = record.values.strongest
    beyond = field[(field > most) | (field < -most)]
    # A fill has one value, or two; it is left out as a hole is.
    if beyond.size > _BEYOND * known and np.unique(beyond).size > 2:
        raise UntrustedFrameError(
            f"{path}: {float(np.abs(beyond).max()):.6g} G found, and {beyond.size / known:.1%} of "
            f"the disk beyond what {record.title} records, expected at most {most:.0f} G"
        )


def _check_measured(field: np.ndarray, path: Path) -> None:
    known = np.count_nonzero(np.isfinite(field))
    if not known:
        raise UntrustedFrameError(
            f"{path}: every pixel of the disk holds a fill, expected a measured field"
        )
    repeated = max(
        np.count_nonzero(field[:, 1:] == field[:, :-1]),
        np.count_nonzero(field[1:] == field[:-1]),
    )
    if repeated > _REPEATED * known:
        raise UntrustedFrameError(
            f"{path}: {repeated / known:.0%} of the disk repeats the pixel beside it, expected at "
            f"most {_REPEATED:.0%} in a field with noise"
        )
