"""Where SDO, SoHO and GONG's sites are: position, velocity and how both change with time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from astropy.time import Time
from sunpy.coordinates import sun

from onesun.geometry.grid import AU_METRES
from onesun.geometry.pointing import Pointing
from onesun.geometry.sphere import CARRINGTON_RATE
from onesun.reading.conventions import JSOC_LONGITUDE
from onesun.reading.times import shifted
from onesun.sample.carry import Observer

DAY = 86400.0
LIGHT = 299_792_458.0  # m/s

SDO_SPEED = 3000.0  # m/s; amplitude of OBS_VR over a day, as SDO goes round the Earth

SOHO_DISTANCE = 0.99159  # of the Earth's, near L1; real header of 2010-10-15
_HALO_LONGITUDE, _HALO_LATITUDE = 0.25, 0.05  # degrees: 650 000 and 120 000 km at 1 AU
_HALO_PERIOD = 178.0  # days


@dataclass(frozen=True)
class Orbit:
    """An observer and how it moves, as headers tell it.

    Parameters
    ----------
    observer : position.
    velocity : m/s; away from the Sun, towards solar west and solar north (OBS_VR, _VW, _VN).
    """

    observer: Observer
    velocity: tuple[float, float, float]


def earth(time: Time) -> Observer:
    """The Earth's centre, with longitude as JSOC counts it."""
    return Observer(
        b0=float(sun.B0(time).deg),
        l0=(float(sun.L0(time).deg) + JSOC_LONGITUDE) % 360,
        dsun=float(sun.earth_distance(time).to_value("m")),
    )


def radial_velocity(time: Time) -> float:
    """Velocity of the Earth away from the Sun, m/s."""
    return (earth(shifted(time, 1800.0)).dsun - earth(shifted(time, -1800.0)).dsun) / 3600


def soho(time: Time) -> Orbit:
    """SoHO on its halo orbit around L1; the phase of the orbit is made up, its size is not."""
    before, now, after = (_soho(shifted(time, s)) for s in (-1800.0, 0.0, 1800.0))
    radial = (after.dsun - before.dsun) / 3600
    north = now.dsun * math.radians(after.b0 - before.b0) / 3600
    turn = CARRINGTON_RATE + _apart(after.l0, before.l0) * (DAY / 3600)
    west = now.dsun * math.cos(math.radians(now.b0)) * math.radians(turn) / DAY
    return Orbit(now, (radial, west, north))


def _soho(time: Time) -> Observer:
    centre = earth(time)
    phase = 2 * math.pi * time.mjd / _HALO_PERIOD
    return Observer(
        b0=centre.b0 + _HALO_LATITUDE * math.cos(phase),
        l0=(centre.l0 + _HALO_LONGITUDE * math.sin(phase)) % 360,
        dsun=SOHO_DISTANCE * centre.dsun,
    )


def sdo(real: Pointing, real_velocity: float, elapsed: float, real_time: Time) -> Orbit:
    """SDO ``elapsed`` seconds after a real frame.

    Its position moves with the Earth's from what the real header says. Its radial velocity is a
    sinusoid of 24 hours through the real frame's OBS_VR (taken on the rising side), and its
    distance is the integral of that; the other components are the caller's to keep.
    """
    time = shifted(real_time, elapsed)
    then, now = earth(real_time), earth(time)
    amplitude = max(SDO_SPEED, abs(real_velocity))
    phase = math.asin(real_velocity / amplitude)
    turn = 2 * math.pi / DAY
    travelled = amplitude / turn * (math.cos(phase) - math.cos(phase + turn * elapsed))
    observer = Observer(
        b0=real.b0 + now.b0 - then.b0,
        l0=(real.l0 + _apart(now.l0, then.l0)) % 360,
        dsun=real.dsun + travelled,
    )
    return Orbit(observer, (amplitude * math.sin(phase + turn * elapsed), math.nan, math.nan))


def pointed(pointing: Pointing, observer: Observer) -> Pointing:
    """The same detector and direction with another observer; the disk grows or shrinks."""
    return replace(
        pointing,
        rsun=math.degrees(observer.rsun) * 3600,
        dsun=observer.dsun,
        b0=observer.b0,
        l0=observer.l0,
    )


def light_delay(dsun: float) -> float:
    """By how much later light arrives than at 1 AU, s."""
    return (dsun - AU_METRES) / LIGHT


def rotation_number(time: Time) -> int:
    """Number of the Carrington rotation."""
    return int(sun.carrington_rotation_number(time))


def _apart(later: float, earlier: float) -> float:
    return (later - earlier + 180) % 360 - 180
