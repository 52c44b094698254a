"""Points carried from one observer and time to another."""

import numpy as np
import pytest

from onesun.geometry import sphere
from onesun.sample.carry import Observer, carry

HERE = Observer(b0=3.0, l0=100.0, dsun=1.48e11)
THERE = Observer(b0=-1.0, l0=101.3, dsun=1.51e11)


def test_it_agrees_with_the_angles_of_the_sphere():
    x, y = np.random.default_rng(1).uniform(-1.02, 1.02, (2, 20000))
    x[0] = y[0] = 0.0
    found = carry(x, y, HERE, THERE, 8000.0)
    latitude, longitude = sphere.disk_to_heliographic(x, y, np.deg2rad(HERE.b0), HERE.rsun)
    longitude += np.deg2rad(HERE.l0 - THERE.l0) - sphere.rotation_shift(latitude, 8000.0)
    expected = sphere.heliographic_to_disk(latitude, longitude, np.deg2rad(THERE.b0), THERE.rsun)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert np.isnan(found[0]).sum() == np.isnan(expected[0]).sum() > 0


def test_there_and_back_is_where_it_was():
    x, y = np.random.default_rng(2).uniform(-0.6, 0.6, (2, 500))
    back = carry(*carry(x, y, HERE, THERE, 5760.0), THERE, HERE, -5760.0)
    # The rotation depends on latitude, which the way does not change.
    np.testing.assert_allclose(back, (x, y), atol=1e-12)


def test_the_sun_turns_west_by_the_synodic_rate():
    """Snodgrass at the equator: 2.851 microradians a second, seen from a fixed direction."""
    day = 86400.0
    fixed = Observer(b0=0.0, l0=100.0, dsun=1.5e11)
    turned = Observer(b0=0.0, l0=100.0 - 14.1844, dsun=1.5e11)
    x, _ = carry(np.array(0.0), np.array(0.0), turned, fixed, day)
    # What is at the centre after a day was 14.1 degrees east of it.
    expected, _ = sphere.heliographic_to_disk(
        np.array(0.0), np.array(-2.851e-6 * day), 0.0, fixed.rsun
    )
    assert float(x) == pytest.approx(float(expected), abs=1e-4)
    assert float(x) < -0.2
