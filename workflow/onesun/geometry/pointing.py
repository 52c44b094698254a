"""How a detector was pointed: from (x, y) on the disk to a pixel of the image and back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from onesun.geometry.grid import ARCSEC_PER_RADIAN


@dataclass(frozen=True)
class Pointing:
    """Pointing and observer of one image.

    Parameters
    ----------
    x0, y0 : pixel of the disk centre, counted from 0 (``CRPIX - 1``).
    scale : plate scale, arcsec per pixel.
    roll : ``CROTA2``, degrees; the image is turned back by it to have solar north up.
    rsun : angular radius of the Sun, arcsec (``RSUN_OBS``).
    dsun : distance of the observer from the Sun's centre, m (``DSUN_OBS``).
    b0, l0 : Carrington latitude and longitude of the observer, degrees.
    """

    x0: float
    y0: float
    scale: float
    roll: float
    rsun: float
    dsun: float
    b0: float
    l0: float

    def __post_init__(self) -> None:
        if not (self.scale > 0 and self.rsun > 0 and self.dsun > 0):
            raise ValueError("scale, rsun and dsun must be positive")

    @property
    def limb_radius(self) -> float:
        """Radius of the limb, pixels."""
        return self.rsun / self.scale

    @property
    def rsun_radians(self) -> float:
        return self.rsun / ARCSEC_PER_RADIAN

    def to_pixel(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pixel coordinates, counted from 0, of positions in limb radii (west, north)."""
        cos, sin = self._turn()
        return (
            self.x0 + self.limb_radius * (cos * x + sin * y),
            self.y0 + self.limb_radius * (cos * y - sin * x),
        )

    def to_disk(self, px: np.ndarray, py: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Positions in limb radii (west, north) of pixel coordinates counted from 0."""
        cos, sin = self._turn()
        dx, dy = (px - self.x0) / self.limb_radius, (py - self.y0) / self.limb_radius
        return cos * dx - sin * dy, sin * dx + cos * dy

    def radius(self, shape: tuple[int, int]) -> np.ndarray:
        """Distance of each pixel from the disk centre, limb radii; ``shape`` float32, read-only."""
        return _radius(self.x0, self.y0, self.limb_radius, shape)

    def _turn(self) -> tuple[float, float]:
        angle = np.deg2rad(self.roll)
        return float(np.cos(angle)), float(np.sin(angle))


# A frame is asked for it again and again, while it is read and while it is resampled.
@lru_cache(maxsize=1)
def _radius(x0: float, y0: float, limb_radius: float, shape: tuple[int, int]) -> np.ndarray:
    dy = (np.arange(shape[0]) - y0) / limb_radius
    dx = (np.arange(shape[1]) - x0) / limb_radius
    radius: np.ndarray = np.hypot(dx[None, :], dy[:, None]).astype(np.float32)
    radius.setflags(write=False)
    return radius
