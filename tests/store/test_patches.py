"""Cutting frames into patches, and where the patches lie on the Sun."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from hypothesis import given
from hypothesis import strategies as st
from sunpy.coordinates import frames

from onesun.geometry.grid import RSUN_AT_1AU, SOLAR_RADIUS_METRES, Grid
from onesun.store.patches import cut, join, places, tiles

SMALL = Grid(target_size=512, target_scale=4.0)  # 4 x 4 patches
DSUN = 1.49e11  # m


@given(count=st.integers(1, 5), size=st.integers(1, 6))
def test_patches_put_back_are_the_frame(count, size):
    frame = np.arange((count * size) ** 2).reshape(count * size, count * size)
    patches = cut(frame, size)
    assert patches.shape == (count**2, size, size)
    np.testing.assert_array_equal(join(patches), frame)


def test_tiles_are_views_of_the_frame():
    frame = np.zeros((6, 6))
    view = tiles(frame, 3)
    assert np.shares_memory(view, frame)
    view[1, 0, 2, 1] = 5
    assert frame[5, 1] == 5


def test_patches_run_east_to_west_then_north():
    frame = np.arange(16).reshape(4, 4)
    patches = cut(frame, 2)
    np.testing.assert_array_equal(patches[1], [[2, 3], [6, 7]])
    np.testing.assert_array_equal(patches[2], [[8, 9], [12, 13]])


@pytest.mark.parametrize("shape", [(6, 4), (5, 5)])
def test_a_frame_without_whole_patches_is_refused(shape):
    with pytest.raises(ValueError, match="whole patches of 2"):
        tiles(np.zeros(shape), 2)


def test_a_number_of_patches_that_makes_no_square_is_refused():
    with pytest.raises(ValueError, match="3 patches make no square"):
        join(np.zeros((3, 2, 2)))


def test_the_standard_grid_has_as_many_patches_on_the_disk_as_geometry_says():
    grid = Grid()
    where = places(grid)
    half = grid.patch * grid.input_scale / 2
    x, y = abs(where.x_arcsec) / RSUN_AT_1AU, abs(where.y_arcsec) / RSUN_AT_1AU
    half /= RSUN_AT_1AU
    nearest, farthest = np.hypot(x - half, y - half), np.hypot(x + half, y + half)
    assert (nearest < 1).sum() == 756
    assert (farthest < 1).sum() == 640
    assert (where.radius < 0.9).sum() == 556
    assert (farthest < 0.9).sum() == 508
    assert (where.on_disk == 1).sum() == 640
    # Sixteen patches touch the disk with less than a pixel's centre.
    assert (where.on_disk > 0).sum() == 740


def test_the_shares_on_the_disk_add_up_to_the_disks_area():
    where = places(SMALL)
    area = where.on_disk.sum() * (SMALL.patch * SMALL.factor) ** 2
    assert area == pytest.approx(np.pi * SMALL.limb_radius("target") ** 2, rel=1e-3)


def test_places_are_the_means_of_the_pixels():
    where = places(SMALL)
    axis = SMALL.axis("input") * RSUN_AT_1AU
    x, y = np.meshgrid(axis, axis)
    np.testing.assert_allclose(where.x_arcsec, cut(x, SMALL.patch).mean((1, 2)), atol=1e-3)
    np.testing.assert_allclose(where.y_arcsec, cut(y, SMALL.patch).mean((1, 2)), atol=1e-3)
    np.testing.assert_array_equal(where.row * 4 + where.column, np.arange(16))
    assert where.x_arcsec[1] > where.x_arcsec[0]  # columns run towards solar west
    assert where.y_arcsec[4] > where.y_arcsec[0]  # rows run towards solar north


def test_latitude_and_longitude_are_sunpys():
    where = places(Grid(target_size=1024, target_scale=2.0))
    latitude, longitude = where.heliographic(6.5, DSUN)
    on = where.radius < 1
    assert np.isnan(latitude[~on]).all()
    assert np.isnan(longitude[~on]).all()
    observer = SkyCoord(
        0 * u.deg,
        6.5 * u.deg,
        DSUN * u.m,
        frame=frames.HeliographicStonyhurst(obstime="2011-03-01"),
    )
    rsun = np.arcsin(SOLAR_RADIUS_METRES / DSUN) * u.rad
    sky = frames.Helioprojective(
        where.x_arcsec[on] / RSUN_AT_1AU * rsun,
        where.y_arcsec[on] / RSUN_AT_1AU * rsun,
        observer=observer,
        obstime="2011-03-01",
        rsun=SOLAR_RADIUS_METRES * u.m,
    )
    sun = SkyCoord(sky).transform_to(
        frames.HeliographicStonyhurst(obstime="2011-03-01", rsun=SOLAR_RADIUS_METRES * u.m)
    )
    # Plane and true sky angles differ by less than a thousandth of a degree this close.
    np.testing.assert_allclose(latitude[on], sun.lat.deg, atol=0.02)
    np.testing.assert_allclose(longitude[on], sun.lon.deg, atol=0.02)
