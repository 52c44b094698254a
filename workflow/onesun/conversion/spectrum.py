"""Power spectra of the disk's centre: what there is at which scale, and what should not be."""

from __future__ import annotations

import numpy as np

from onesun.conversion.view import View

_SIDE = 0.6  # limb radii; side of the square at the disk centre
_NEAR, _FAR = 4, 12  # frequency bins around one that belong to its surroundings


def central_square(field: np.ndarray, view: View, factor: int = 1) -> np.ndarray:
    """The middle of the disk less its mean, tapered (Hann); gauss, 0 where there is no value.

    Parameters
    ----------
    factor : what the side has to be a multiple of; pixels.
    """
    pointing = view.pointing
    side = int(_SIDE * pointing.limb_radius) // factor * factor
    top, left = (round(centre) - side // 2 for centre in (pointing.y0, pointing.x0))
    part = field[top : top + side, left : left + side]
    part = np.where(np.isfinite(part), part - np.nanmean(part), 0)
    taper = np.hanning(side)
    return part * taper[:, None] * taper[None, :]


def power(square: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Two-dimensional power density of a tapered square.

    Parameters
    ----------
    scale : arcsec per pixel.

    Returns frequencies (cycles per arcsec) and power (G² arcsec²), both (n, n); white noise of
    standard deviation s has the power s² scale² at all frequencies.
    """
    n = square.shape[0]
    along = np.fft.fftfreq(n, scale)
    weight = float(np.square(np.hanning(n)).sum()) ** 2
    density = np.abs(np.fft.fft2(square)) ** 2 * (scale**2 / weight)
    return np.hypot(along[None, :], along[:, None]), density


def in_band(square: np.ndarray, scale: float, band: tuple[float, float]) -> float:
    """Mean power density, G² arcsec², at periods from ``band[0]`` to ``band[1]`` arcsec."""
    frequency, density = power(square, scale)
    shortest, longest = band
    return float(density[(frequency >= 1 / longest) & (frequency <= 1 / shortest)].mean())


def grid_pattern(field: np.ndarray, view: View, factor: int) -> float:
    """What of a field repeats with the input's pixels, root mean square in gauss.

    A network that fills each input pixel with ``factor`` x ``factor`` output pixels may leave a
    pattern in them. Its frequencies are multiples of 1 / ``factor`` per output pixel along either
    axis; of the power there, what exceeds the median of its surroundings is taken for the pattern.
    """
    square = central_square(field, view, factor)
    n = square.shape[0]
    # The amplitude of a wave is its bin of the spectrum over the sum of the taper.
    power_of_waves = np.abs(np.fft.fft2(square)) ** 2 / float(np.hanning(n).sum()) ** 4
    step = n // factor
    excess = 0.0
    for row in range(factor):
        for column in range(factor):
            if (row, column) == (0, 0):
                continue
            shifted = np.roll(power_of_waves, (_FAR - row * step, _FAR - column * step), (0, 1))
            around = shifted[: 2 * _FAR + 1, : 2 * _FAR + 1]
            ring = np.ones(around.shape, dtype=bool)
            inner = slice(_FAR - _NEAR, _FAR + _NEAR + 1)
            ring[inner, inner] = False
            # The mean of exponentially distributed power is its median over ln 2.
            excess += max(around[_FAR, _FAR] - np.median(around[ring]) / np.log(2), 0.0)
    return float(np.sqrt(excess))
