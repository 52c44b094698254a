"""Power and cross spectra of predictions and targets: what is the same at which spatial frequency.

Welch's method in two dimensions: windows that overlap by half, each less its mean and tapered, and
the mean of their periodograms over all directions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import fft, signal, sparse

from onesun.geometry.grid import Grid
from onesun.metrics import blocks
from onesun.metrics.comparison import Comparison
from onesun.metrics.statistic import Contribution, Statistic

# Of the target x and the prediction y, by ring of frequency.
SUMS = ("xx", "yy", "xy")


@dataclass(frozen=True)
class Spectrum:
    """Spectra by ring of frequency; (..., rings) each, NaN where nothing was measured.

    Parameters
    ----------
    target, prediction : power density, G² arcsec².
    cross : of both, G² arcsec²; its real part, as the imaginary one cancels over all directions.
    """

    target: np.ndarray
    prediction: np.ndarray
    cross: np.ndarray

    @classmethod
    def of_sums(cls, sums: np.ndarray) -> Spectrum:
        """From what :class:`SpectrumStatistic` adds up; (..., rings, 4)."""
        windows, *spectra = np.moveaxis(sums, -1, 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return cls(*(spectrum / windows for spectrum in spectra))

    @property
    def coherence(self) -> np.ndarray:
        """Correlation of prediction and target at each frequency, from -1 to 1.

        No linear filter of the prediction changes its size. Its square is the share of the target's
        power that the best such filter gets right.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            coherence: np.ndarray = self.cross / np.sqrt(self.target * self.prediction)
            return coherence

    @property
    def transfer(self) -> np.ndarray:
        """Regression of the prediction on the target: with what amplitude structure comes out."""
        with np.errstate(invalid="ignore", divide="ignore"):
            response: np.ndarray = self.cross / self.target
            return response

    @property
    def skill(self) -> np.ndarray:
        """Share of the target's power that the prediction gets right: 1 is all of it.

        One less the power of their difference over that of the target; 0 is as good as no field,
        below 0 is worse.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            explained: np.ndarray = (2 * self.cross - self.prediction) / self.target
            return explained

    @property
    def wiener(self) -> np.ndarray:
        """What the Wiener filter multiplies the prediction by: least squares at each frequency."""
        with np.errstate(invalid="ignore", divide="ignore"):
            response: np.ndarray = self.cross / self.prediction
            return response


class SpectrumStatistic(Statistic[Comparison]):
    """Spectra of each frame by tile of the disk.

    A window counts when all its pixels are inside the disk's limit and have a value; it belongs to
    the tile that holds its middle. Rings of frequency are 1 / (window · scale) wide: ring k holds
    the waves whose number in a window is nearest to k, up to half the window.

    Parameters
    ----------
    grid : the common grid.
    window : side of a window, target pixels; even, a divisor of twice the frame's side.
    tile : side of a tile, target pixels, a divisor of the frame's.
    """

    name = "spectra"

    def __init__(self, grid: Grid, window: int, tile: int) -> None:
        super().__init__()
        self.grid, self.window, self.tile = grid, window, tile

    def settings(self) -> Any:
        """See :meth:`Statistic.settings`."""
        return self.grid, self.window, self.tile

    @property
    def frequencies(self) -> np.ndarray:
        """Of each ring, cycles per arcsec on the Sun as from 1 AU; (window / 2 + 1,)."""
        return np.arange(self.window // 2 + 1) / (self.window * self.grid.target_scale)

    def of(self, comparison: Comparison) -> Contribution:
        """What a frame adds: windows and sums of power by tile, (tiles, rings, 4)."""
        size, half = self.window, self.window // 2
        whole = blocks.reduce(comparison.inside, half, np.logical_and)
        whole = whole[:-1, :-1] & whole[1:, :-1] & whole[:-1, 1:] & whole[1:, 1:]
        side = comparison.target.shape[0] // self.tile
        found = np.zeros((side * side, half + 1, 1 + len(SUMS)))
        taper = signal.windows.hann(size, sym=False).astype(np.float32)
        taper = taper[:, None] * taper[None, :]
        rings = _rings(size)
        norm = self.grid.target_scale**2 / np.square(taper, dtype=np.float64).sum()
        for row in np.flatnonzero(whole.any(axis=1)):
            columns = np.flatnonzero(whole[row])
            x, y = (
                _spectra(field[row * half : row * half + size], columns * half, taper)
                for field in (comparison.target, comparison.prediction)
            )
            powers = (np.square(np.abs(x)), np.square(np.abs(y)), (x * y.conj()).real)
            tiles = (row + 1) * half // self.tile * side + (columns + 1) * half // self.tile
            for place, power in enumerate(powers, start=1):
                by_ring = (rings @ power.reshape(columns.size, -1).T.astype(np.float64)).T
                np.add.at(found[..., place], tiles, norm * by_ring)
            np.add.at(found[..., 0], tiles, 1)
        return Contribution(sums={"sums": found})

    def of_tiles(self) -> np.ndarray:
        """Sums over all frames, tile by tile; (tiles, rings, 4)."""
        return self.total("sums")

    def result(self) -> Spectrum:
        """Of all tiles of all frames."""
        return Spectrum.of_sums(self.of_tiles().sum(axis=0))


def _spectra(band: np.ndarray, lefts: np.ndarray, taper: np.ndarray) -> np.ndarray:
    """Transforms of the windows of a band of rows; (windows, size, size / 2 + 1) complex64."""
    size = taper.shape[0]
    windows = np.stack([band[:, left : left + size] for left in lefts])
    windows -= windows.mean(axis=(1, 2), dtype=np.float64, keepdims=True).astype(np.float32)
    windows *= taper
    return fft.rfft2(windows)


def _rings(size: int) -> sparse.csr_array:
    """Weights by which the waves of half a transform make the mean of each ring.

    Waves between the first and the last column of the half stand for their mirror images, too.
    """
    along = np.fft.fftfreq(size, 1 / size)
    across = np.arange(size // 2 + 1)
    ring = np.rint(np.hypot(along[:, None], across[None, :])).astype(int)
    weight = np.where((across == 0) | (across == size // 2), 1.0, 2.0) * np.ones((size, 1))
    kept = ring <= size // 2
    total = np.bincount(ring[kept], weight[kept])
    modes = np.flatnonzero(kept)
    share = weight[kept] / total[ring[kept]]
    return sparse.csr_array((share, (ring[kept], modes)), shape=(size // 2 + 1, ring.size))


def wiener_filtered(field: np.ndarray, spectrum: Spectrum, window: int) -> np.ndarray:
    """A field behind the Wiener filter of its spectrum.

    Parameters
    ----------
    field : (N, N) gauss, 0 where there is no value; opposite edges are taken for neighbours.
    spectrum : of the method that made it, against its target.
    window : that the spectrum was measured with, pixels.

    Returns (N, N) float32. Between rings the filter is linear, beyond the last it is the last's.
    The mean, of which windows know nothing, is treated as the longest waves that they know.
    """
    passed = spectrum.wiener.copy()
    passed[0] = passed[1]
    along, across = (np.abs(make(field.shape[0])) for make in (fft.fftfreq, fft.rfftfreq))
    place = np.hypot(along[:, None], across[None, :]) * window
    gain = np.interp(place, np.arange(passed.size), np.nan_to_num(passed)).astype(np.float32)
    transform = fft.rfft2(field.astype(np.float32, copy=False))
    transform *= gain
    return fft.irfft2(transform, s=field.shape, overwrite_x=True)
