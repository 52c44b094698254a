"""What a file holds off the disk: nothing, noise, or a fill that varies smoothly if at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_SAMPLE = 20_000  # pixels of the corners are enough for six numbers
_ROUNDS = 8  # of least absolute deviations
_MOST_OFF = (1.0, 0.02)  # of a fill from a smooth surface: in its unit, or a share of its level
_TOLERANCE = 4.0  # times what four in five pixels lie within
_ROUNDING = 1e-5  # of float32 and of decimal texts, a share of the level


@dataclass(frozen=True)
class Sky:
    """A fill: a surface of second degree in the pixel coordinates, -1 to 1 along each axis.

    Corrections of a zero point are subtracted from the fill, too, so that it need not be constant.

    Parameters
    ----------
    terms : factors of 1, x, y, x², xy, y²; in the unit of the image.
    tolerance : by how much a pixel of the fill may differ from the surface.
    """

    terms: tuple[float, ...]
    tolerance: float

    @property
    def level(self) -> float:
        """Mean of the surface at the four corners of the image."""
        constant, _, _, xx, _, yy = self.terms
        return constant + xx + yy

    def scaled(self, factor: float) -> Sky:
        """The same fill in another unit."""
        return Sky(tuple(factor * term for term in self.terms), factor * self.tolerance)

    def surface(self, shape: tuple[int, int]) -> np.ndarray | np.float32:
        """The fill at each pixel, (ny, nx) float32; one number where it is constant."""
        constant, *others = self.terms
        if sum(map(abs, others)) < self.tolerance / 4:
            return np.float32(self.level)
        y, x = _axes(shape)
        slope_x, slope_y, xx, xy, yy = others
        along = np.float32(constant) + x * np.float32(slope_x) + x * x * np.float32(xx)
        down = y * np.float32(slope_y) + y * y * np.float32(yy)
        return along[None, :] + down[:, None] + (y * np.float32(xy))[:, None] * x[None, :]

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
    x, y, values = _corners(data)
    if values.size == 0:
        return None
    columns = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    terms, off = _least_absolute(columns, values)
    level = abs(float(terms[0] + terms[3] + terms[5]))
    usual = float(np.quantile(off, 0.8))
    if usual > max(_MOST_OFF[0], _MOST_OFF[1] * level):
        return None
    tolerance = max(_TOLERANCE * usual, _ROUNDING * level, np.finfo(np.float32).tiny)
    return Sky(tuple(float(term) for term in terms), tolerance)


def recorded_pixels(data: np.ndarray) -> np.ndarray:
    """Which pixels of an image as stored hold a measurement: no NaN, and not the fill of the sky.

    Of a fill that the Sun's field may have, too, such as zero, pixels of the disk are taken away
    as well; enough of them are left to see where the disk ends.
    """
    recorded = np.isfinite(data)
    sky = find_sky(data)
    return recorded if sky is None else recorded & ~sky.holds(data)


def _axes(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.linspace(-1, 1, size, dtype=np.float32) for size in shape)


def _corners(data: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coordinates and values of finite pixels outside the ellipse that fits into the image."""
    y, x = _axes(data.shape)
    rows, columns = np.nonzero(y[:, None] ** 2 + x[None, :] ** 2 > 1.02)
    every = max(1, rows.size // _SAMPLE)
    rows, columns = rows[::every], columns[::every]
    values = data[rows, columns].astype(float)
    known = np.isfinite(values)
    return (
        x[columns[known]].astype(float),
        y[rows[known]].astype(float),
        values[known],
    )


def _least_absolute(columns: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least absolute deviations, by weights; a disk that reaches into a corner does no harm.

    Returns the factors of the columns, and by how much each value is off.
    """
    middle = float(np.median(values))
    values = values - middle
    off = np.abs(values)
    terms = np.zeros(columns.shape[1])
    for _ in range(_ROUNDS):
        if np.quantile(off, 0.8) == 0:
            break
        weights = 1 / np.maximum(off, 0.1 * np.quantile(off, 0.8))
        root = np.sqrt(weights)
        terms = np.linalg.lstsq(columns * root[:, None], values * root, rcond=None)[0]
        off = np.abs(values - columns @ terms)
    terms = terms.copy()
    terms[0] += middle
    return terms, off
