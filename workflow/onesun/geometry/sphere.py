"""Between a point of the disk and a point of the Sun, for an observer at a finite distance.

Positions on the disk are (x, y) in limb radii: the angle from the disk centre over the Sun's
angular radius, x towards solar west and y towards solar north. With D the observer's distance in
solar radii, a point seen at angle rho from the disk centre has ``sin(theta) = D sin(rho)``, theta
being the angle between the line of sight and the local vertical (mu = cos theta).
"""

from __future__ import annotations

import numpy as np

CARRINGTON_RATE = 14.1844  # sidereal degrees per day


def cosine_to_vertical(radius: np.ndarray, rsun: float) -> np.ndarray:
    """Cosine mu of the angle between line of sight and vertical.

    Parameters
    ----------
    radius : distance from the disk centre, limb radii, any shape.
    rsun : angular radius of the Sun, radians.

    Returns mu in the shape of ``radius``; NaN off the disk.
    """
    with np.errstate(invalid="ignore"):
        mu: np.ndarray = np.sqrt(1 - (np.sin(radius * rsun) / np.sin(rsun)) ** 2)
        return mu


def disk_to_heliographic(
    x: np.ndarray, y: np.ndarray, b0: float, rsun: float
) -> tuple[np.ndarray, np.ndarray]:
    """Latitude and longitude from the central meridian of points of the disk.

    Parameters
    ----------
    x, y : position in limb radii, solar west and north; shapes that broadcast.
    b0 : heliographic latitude of the observer, radians.
    rsun : angular radius of the Sun, radians.

    Returns (latitude, longitude) in radians; NaN off the disk.
    """
    radius = np.hypot(x, y)
    rho = radius * rsun
    with np.errstate(invalid="ignore", divide="ignore"):
        sin_theta = np.sin(rho) / np.sin(rsun)
        centre_angle = np.arcsin(np.where(radius < 1, sin_theta, np.nan)) - rho
        per_radius = np.where(radius > 0, np.sin(centre_angle) / radius, 0.0)
    west, north = x * per_radius, y * per_radius
    towards = np.cos(centre_angle)
    latitude = np.arcsin(np.clip(north * np.cos(b0) + towards * np.sin(b0), -1, 1))
    longitude = np.arctan2(west, towards * np.cos(b0) - north * np.sin(b0))
    return latitude, longitude


def heliographic_to_disk(
    latitude: np.ndarray, longitude: np.ndarray, b0: float, rsun: float
) -> tuple[np.ndarray, np.ndarray]:
    """Where points of the Sun appear on the disk; NaN where they are hidden.

    The inverse of :func:`disk_to_heliographic`, with the same units.
    """
    cos_lat = np.cos(latitude)
    west = cos_lat * np.sin(longitude)
    along = cos_lat * np.cos(longitude)
    north = np.sin(latitude) * np.cos(b0) - along * np.sin(b0)
    towards = np.sin(latitude) * np.sin(b0) + along * np.cos(b0)
    distance = 1 / np.sin(rsun)
    across = np.hypot(west, north)
    rho = np.arctan2(across, distance - towards)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.where(across > 0, rho / across, 1 / (distance - towards)) / rsun
        scale = np.where(towards > 1 / distance, scale, np.nan)
    return west * scale, north * scale


def rotation_shift(latitude: np.ndarray, seconds: float) -> np.ndarray:
    """Change of Carrington longitude by differential rotation, in radians.

    Snodgrass' rate of magnetic features (sunpy's ``differential_rotation``) less Carrington's.

    Parameters
    ----------
    latitude : radians, any shape.
    seconds : time elapsed, s; negative goes back.
    """
    # sunpy takes a second to import, and most of those who need this module turn nothing.
    import astropy.units as u
    from sunpy.sun.models import differential_rotation

    one_day = differential_rotation(
        1 * u.day, latitude * u.rad, model="snodgrass", frame_time="sidereal"
    )
    own: np.ndarray = one_day.to_value(u.deg) - CARRINGTON_RATE
    return np.deg2rad(own * (seconds / 86400.0))
