"""From a line-of-sight field to magnetic flux through the Sun's surface (paper, equation 2).

The field is taken as radial: B_r = B / mu. A pixel covers the more of the surface the more this is
foreshortened: A = (delta (D cos rho - R mu))^2 / mu, with delta the pixel's angle, D the observer's
distance from the Sun's centre, R the Sun's radius, and D cos rho - R mu the distance from observer
to surface. The flux of a pixel is B_r A.
"""

from __future__ import annotations

import numpy as np

from onesun.geometry.grid import SOLAR_RADIUS_METRES
from onesun.geometry.sphere import cosine_to_vertical


def pixel_area(radius: np.ndarray, limb_radius: float, dsun: float) -> np.ndarray:
    """Area of the Sun's surface that a pixel covers.

    Parameters
    ----------
    radius : distance of the pixel from the disk centre, limb radii, any shape.
    limb_radius : radius of the limb, pixels.
    dsun : distance of the observer from the Sun's centre, m.

    Returns cm^2, float64 in the shape of ``radius``; NaN off the disk.
    """
    radius = np.asarray(radius, dtype=np.float64)
    rsun = float(np.arcsin(SOLAR_RADIUS_METRES / dsun))
    mu = cosine_to_vertical(radius, rsun)
    away = dsun * np.cos(radius * rsun) - SOLAR_RADIUS_METRES * mu
    side = 100 * away * (rsun / limb_radius)
    area: np.ndarray = side**2 / mu
    return area


def flux_per_gauss(radius: np.ndarray, limb_radius: float, dsun: float) -> np.ndarray:
    """Flux of a pixel whose line-of-sight field is 1 G; Mx, otherwise as :func:`pixel_area`."""
    rsun = float(np.arcsin(SOLAR_RADIUS_METRES / dsun))
    mu = cosine_to_vertical(np.asarray(radius, dtype=np.float64), rsun)
    flux: np.ndarray = pixel_area(radius, limb_radius, dsun) / mu
    return flux
