"""The grid, the sphere, pointing and the optics."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from hypothesis import given
from hypothesis import strategies as st
from sunpy.coordinates import frames

from onesun.errors import ConfigError
from onesun.geometry import psf, sphere
from onesun.geometry.grid import ARCSEC_PER_RADIAN, SOLAR_RADIUS_METRES, Grid
from onesun.geometry.pointing import Pointing


def test_the_standard_grid_is_the_papers():
    grid = Grid()
    assert (grid.input_size, grid.patches) == (1024, 1024)
    # 696,000 km seen from 1 AU: 959.645 arcsec (domain of the released tools).
    assert grid.limb_radius("target") == pytest.approx(1903.03, abs=0.01)
    assert grid.limb_radius("input") == pytest.approx(475.757, abs=0.001)


def test_an_input_pixel_covers_a_block_of_target_pixels():
    grid = Grid(target_size=512)
    blocks = grid.axis("target").reshape(-1, grid.factor).mean(axis=1)
    np.testing.assert_allclose(blocks, grid.axis("input"), atol=1e-12)


def test_a_grid_that_patches_do_not_tile_is_refused():
    with pytest.raises(ConfigError, match=r"grid\.target_size: 500 found"):
        Grid(target_size=500)


@given(
    x=st.floats(-0.7, 0.7), y=st.floats(-0.7, 0.7), b0=st.floats(-0.13, 0.13),
    rsun=st.floats(900, 1000),
)  # fmt: skip
def test_disk_and_sphere_are_inverse(x, y, b0, rsun):
    rsun /= ARCSEC_PER_RADIAN
    latitude, longitude = sphere.disk_to_heliographic(np.float64(x), np.float64(y), b0, rsun)
    back = sphere.heliographic_to_disk(latitude, longitude, b0, rsun)
    np.testing.assert_allclose(back, (x, y), atol=1e-9)


def test_the_sphere_agrees_with_sunpy():
    distance = 0.98 * u.AU
    observer = SkyCoord(
        0 * u.deg, 5 * u.deg, distance, frame=frames.HeliographicStonyhurst, obstime="2011-03-14"
    )
    points = SkyCoord(
        [-60, 0, 30, 70] * u.deg, [40, 5, -20, 10] * u.deg, SOLAR_RADIUS_METRES * u.m,
        frame=frames.HeliographicStonyhurst, obstime="2011-03-14",
    )  # fmt: skip
    seen = points.transform_to(frames.Helioprojective(observer=observer, obstime="2011-03-14"))
    rsun = np.arcsin(SOLAR_RADIUS_METRES / distance.to_value(u.m))
    x, y = sphere.heliographic_to_disk(points.lat.rad, points.lon.rad, np.deg2rad(5), rsun)
    # Helioprojective angles against the plane's: the difference is the small-angle one.
    np.testing.assert_allclose(x * rsun, seen.Tx.rad, atol=5e-8)
    np.testing.assert_allclose(y * rsun, seen.Ty.rad, atol=5e-8)


def test_the_far_side_is_hidden():
    x, _ = sphere.heliographic_to_disk(np.float64(0), np.float64(np.pi), 0.0, 0.00465)
    assert np.isnan(x)


def test_mu_falls_from_centre_to_limb():
    mu = sphere.cosine_to_vertical(np.array([0.0, 0.6, 1.0, 1.1]), 0.00465)
    assert mu[0] == 1
    assert mu[1] == pytest.approx(0.8, abs=1e-5)
    assert mu[2] == pytest.approx(0, abs=1e-7)
    assert np.isnan(mu[3])


def test_the_equator_turns_as_snodgrass_says():
    # 2.851 micro-radians per second at the equator (domain of the magnetic rate), sidereal.
    shift = sphere.rotation_shift(np.array(0.0), 86400.0)
    expected = 2.851e-6 * 86400 - np.deg2rad(sphere.CARRINGTON_RATE)
    assert shift == pytest.approx(expected, abs=1e-4)


@given(roll=st.floats(-180, 180), x=st.floats(-1, 1), y=st.floats(-1, 1))
def test_pointing_goes_to_a_pixel_and_back(roll, x, y):
    pointing = Pointing(500.3, 510.9, 1.98, roll, 970.0, 1.48e11, 0.0, 0.0)
    px, py = pointing.to_pixel(np.float64(x), np.float64(y))
    np.testing.assert_allclose(pointing.to_disk(px, py), (x, y), atol=1e-12)


def test_a_frame_turned_by_180_degrees_has_north_down():
    pointing = Pointing(2047.5, 2047.5, 0.5, 180.0, 950.0, 1.5e11, 0.0, 0.0)
    _, north = pointing.to_pixel(np.float64(0), np.float64(0.5))
    assert north == pytest.approx(2047.5 - 950.0)


def test_the_blur_of_a_point_is_its_gaussian():
    image = np.zeros((64, 64), np.float32)
    image[32, 32] = 1
    out = psf.blur(image, fwhm=5.0)
    axis = np.arange(64) - 32
    sigma = 5.0 / psf.FWHM_PER_SIGMA
    gaussian = np.exp(-(axis[None] ** 2 + axis[:, None] ** 2) / (2 * sigma**2))
    np.testing.assert_allclose(out, gaussian / gaussian.sum(), atol=2e-6)


def test_the_box_averages_over_a_pixel_and_the_shift_moves_it():
    axis = np.arange(64)
    wave = np.cos(2 * np.pi * axis / 16)[None, :].repeat(64, 0).astype(np.float32)
    out = psf.blur(wave, fwhm=1e-6, box=4.0, shift=(0.0, 1.5))
    expected = np.sinc(4 / 16) * np.cos(2 * np.pi * (axis + 1.5) / 16)
    np.testing.assert_allclose(out[10], expected, atol=1e-5)


def test_matched_resolution_of_a_smooth_field_is_the_field():
    grid = Grid(target_size=1024, target_scale=2.017092)
    x = grid.axis("target")
    field = (100 * x[None, :] + 50 * x[:, None]).astype(np.float32)
    field[grid.radius("target") >= 1] = np.nan
    out = psf.matched(field, grid, fwhm=8.0, pixel=8.0, dsun=1.496e11)
    xi = grid.axis("input")
    inner = grid.radius("input") < 0.9
    np.testing.assert_allclose(out[inner], (100 * xi[None, :] + 50 * xi[:, None])[inner], atol=0.05)
    assert np.isnan(out[grid.radius("input") >= 1]).all()


def test_matched_resolution_is_known_where_nearly_all_of_the_target_is():
    """No dark is mixed in along the edge of what is missing on the disk."""
    grid = Grid(target_size=1024, target_scale=2.017092)
    field = np.where(grid.radius("target") < 1, np.float32(80), np.float32(np.nan))
    field[:, :512] = np.nan
    field[700, 700] = np.nan
    out = psf.matched(field, grid, fwhm=12.0, pixel=8.0, dsun=1.496e11)
    inner = grid.radius("input") < 0.95
    assert np.isnan(out[:, :128]).all()
    assert np.isnan(out[:, 128][inner[:, 128]]).all()
    right = out[:, 132:][inner[:, 132:]]
    assert np.isfinite(right).all()
    np.testing.assert_allclose(right, 80, atol=2.5)


def test_block_mean_averages_and_keeps_nan():
    field = np.arange(16, dtype=np.float32).reshape(4, 4)
    field[3, 3] = np.nan
    out = psf.block_mean(field, 2)
    np.testing.assert_array_equal(out[0], [2.5, 4.5])
    assert np.isnan(out[1, 1])
