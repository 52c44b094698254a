"""Magnetic flux of a frame, as delivered and as HMI would have it with its noise."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from onesun import instruments
from onesun.conversion import weights
from onesun.conversion.view import View
from onesun.geometry.flux import flux_per_gauss
from onesun.geometry.sphere import cosine_to_vertical
from onesun.metrics.unsigned import expected_unsigned

WITHIN = 0.95  # limb radii; further out a gauss stands for much flux, and for more noise
_ROWS = 256  # of pixels at a time


@dataclass(frozen=True)
class Fluxes:
    """Fluxes through the Sun's surface within 0.95 R, of a field taken as radial; Mx.

    Parameters
    ----------
    unsigned, net : sums of abs(flux) and of flux over the pixels.
    unsigned_with_noise : the sum of abs(flux) that is expected once HMI's noise is added.
    """

    unsigned: float
    unsigned_with_noise: float
    net: float


def fluxes_of(field: np.ndarray, view: View) -> Fluxes:
    """Measure a frame.

    Parameters
    ----------
    field : (H, W) gauss; NaN where there is no value.
    view : where its pixels lie.
    """
    pointing = view.pointing
    sums = np.zeros(3)
    for first in range(0, view.shape[0], _ROWS):
        part = field[first : first + _ROWS]
        radius = replace(pointing, y0=pointing.y0 - first).radius(part.shape)
        inside = (radius < WITHIN) & np.isfinite(part)
        values, radius = part[inside].astype(np.float64), radius[inside]
        area = flux_per_gauss(radius, pointing.limb_radius, pointing.dsun)
        noisy = expected_unsigned(values, target_noise(radius, pointing.rsun_radians))
        sums += (area * np.abs(values)).sum(), (area * noisy).sum(), (area * values).sum()
    return Fluxes(*map(float, sums))


def target_noise(radius: np.ndarray, rsun: float) -> np.ndarray:
    """HMI's noise by its instrument record, gauss, in the shape of ``radius``.

    Parameters
    ----------
    radius : distance from the disk centre, limb radii.
    rsun : angular radius of the Sun, radians.
    """
    record = instruments.load(weights.TARGET)
    return record.response.noise.sigma(cosine_to_vertical(radius, rsun), int(record.cadence))


def target_noise_at_centre() -> float:
    """HMI's noise at the disk centre, gauss."""
    record = instruments.load(weights.TARGET)
    return record.response.noise.by_interval[int(record.cadence)]
