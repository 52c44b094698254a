"""Areas and fluxes of pixels against the sphere itself."""

from __future__ import annotations

import numpy as np
import pytest

from onesun.geometry.flux import flux_per_gauss, pixel_area
from onesun.geometry.grid import AU_METRES, SOLAR_RADIUS_METRES, Grid
from onesun.geometry.sphere import disk_to_heliographic

LIMB = Grid().limb_radius("target")


def area_by_jacobian(x: float, y: float, limb_radius: float, dsun: float) -> float:
    """Area of the sphere under a pixel at (x, y) limb radii, from a small square there; cm^2."""
    rsun = float(np.arcsin(SOLAR_RADIUS_METRES / dsun))
    step = 1e-5

    def place(dx: float, dy: float) -> np.ndarray:
        latitude, longitude = disk_to_heliographic(
            np.array(x + dx), np.array(y + dy), np.deg2rad(3.0), rsun
        )
        return np.array(
            [
                np.cos(latitude) * np.cos(longitude),
                np.cos(latitude) * np.sin(longitude),
                np.sin(latitude),
            ]
        )

    along_x = (place(step, 0) - place(-step, 0)) / (2 * step)
    along_y = (place(0, step) - place(0, -step)) / (2 * step)
    per_square = np.linalg.norm(np.cross(along_x, along_y))
    return per_square * (100 * SOLAR_RADIUS_METRES / limb_radius) ** 2


@pytest.mark.parametrize("dsun", [0.983 * AU_METRES, AU_METRES, 1.017 * AU_METRES])
@pytest.mark.parametrize("radius", [0.0, 0.3, 0.7, 0.9, 0.98])
def test_area_is_that_of_the_sphere_under_the_pixel(radius: float, dsun: float) -> None:
    x, y = radius * np.cos(0.7), radius * np.sin(0.7)
    found = float(pixel_area(np.array(radius), LIMB, dsun))
    assert found == pytest.approx(area_by_jacobian(x, y, LIMB, dsun), rel=1e-5)


def test_area_at_disk_centre_from_1_au() -> None:
    # (0.504273" times the distance to the surface)^2.
    assert float(pixel_area(np.array(0.0), LIMB, AU_METRES)) == pytest.approx(1.325e15, rel=1e-3)


def test_areas_of_all_pixels_are_that_of_the_visible_cap() -> None:
    grid = Grid(target_size=1024, target_scale=2.017092)
    radius = grid.radius("target").astype(np.float64)
    inside = radius < 0.95
    total = pixel_area(radius[inside], grid.limb_radius("target"), AU_METRES).sum()
    rsun = np.arcsin(SOLAR_RADIUS_METRES / AU_METRES)
    theta = np.arcsin(np.sin(0.95 * rsun) / np.sin(rsun)) - 0.95 * rsun
    cap = 2 * np.pi * (100 * SOLAR_RADIUS_METRES) ** 2 * (1 - np.cos(theta))
    assert total == pytest.approx(cap, rel=1e-3)


def test_a_radial_field_gives_the_same_flux_wherever_it_is() -> None:
    """A field of 1 G along the vertical is seen as mu gauss: its flux is the area itself."""
    radius = np.array([0.0, 0.5, 0.9])
    rsun = np.arcsin(SOLAR_RADIUS_METRES / AU_METRES)
    mu = np.sqrt(1 - (np.sin(radius * rsun) / np.sin(rsun)) ** 2)
    flux = mu * flux_per_gauss(radius, LIMB, AU_METRES)
    np.testing.assert_allclose(flux, pixel_area(radius, LIMB, AU_METRES), rtol=1e-12)


def test_off_the_disk_there_is_no_surface() -> None:
    assert np.isnan(pixel_area(np.array([1.01, 1.5]), LIMB, AU_METRES)).all()
