"""Pixels that hold no measurement although they hold a number: a fill is found by what it is.

Three things give it away: it repeats itself over an area or along a row, far beyond what chance and
the steps in which fields are stored do; it has the value of the sky; or no Sun has it. A single
zero amid weak field is a measurement.
"""

from __future__ import annotations

import math
import warnings

import numpy as np

# SciPy is slow to import and needed only where there are holes.
from onesun.reading.robust import robust_sigma
from onesun.reading.sky import Sky

_CHANCE = 1e-3  # areas of equal pixels that chance may make in a frame
_SHORTEST, _SMALLEST = 8, 4  # pixels of a run and of a side of a square, however unlikely less is
_MOST_ROWS = 0.25  # of the rows have to be without holes for chance to be measured
_FAR = 20.0  # robust sigmas of the disk's field; farther away equal values are no chance
_LEAST_FAR = 10.0  # gauss
_TIMES = 20  # that a far value may repeat
_USUAL = 0.05  # share of the holes that a value fills for its ragged edges to be followed
_CONTOUR = 6  # pixels that hang together; a sunspot seldom has more of one value
_RIM = 2  # pixels around a hole in which the average of some minutes may hold the fill
_RIM_FAR = 5.0  # robust sigmas


def find_holes(field: np.ndarray, sky: Sky | None, strongest: float) -> np.ndarray:
    """Which pixels of a disk hold a fill instead of a measurement.

    Parameters
    ----------
    field : (ny, nx) float32 in gauss, NaN off the disk and where nothing was recorded.
    sky : the fill off the disk in gauss, if there is any.
    strongest : gauss; the instrument records nothing stronger.

    Returns (ny, nx) bool.
    """
    hole = (field > strongest) | (field < -strongest)
    middle, sigma = _core(field)
    if not math.isfinite(middle):
        return hole
    hole |= _far_and_repeated(field, middle, sigma)
    _add(hole, _equal_areas(field))
    if sky is not None:
        _add(hole, _of_sky(field, sky, middle, sigma))
    return hole


def _core(field: np.ndarray) -> tuple[float, float]:
    """Median and robust sigma of the disk, from a part of its pixels; gauss."""
    every = max(1, min(field.shape) // 500)
    sample = field[::every, ::every]
    sample = sample[np.isfinite(sample)]
    if sample.size == 0:
        return math.nan, math.nan
    middle = float(np.median(sample))
    return middle, robust_sigma(sample, middle)


def _add(hole: np.ndarray, more: np.ndarray | None) -> None:
    if more is not None:
        hole |= more


def _far_and_repeated(field: np.ndarray, middle: float, sigma: float) -> np.ndarray:
    """Pixels of one value that is far from the quiet Sun's, wherever they lie."""
    away = max(_FAR * sigma, _LEAST_FAR)
    far = (field > np.float32(middle + away)) | (field < np.float32(middle - away))
    values, counts = np.unique(field[far], return_counts=True)
    repeated = values[counts > _TIMES]
    # Steps of storage make values of strong field repeat, too, but then their neighbours as well.
    alone = [value for value in repeated if _alone(value, values, counts)]
    if alone:
        far &= np.isin(field, alone)
        return far
    return np.zeros_like(far)


def _alone(value: float, values: np.ndarray, counts: np.ndarray) -> bool:
    place = int(np.searchsorted(values, value))
    beside = np.concatenate([counts[max(place - 2, 0) : place], counts[place + 1 : place + 3]])
    return bool(counts[place] > 10 * max(beside, default=0))


def _equal_areas(field: np.ndarray) -> np.ndarray | None:
    """Runs and squares of equal pixels, and what of the same value is connected with them."""
    right = field[:, 1:] == field[:, :-1]
    below = field[1:] == field[:-1]
    chance = _chance_of_equal(right, field)
    pixels = field.size
    run, side = _run(chance, pixels), _side(chance, pixels)
    hole = np.zeros(field.shape, bool)
    for equal, shape in (
        (right, (1, run - 1)),
        (below, (run - 1, 1)),
        (right[:-1] & below[:, :-1], (side - 1, side - 1)),
    ):
        area = opened(equal, shape)
        if area is not None:
            rows, columns = area.shape
            hole[:rows, :columns] |= area
            if equal is not below:
                hole[:rows, 1 : columns + 1] |= area
            if equal is not right:
                hole[1 : rows + 1, :columns] |= area
    return _with_same_value(hole, field) if hole.any() else None


def _chance_of_equal(right: np.ndarray, field: np.ndarray) -> float:
    """That a pixel has the value of the one beside it, as in the rows with the fewest of these."""
    known = np.isfinite(field).sum(axis=1)
    rows = known > 0.2 * known.max()
    shares = right.sum(axis=1)[rows] / known[rows]
    # Quiet rows have more of them than active ones.
    return min(1.5 * float(np.quantile(shares, _MOST_ROWS)) + 0.03, 0.99)


def _run(chance: float, pixels: int) -> int:
    """The shortest run, in pixels, that chance does not make in a frame."""
    return max(_SHORTEST, 1 + math.ceil(math.log(pixels / _CHANCE) / -math.log(chance)))


def _side(chance: float, pixels: int) -> int:
    """The side of the smallest square that chance does not make."""
    links = math.log(pixels / _CHANCE) / -math.log(chance)
    return max(_SMALLEST, math.ceil(math.sqrt(links + 1)))


def opened(flags: np.ndarray, shape: tuple[int, int]) -> np.ndarray | None:
    """Those of ``flags`` that lie in a box full of them; None without any.

    Parameters
    ----------
    flags : (ny, nx) bool.
    shape : rows and columns of the box.
    """
    if any(size > length for size, length in zip(shape, flags.shape, strict=True)):
        return None
    full = flags
    for axis, size in enumerate(shape):
        full = _sliding(np.logical_and, full, size, axis)
    if not full.any():
        return None
    full = np.pad(full, [(size - 1, size - 1) for size in shape])
    for axis, size in enumerate(shape):
        full = _sliding(np.logical_or, full, size, axis)
    return full


def _sliding(join: np.ufunc, flags: np.ndarray, size: int, axis: int) -> np.ndarray:
    """``join`` over each ``size`` neighbours along an axis, which gets ``size - 1`` shorter."""
    flags, done = np.moveaxis(flags, axis, 0), 1
    while done < size:
        step = min(done, size - done)
        flags = join(flags[:-step], flags[step:])
        done += step
    return np.moveaxis(flags, 0, axis)


def _with_same_value(hole: np.ndarray, field: np.ndarray) -> np.ndarray:
    """A hole and the pixels of its value that touch it: its edges need not be straight."""
    from scipy import ndimage

    values, counts = np.unique(field[hole], return_counts=True)
    for value in values[counts > _USUAL * counts.sum()]:
        labels, number = ndimage.label(field == value)
        touched = np.zeros(number + 1, bool)
        touched[labels[hole & (labels > 0)]] = True
        touched[0] = False
        hole = hole | touched[labels]
    return hole


def _of_sky(field: np.ndarray, sky: Sky, middle: float, sigma: float) -> np.ndarray | None:
    """Pixels of the disk that hold the sky's fill."""
    filled = sky.holds(field)
    share = np.count_nonzero(filled) / max(int(np.count_nonzero(np.isfinite(field))), 1)
    if share == 0:
        return None
    if abs(sky.level - middle) > max(_FAR * sigma, _LEAST_FAR) + sky.tolerance:
        filled = _no_contours(filled, field, sky.level, middle)
        filled |= _rim(field, filled, sky.level, middle, sigma)
        return filled
    # A value that the Sun's field has, too: only where it fills an area.
    chance = min(1.5 * _usual_share(filled, field) + 0.03, 0.99)
    run, side = _run(chance, field.size), _side(chance, field.size)
    areas = [opened(filled, shape) for shape in ((1, run), (run, 1), (side, side))]
    found = [area for area in areas if area is not None]
    return np.logical_or.reduce(found) if found else None


def _no_contours(filled: np.ndarray, field: np.ndarray, level: float, middle: float) -> np.ndarray:
    """Pixels of a far fill without those of a sunspot that pass through its value.

    These are few together, and have neighbours between the fill's value and the quiet Sun's.
    """
    from scipy import ndimage

    labels, number = ndimage.label(filled, np.ones((3, 3)))
    sizes = np.bincount(labels.ravel(), minlength=number + 1)
    rows, columns = np.nonzero(filled & (sizes < _CONTOUR)[labels])
    padded = np.pad(field, 1, constant_values=np.nan)
    around = [padded[rows + i, columns + j] for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
        beside = np.nanmedian(np.stack(around), axis=0)  # NaN for what stands alone
    spot = np.abs(beside - level) < abs(level - middle) / 2
    filled = filled.copy()
    filled[rows[spot], columns[spot]] = False
    return filled


def _usual_share(filled: np.ndarray, field: np.ndarray) -> float:
    known = np.isfinite(field).sum(axis=1)
    rows = known > 0.2 * known.max()
    return float(np.quantile(filled.sum(axis=1)[rows] / known[rows], _MOST_ROWS))


def _rim(
    field: np.ndarray, filled: np.ndarray, level: float, middle: float, sigma: float
) -> np.ndarray:
    """Pixels beside a fill that hold it in part: averages of minutes of which some are filled."""
    from scipy import ndimage

    beside = ndimage.binary_dilation(filled, iterations=_RIM, structure=np.ones((3, 3), bool))
    towards = (field - np.float32(middle)) * np.float32(math.copysign(1, level - middle))
    return beside & (towards > np.float32(_RIM_FAR * max(sigma, 0.1)))
