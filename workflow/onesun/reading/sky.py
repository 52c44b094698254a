"""What a file holds off the disk: nothing, noise, or a fill that varies smoothly if at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_DEGREE = 3  # of the surface
_SAMPLE = 300  # pixels along each axis, plenty for ten numbers
_OUTSIDE = 1.02  # of the ellipse that fits into the image, squared
_ROUNDS = 5  # of least squares, each without what the last one found to be no fill
_MOST = 0.95  # of the corners have to be fill
_MOST_OFF = (1.0, 0.02)  # of a fill from a smooth surface: in its unit, or a share of its level
_ROUGH, _SMOOTH = 0.2, 0.7  # most pixels differ by less from the next one; times the usual
_STEEPEST = 2 * _DEGREE  # a polynomial's slope over the sum of its factors, per axis length
_CLIP = 3.0  # times what most pixels lie within
_TOLERANCE = (2.0, 0.002)  # times what most pixels lie within, or a share of the level
_ROUNDING = 1e-4  # of float32, a share of all terms


@dataclass(frozen=True)
class Sky:
    """A fill: a polynomial of the pixel coordinates, which are -1 to 1 along each axis.

    Corrections of a zero point are subtracted from the fill, too, so that it need not be constant.

    Parameters
    ----------
    terms : factors of y^i x^j by i and j, (4, 4), in the unit of the image.
    tolerance : by how much a pixel of the fill may differ from the surface.
    """

    terms: np.ndarray
    tolerance: float

    @property
    def level(self) -> float:
        """Mean of the surface at the four corners of the image."""
        return float(self.terms[::2, ::2].sum())

    def scaled(self, factor: float) -> Sky:
        """The same fill in another unit."""
        return Sky(factor * self.terms, factor * self.tolerance)

    def surface(self, shape: tuple[int, int]) -> np.ndarray | np.float32:
        """The fill at each pixel, (ny, nx) float32; one number where it is constant."""
        if np.abs(self.terms).sum() - abs(self.terms[0, 0]) < self.tolerance / 4:
            return np.float32(self.level)
        y, x = (np.vander(axis, _DEGREE + 1, increasing=True) for axis in _axes(shape))
        return y @ self.terms.astype(np.float32) @ x.T

    def holds(self, data: np.ndarray) -> np.ndarray:
        """Which pixels of an image hold the fill, wherever they lie; (ny, nx) bool."""
        return np.abs(data - self.surface(data.shape)) <= np.float32(self.tolerance)


def find_sky(data: np.ndarray) -> Sky | None:
    """The fill of an image, from its corners, which no full disk reaches.

    Parameters
    ----------
    data : (ny, nx) float32, as stored.

    None where the corners hold nothing, or noise.
    """
    x, y, values, steps = _corners(data)
    if values.size == 0:
        return None
    powers = [(i, j) for i in range(_DEGREE + 1) for j in range(_DEGREE + 1 - i)]
    columns = np.stack([y**i * x**j for i, j in powers], axis=1)
    fitted, off = _least_squares(columns, values)
    terms = np.zeros((_DEGREE + 1, _DEGREE + 1))
    terms[tuple(zip(*powers, strict=True))] = fitted
    level = abs(float(fitted[0]))
    usual = float(np.quantile(off, _MOST))
    if not usual <= max(_MOST_OFF[0], _MOST_OFF[1] * level):
        return None
    # Noise this weak is no fill: there, each pixel differs from the one beside it.
    steepest = _STEEPEST * float(np.abs(fitted[1:]).sum()) / min(data.shape)
    if np.mean(steps > max(_ROUGH * usual, steepest)) > 1 - _SMOOTH:
        return None
    rounding = _ROUNDING * float(np.abs(terms).sum())
    tolerance = max(_TOLERANCE[0] * usual, _TOLERANCE[1] * level, rounding)
    return Sky(terms, max(tolerance, float(np.finfo(np.float32).tiny)))


def recorded_pixels(data: np.ndarray) -> np.ndarray:
    """Which pixels of an image as stored hold a measurement: no NaN, and not the fill of the sky.

    Of a fill that the Sun's field may have, too, such as zero, pixels of the disk are taken away
    as well; enough of them are left to see where the disk ends.
    """
    recorded: np.ndarray = np.isfinite(data)
    sky = find_sky(data)
    if sky is not None:
        recorded &= ~sky.holds(data)
    return recorded


def _axes(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    y, x = (np.linspace(-1, 1, size, dtype=np.float32) for size in shape)
    return y, x


def _corners(data: np.ndarray) -> tuple[np.ndarray, ...]:
    """Some pixels outside the ellipse that fits into the image.

    Returns their coordinates x and y, their values, and by how much the next pixel differs.
    """
    every = max(1, min(data.shape) // _SAMPLE)
    y, x = (axis[::every] for axis in _axes(data.shape))
    beyond = y[:, None] ** 2 + x[None, :] ** 2 > _OUTSIDE
    part = data[::every, ::every]
    rows, columns = np.nonzero(beyond & np.isfinite(part))
    values = part[rows, columns].astype(float)
    beside = np.minimum(columns * every + 1, data.shape[1] - 1)
    steps = np.abs(data[rows * every, beside] - values)
    return x[columns].astype(float), y[rows].astype(float), values, steps


def _least_squares(columns: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Clipped least squares: a disk that reaches into a corner does no harm.

    Returns the factors of the columns, and by how much each value is off.
    """
    terms = np.zeros(columns.shape[1])
    terms[0] = np.median(values)
    for _ in range(_ROUNDS):
        off = np.abs(values - columns @ terms)
        most = float(np.quantile(off, _MOST))
        if most == 0:
            break
        kept = off <= _CLIP * most
        terms = np.linalg.lstsq(columns[kept], values[kept], rcond=None)[0]
    return terms, np.abs(values - columns @ terms)
