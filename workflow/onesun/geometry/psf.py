"""The optics and the pixel: what an instrument's blur leaves of a sharper image."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import fft

from onesun.geometry.grid import AU_METRES, Grid

# Share of a pixel's weight that may fall on missing pixels of the disk.
_MISSING_SHARE = 0.05
FWHM_PER_SIGMA = 2.0 * np.sqrt(2.0 * np.log(2.0))


def blur(
    field: np.ndarray, fwhm: float, box: float = 0.0, shift: tuple[float, float] = (0.0, 0.0)
) -> np.ndarray:
    """Convolve with a Gaussian and a square box, in Fourier space, and shift.

    Parameters
    ----------
    field : (ny, nx), gauss, finite everywhere (zero off the disk).
    fwhm : full width at half maximum of the Gaussian point spread function, pixels.
    box : side of the square over which the detector integrates, pixels.
    shift : (y, x) in pixels; the value at i of the result is that at ``i + shift`` of the blurred
        field. Sub-pixel shifts are exact for a band-limited field.

    Returns a float32 array of the same shape. Edges wrap, so the disk must not touch them.
    """
    ny, nx = field.shape
    fy, fx = fft.fftfreq(ny)[:, None], fft.rfftfreq(nx)[None, :]
    sigma = fwhm / FWHM_PER_SIGMA
    along_y = _transfer(fy, sigma, box) * np.exp(2j * np.pi * fy * shift[0])
    along_x = _transfer(fx, sigma, box) * np.exp(2j * np.pi * fx * shift[1])
    spectrum = fft.rfft2(np.asarray(field, dtype=np.float32), workers=-1)
    spectrum *= along_y.astype(np.complex64)
    spectrum *= along_x.astype(np.complex64)
    return fft.irfft2(spectrum, s=field.shape, workers=-1, overwrite_x=True)


def _transfer(frequency: np.ndarray, sigma: float, box: float) -> np.ndarray:
    return np.exp(-2 * (np.pi * sigma * frequency) ** 2) * np.sinc(box * frequency)


def matched(
    target: np.ndarray, grid: Grid, *, fwhm: float, pixel: float, dsun: float
) -> np.ndarray:
    """The target as the input's optics and detector would have sampled it, without noise.

    Comparing fields of unequal resolution fakes a calibration difference even where flux is
    conserved, so slopes are also fitted against this.

    Parameters
    ----------
    target : (N, N) on the target grid, gauss, NaN off the disk and where there is no value.
    fwhm : the input's point spread function, arcsec on the sky.
    pixel : the input's own plate scale, arcsec on the sky.
    dsun : distance of the input's observer, m; turns arcsec on the sky into those of the grid.

    Returns (n, n) on the input grid, gauss, float32; NaN off the disk, and where more than 5 % of
    the weight falls on pixels of the disk that have no value.
    """
    to_pixels = (dsun / AU_METRES) / grid.target_scale
    half = (grid.factor - 1) / 2
    first = int(np.floor(half))

    def sampled(field: np.ndarray) -> np.ndarray:
        smooth = blur(field, fwhm * to_pixels, pixel * to_pixels, (half - first, half - first))
        return smooth[first :: grid.factor, first :: grid.factor].copy()

    seen = sampled(np.nan_to_num(target))
    seen[grid.radius("input") >= 1] = np.nan
    missing = np.isnan(target) & _on_disk(grid)
    if missing.any():
        seen[sampled(missing) > _MISSING_SHARE] = np.nan
    return seen


@lru_cache(maxsize=1)
def _on_disk(grid: Grid) -> np.ndarray:
    """Pixels of the target grid that lie on the disk, (N, N) bool; not to be changed."""
    return grid.radius("target") < 1


def block_mean(field: np.ndarray, factor: int) -> np.ndarray:
    """Mean over blocks of ``factor`` x ``factor`` pixels; NaN where any pixel is NaN."""
    ny, nx = field.shape
    means: np.ndarray = field.reshape(ny // factor, factor, nx // factor, factor).mean(axis=(1, 3))
    return means
