"""The noise of a frame's pixels, told apart from the Sun by where its power spectrum ends."""

from __future__ import annotations

import numpy as np

from onesun.reading.magnetogram import Magnetogram
from onesun.reading.robust import robust_sigma

_HALF_WIDTH = 0.3  # limb radii; of the square at the disk centre
# Cycles per pixel along both axes: the optics leave next to nothing of the Sun out there.
_HIGH = 0.42
_STRONG = 5.0  # robust sigmas; active regions have structure at every scale


def pixel_noise(frame: Magnetogram) -> float:
    """Standard deviation of the noise of a pixel at the disk centre, gauss.

    White noise has the same power at all frequencies, so that the power in the corner of the
    spectrum, near the Nyquist frequency along both axes, gives all of it. Pixels far stronger than
    the quiet Sun are cut off first. NaN where the centre holds no value.
    """
    pointing = frame.pointing
    half = int(_HALF_WIDTH * pointing.limb_radius)
    row, column = round(pointing.y0), round(pointing.x0)
    core = frame.field[row - half : row + half, column - half : column + half]
    known = core[np.isfinite(core)]
    if known.size == 0:
        return float("nan")
    middle = np.median(known)
    limit = _STRONG * robust_sigma(known, middle)
    weak = np.clip(np.where(np.isfinite(core), core - middle, 0), -limit, limit)
    power = np.abs(np.fft.rfft2(weak)) ** 2 / weak.size
    high_y = np.abs(np.fft.fftfreq(weak.shape[0])) > _HIGH
    high_x = np.fft.rfftfreq(weak.shape[1]) > _HIGH
    return float(np.sqrt(power[np.ix_(high_y, high_x)].mean()))
