"""The composed transform, against sunpy's three-dimensional coordinates and against itself."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from sunpy.coordinates import HeliographicStonyhurst, Helioprojective
from sunpy.sun.models import differential_rotation

from helpers.small_sun import pointing, undo
from onesun.alignment.mapping import Correction, HeaderMapping, input_mapping, seen_by_input
from onesun.geometry.grid import ARCSEC_PER_RADIAN, SOLAR_RADIUS_METRES, Grid
from onesun.geometry.sphere import CARRINGTON_RATE

GRID = Grid(target_size=512, target_scale=0.504273 * 8)
TIME = "2016-07-07T00:00:00"


def sunpy_frame(longitude, seen_by):
    """Helioprojective frame of an observer at a Stonyhurst longitude, degrees."""
    place = SkyCoord(
        longitude * u.deg, seen_by.b0 * u.deg, seen_by.dsun * u.m,
        frame=HeliographicStonyhurst, obstime=TIME,
    )  # fmt: skip
    return Helioprojective(observer=place, obstime=TIME, rsun=SOLAR_RADIUS_METRES * u.m)


def to_sunpy(x, y, seen_by, frame):
    rho = np.hypot(x, y) * seen_by.rsun_radians
    angle = np.arctan2(y, x)
    sin = np.sin(rho)
    return SkyCoord(
        np.arctan2(sin * np.cos(angle), np.cos(rho)) * u.rad,
        np.arcsin(sin * np.sin(angle)) * u.rad,
        frame=frame,
    )


def from_sunpy(coordinate, seen_by):
    west, north = (
        np.cos(coordinate.Ty.rad) * np.sin(coordinate.Tx.rad),
        np.sin(coordinate.Ty.rad),
    )
    rho = np.arcsin(np.hypot(west, north)) / seen_by.rsun_radians
    angle = np.arctan2(north, west)
    return rho * np.cos(angle), rho * np.sin(angle)


@pytest.mark.parametrize(
    ("apart", "seconds"), [(0.0, 0.0), (1.5, 0.0), (0.0, 7200.0), (-4.0, -5400.0)]
)
def test_against_sunpy(apart, seconds):
    target = pointing(512, 4.0, distance=1.0165, b0=3.5, l0=313.0)
    days = seconds / 86400
    source = pointing(
        128, 16.0, distance=0.9916, b0=-2.0, l0=(313.0 + apart - CARRINGTON_RATE * days) % 360
    )
    x, y = seen_by_input(GRID, target, source, seconds)
    rows, columns = np.array([40, 64, 64, 90, 75, 30]), np.array([50, 64, 100, 80, 30, 70])
    axis = GRID.axis("input")

    here = to_sunpy(axis[columns], axis[rows], target, sunpy_frame(0.0, target))
    on_sun = here.transform_to(HeliographicStonyhurst(obstime=TIME))
    moved = SkyCoord(
        on_sun.lon
        + differential_rotation(days * u.day, on_sun.lat, model="snodgrass", frame_time="sidereal"),
        on_sun.lat, on_sun.radius, frame=HeliographicStonyhurst, obstime=TIME,
    )  # fmt: skip
    want_x, want_y = from_sunpy(moved.transform_to(sunpy_frame(apart, source)), source)
    # Limb radii; an input pixel of the full grid is 2e-3 of them.
    np.testing.assert_allclose(x[rows, columns], want_x, atol=2e-6)
    np.testing.assert_allclose(y[rows, columns], want_y, atol=2e-6)


def test_there_and_back():
    one = pointing(512, 4.0, distance=1.0165, b0=3.5, l0=313.0)
    other = pointing(128, 16.0, distance=0.99, b0=2.0, l0=300.0)
    there_x, there_y = seen_by_input(GRID, one, other, 5000.0)
    # Linear interpolation of the way back is exact to second order: keep to the middle.
    back_x, back_y = seen_by_input(GRID, other, one, -5000.0)
    unit, centre = GRID.limb_radius("input"), (GRID.input_size - 1) / 2
    axis = GRID.axis("input")
    for row, column in ((64, 64), (50, 80), (80, 50)):
        px, py = there_x[row, column] * unit + centre, there_y[row, column] * unit + centre
        i, j = int(py), int(px)
        fy, fx = py - i, px - j
        weights = np.outer([1 - fy, fy], [1 - fx, fx])
        assert (back_x[i : i + 2, j : j + 2] * weights).sum() == pytest.approx(
            axis[column], abs=2e-4
        )
        assert (back_y[i : i + 2, j : j + 2] * weights).sum() == pytest.approx(axis[row], abs=2e-4)


def test_same_observer_same_time_is_the_header_alone():
    seen_by = pointing(128, 16.0, distance=0.985, roll=3.0, centre=(1.2, -0.7))
    composed = input_mapping(GRID, seen_by, seen_by, 0.0).rows(slice(None))
    alone = HeaderMapping.on_grid(GRID, "input", seen_by).rows(slice(None))
    inside = GRID.radius("input") < 1
    for got, want in zip(composed, alone, strict=True):
        np.testing.assert_allclose(got[inside], want[inside], atol=1e-9)
    assert np.isnan(composed[0][~inside]).all()
    assert np.isnan(alone[0][~inside]).all()


def test_hidden_limb_has_no_place():
    target = pointing(512, 4.0, l0=313.0)
    source = pointing(128, 16.0, l0=293.0)  # 20 degrees to the east: the west limb is hidden
    x, _ = seen_by_input(GRID, target, source, 0.0)
    row = GRID.input_size // 2
    on_disk = np.flatnonzero(GRID.radius("input")[row] < 1)
    assert np.isnan(x[row, on_disk[-1]])
    assert np.isfinite(x[row, on_disk[0] : on_disk[-1] - 8]).all()


def test_correction_means_what_it_says():
    seen_by = pointing(128, 16.0, roll=1.0)
    x, y = np.array([0.5, 0.0]), np.array([0.2, 0.0])
    truly = pointing(128, 16.0, roll=1.3)
    np.testing.assert_allclose(
        seen_by.to_pixel(*Correction(roll=0.3).apply(x, y)), truly.to_pixel(x, y)
    )
    larger = pointing(128, 16.0 / 1.001, roll=1.0)
    np.testing.assert_allclose(
        seen_by.to_pixel(*Correction(scale=0.001).apply(x, y)), larger.to_pixel(x, y)
    )
    moved = Correction(shift_x=0.01, shift_y=-0.02).apply(x, y)
    np.testing.assert_allclose(moved, [x + 0.01, y - 0.02])
    bent = Correction(stretch=1e-3).apply(np.array([0.0, 1.0]), np.array([0.5, 0.0]))
    np.testing.assert_allclose(bent, [[0.0, 1.0], [0.5 * (1 - 0.75e-3), 0.0]])


def test_largest_displacement():
    assert Correction(shift_x=0.003, shift_y=0.004).largest(0.9) == pytest.approx(0.005)
    assert Correction(roll=0.2).largest(0.9) == pytest.approx(0.9 * np.deg2rad(0.2), rel=1e-4)


def test_undoing_a_correction():
    correction = Correction(0.002, -0.003, 0.15, 3e-4, 1.67e-3)
    x, y = np.array([0.1, -0.7]), np.array([0.4, 0.3])
    np.testing.assert_allclose(correction.apply(*undo(correction, x, y)), [x, y], atol=1e-12)


def test_arcseconds_are_those_of_the_observer():
    seen_by = pointing(128, 16.0, distance=0.985)
    mapping = HeaderMapping.on_grid(GRID, "input", seen_by)
    assert mapping.step == pytest.approx(GRID.input_scale / 0.985 / 16.0, rel=1e-4)
    assert seen_by.rsun_radians * ARCSEC_PER_RADIAN == pytest.approx(seen_by.rsun)
