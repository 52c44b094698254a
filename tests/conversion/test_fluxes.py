"""Unsigned flux as delivered, and as expected with HMI's noise."""

import numpy as np
import pytest

from helpers.small_sun import pointing
from onesun import instruments
from onesun.conversion.fluxes import WITHIN, fluxes_of, target_noise
from onesun.conversion.view import View
from onesun.geometry.flux import flux_per_gauss

VIEW = View((600, 600), pointing(600, 3.4))


@pytest.fixture(scope="module")
def inside() -> np.ndarray:
    return VIEW.radius() < WITHIN


def weights(inside: np.ndarray) -> np.ndarray:
    where = VIEW.pointing
    return flux_per_gauss(VIEW.radius()[inside], where.limb_radius, where.dsun)


def test_the_expected_flux_is_that_of_a_frame_with_noise(inside):
    rng = np.random.default_rng(3)
    field = np.where(inside, rng.laplace(0, 6, VIEW.shape), np.nan).astype(np.float32)
    found = fluxes_of(field, VIEW)
    sigma = target_noise(VIEW.radius()[inside], VIEW.pointing.rsun_radians)
    noisy = field.copy()
    noisy[inside] += rng.normal(0, sigma)
    assert found.unsigned_with_noise == pytest.approx(fluxes_of(noisy, VIEW).unsigned, rel=3e-3)
    assert found.unsigned_with_noise > 1.2 * found.unsigned
    flux = field[inside] * weights(inside)
    assert found.unsigned == pytest.approx(np.abs(flux).sum())
    assert found.net == pytest.approx(flux.sum())


def test_pixels_without_a_value_or_near_the_limb_do_not_count(inside):
    field = np.full(VIEW.shape, np.nan, np.float32)
    field[~inside] = 100.0
    field[290:300] = 0.0
    found = fluxes_of(field, VIEW)
    assert (found.unsigned, found.net) == (0, 0)
    radius = VIEW.radius()[290:300]
    there = radius[radius < WITHIN]
    sigma = target_noise(there, VIEW.pointing.rsun_radians)
    area = flux_per_gauss(there, VIEW.pointing.limb_radius, VIEW.pointing.dsun)
    assert found.unsigned_with_noise == pytest.approx((area * sigma).sum() * np.sqrt(2 / np.pi))


def test_the_noise_is_that_of_the_target_record():
    noise = instruments.load("hmi").response.noise
    at = target_noise(np.array([0.0, 0.8]), 0.00465)
    assert at[0] == pytest.approx(noise.by_interval[720])
    assert at[1] == pytest.approx(noise.by_interval[720] * (1 + noise.limb_growth * 0.4), rel=0.01)
