"""A Sun small enough for tests: an analytic field on the sphere, seen by any observer.

The radial field is a sum of plane waves through the sphere, so it is known exactly everywhere and
holds nothing finer than the shortest wave.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy.time import Time

from onesun.alignment.mapping import Correction
from onesun.geometry.grid import ARCSEC_PER_RADIAN, AU_METRES, SOLAR_RADIUS_METRES, Grid
from onesun.geometry.pointing import Pointing
from onesun.geometry.sphere import disk_to_heliographic, rotation_shift
from onesun.reading.magnetogram import Magnetogram, Quality

START = Time("2016-07-07T00:00:00", scale="tai")


@dataclass(frozen=True)
class SmallSun:
    """``waves`` plane waves of ``rms`` gauss in all, of wavelengths ``shortest`` and longer.

    Lengths are in solar radii. The waves ride on Carrington longitude at time START.
    """

    seed: int = 1
    waves: int = 60
    shortest: float = 0.06
    rms: float = 60.0

    def seen(self, x: np.ndarray, y: np.ndarray, observer: Pointing, time: Time) -> np.ndarray:
        """Field at (x, y) limb radii of an observer's disk; gauss, zero off the disk."""
        rng = np.random.default_rng(self.seed)
        direction = rng.normal(size=(self.waves, 3))
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        length = self.shortest * rng.uniform(1, 4, self.waves)
        phase = rng.uniform(0, 2 * np.pi, self.waves)
        on_disk = np.hypot(x, y) < 1
        latitude, longitude = disk_to_heliographic(
            x[on_disk], y[on_disk], np.deg2rad(observer.b0), observer.rsun_radians
        )
        longitude += np.deg2rad(observer.l0)
        longitude -= rotation_shift(latitude, (time - START).to_value("s"))
        place = np.stack(
            [
                np.cos(latitude) * np.cos(longitude),
                np.cos(latitude) * np.sin(longitude),
                np.sin(latitude),
            ]
        )
        field = np.zeros(x.shape)
        turn = 2 * np.pi * (direction / length[:, None]) @ place + phase[:, None]
        field[on_disk] = np.cos(turn).sum(axis=0) * self.rms * np.sqrt(2 / self.waves)
        return field

    def on_grid(self, grid: Grid, which, observer: Pointing, time: Time) -> np.ndarray:
        """The truth on the common grid; float32, NaN off the disk."""
        axis = grid.axis(which)
        x, y = np.broadcast_arrays(axis[None, :], axis[:, None])
        field = self.seen(x, y, observer, time).astype(np.float32)
        field[grid.radius(which) >= 1] = np.nan
        return field

    def shot(
        self,
        shape: tuple[int, int],
        header: Pointing,
        time: Time,
        *,
        error: Correction | None = None,
        gain: float = 1.0,
        noise: float = 0.0,
        seed: int = 0,
        instrument: str = "mdi",
    ) -> Magnetogram:
        """What a detector records whose header errs by ``error``."""
        x, y = header.to_disk(*np.meshgrid(np.arange(shape[1]), np.arange(shape[0])))
        x, y = undo(error or Correction(), x, y)
        field = gain * self.seen(x, y, header, time)
        field += np.random.default_rng(seed).normal(0, noise, shape)
        field = field.astype(np.float32)
        field[header.radius(shape) >= 1] = np.nan
        return Magnetogram(
            field=field, pointing=header, time=time, instrument=instrument,
            quality=Quality(word=0, set_bits={}, refused=()), observer_velocity=0.0,
            interval=300.0, simulated=True, source="small.fits",
        )  # fmt: skip


def undo(correction: Correction, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The points that ``correction`` moves to (x, y)."""
    to_x, to_y = x.copy(), y.copy()
    for _ in range(10):
        at_x, at_y = correction.apply(to_x, to_y)
        to_x, to_y = to_x + x - at_x, to_y + y - at_y
    return to_x, to_y


def apart(one: Correction, other: Correction, within: float = 0.9) -> float:
    """Root mean square distance of where two corrections look, limb radii, within a radius."""
    x, y = np.meshgrid(np.linspace(-within, within, 41), np.linspace(-within, within, 41))
    inside = np.hypot(x, y) < within
    (ax, ay), (bx, by) = (c.apply(x[inside], y[inside]) for c in (one, other))
    return float(np.sqrt(np.mean((ax - bx) ** 2 + (ay - by) ** 2)))


def pointing(
    size: int, plate_scale: float, *, distance: float = 1.0, b0: float = 3.5, l0: float = 313.0,
    roll: float = 0.0, centre: tuple[float, float] = (0.0, 0.0),
) -> Pointing:  # fmt: skip
    """Pointing of a square detector; ``distance`` in AU, ``centre`` off its middle in pixels."""
    rsun = np.arcsin(SOLAR_RADIUS_METRES / (distance * AU_METRES)) * ARCSEC_PER_RADIAN
    return Pointing(
        x0=(size - 1) / 2 + centre[0], y0=(size - 1) / 2 + centre[1], scale=plate_scale,
        roll=roll, rsun=float(rsun), dsun=distance * AU_METRES, b0=b0, l0=l0,
    )  # fmt: skip
