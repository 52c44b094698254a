"""Local shifts: how far each tile of a frame lies from the reference, and how surely."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from onesun.reading.robust import robust_sigma

# Part of the field by which calibration may differ from place to place; it keeps a strong spot
# from outweighing everything else.
_MODEL_ERROR = 0.1
_LEAST_FILLED = 0.25  # share of a tile that must be usable


@dataclass(frozen=True)
class TileShifts:
    """Shifts of T tiles.

    Parameters
    ----------
    shift : (T, 2) pixels; the frame at p shows what the reference shows at p + shift (x, y).
    information : (T, 2, 2) inverse covariance of each shift, per pixel squared.
    column, row : (T,) where each tile's information lies, pixels.
    """

    shift: np.ndarray
    information: np.ndarray
    column: np.ndarray
    row: np.ndarray

    def __len__(self) -> int:
        return len(self.shift)


def measure(
    frame: np.ndarray, reference: np.ndarray, usable: np.ndarray, tile: int, smooth: float
) -> TileShifts:
    """Least squares on image gradients, tile by tile.

    In each tile the frame is fitted by offset + gain * reference + slope * gradient of the
    reference; the slopes over the frame's overall gain are the shift. With noise in the frame
    only, that is the least-variance estimate, and no phase has to be found in a noisy spectrum.

    Parameters
    ----------
    frame, reference : (n, n) gauss, finite where ``usable``.
    usable : (n, n) bool, the pixels to fit.
    tile : pixels on a side.
    smooth : sigma of the Gaussian that both are first smoothed with, pixels. The wider, the
        larger the shift that is found.
    """
    frame, reference = (
        cv2.GaussianBlur(np.where(usable, field, np.float32(0)), (0, 0), smooth)
        for field in (frame, reference)
    )
    gain = _gain(frame[usable], reference[usable])
    noise = robust_sigma((frame - gain * reference)[usable], 0.0) + 1e-6
    weight = np.where(usable, 1 / (noise**2 + (_MODEL_ERROR * gain * reference) ** 2), 0)
    along_y, along_x = np.gradient(reference)
    terms = [np.ones_like(reference), reference, along_x, along_y, frame]
    products = _products([_tiles(term * np.sqrt(weight), tile) for term in terms])
    counts = _tiles(usable.astype(np.float32), tile).sum(axis=-1)
    keep = counts > _LEAST_FILLED * tile**2
    slopes, information = _solve(products[keep], counts[keep], smooth)
    row, column = _centres(weight * (along_x**2 + along_y**2), tile)
    good = np.isfinite(slopes).all(axis=1) & np.isfinite(information).all(axis=(1, 2))
    return TileShifts(
        shift=slopes[good] / gain,
        information=information[good] * gain**2,
        column=column[keep][good],
        row=row[keep][good],
    )


def _gain(frame: np.ndarray, reference: np.ndarray) -> float:
    """Slope of ``frame`` on ``reference``, kept away from zero where they are unrelated."""
    frame, reference = frame - frame.mean(), reference - reference.mean()
    power = float((reference * reference).sum(dtype=np.float64)) or 1.0
    return max(float((frame * reference).sum(dtype=np.float64)) / power, 0.1)


def _tiles(field: np.ndarray, tile: int) -> np.ndarray:
    """(T, tile * tile) float64; the field is padded with zeros to whole tiles."""
    pad = -field.shape[0] % tile
    padded = np.pad(np.asarray(field, np.float64), ((0, pad), (0, pad)))
    across = padded.shape[0] // tile
    blocks = padded.reshape(across, tile, across, tile).swapaxes(1, 2)
    return blocks.reshape(across * across, tile * tile)


def _products(terms: list[np.ndarray]) -> np.ndarray:
    """(T, K, K) inner products of K terms over each tile; in one fixed order of summation."""
    stacked = np.stack(terms, axis=1)
    products: np.ndarray = np.einsum("tki,tli->tkl", stacked, stacked, optimize=False)
    return products


def _solve(
    products: np.ndarray, counts: np.ndarray, smooth: float
) -> tuple[np.ndarray, np.ndarray]:
    """Slopes (T, 2) along x and y and their information; NaN where a tile holds no feature."""
    normal, right = products[:, :4, :4], products[:, :4, 4]
    # Eliminate offset and gain (Schur complement); pinv allows a tile without any reference.
    nuisance = np.linalg.pinv(normal[:, :2, :2], hermitian=True)
    across = normal[:, 2:, :2] @ nuisance
    schur = normal[:, 2:, 2:] - across @ normal[:, :2, 2:]
    target = right[:, 2:] - (across @ right[:, :2, None])[:, :, 0]
    solvable = np.linalg.det(schur) > 1e-6 * np.trace(schur, axis1=1, axis2=2) ** 2
    slopes = np.full_like(target, np.nan)
    slopes[solvable] = np.linalg.solve(schur[solvable], target[solvable, :, None])[:, :, 0]
    explained = np.einsum("ti,tij,tj->t", right[:, :2], nuisance, right[:, :2])
    explained += (slopes * target).sum(axis=1)
    variance = np.maximum(products[:, 4, 4] - explained, 0) / counts
    # Smoothing ties neighbouring pixels together: fewer of them are independent.
    ties = max(1.0, 4 * np.pi * smooth**2)
    return slopes, schur / np.maximum(variance * ties, 1e-12)[:, None, None]


def _centres(energy: np.ndarray, tile: int) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of each tile's centre of ``energy``, pixels; (T,) each."""
    n = energy.shape[0]
    index = np.broadcast_to(np.arange(n, dtype=np.float64), energy.shape)
    total = np.maximum(_tiles(energy, tile).sum(axis=-1), 1e-300)
    column = _tiles(energy * index, tile).sum(axis=-1) / total
    row = _tiles(energy * index.T, tile).sum(axis=-1) / total
    return row, column
