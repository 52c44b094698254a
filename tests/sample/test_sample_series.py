"""A series of HMI frames out of one."""

import numpy as np
import pytest
from sunpy.coordinates import sun

from helpers import suns
from onesun import instruments
from onesun.reading.times import from_iso, seconds_between, shifted
from onesun.sample import observers, series
from onesun.sample.carry import Observer, carry
from onesun.sample.headers import hmi_header
from onesun.sample.modulation import Modulation
from onesun.sample.times import month_slots


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    return series.load(suns.write_hmi(tmp_path_factory.mktemp("real") / "hmi.fits"))


def later(real, minutes):
    slot = shifted(real.t_rec, minutes * 60)
    return series.hmi_frame(real, slot, np.random.default_rng(3))


def test_a_frame_in_its_own_slot_is_the_real_one(real):
    same = later(real, 0)
    np.testing.assert_array_equal(np.isnan(same.field), np.isnan(real.field))
    np.testing.assert_allclose(same.field, real.field, atol=0.5, equal_nan=True)
    assert same.t_obs.isot == real.time.isot


def test_a_spot_moves_as_the_sun_turns(real):
    """The spot south-west, by its centroid, against the points carried by the sphere."""
    after = later(real, 192)
    elapsed = seconds_between(real.time, after.t_obs)
    x, y = carry(0.3, -0.3, Observer.of(real.pointing), after.orbit.observer, -elapsed)
    px, py = after.pointing.to_pixel(x, y)
    columns, rows = np.meshgrid(*[np.arange(suns.SIZE)] * 2)
    near = np.hypot(columns - px, rows - py) < 9
    weight = np.where(near & (after.field > 60), after.field, 0)
    found = (weight * columns).sum() / weight.sum(), (weight * rows).sum() / weight.sum()
    # The spot leans a little as it turns: a tenth of its own motion of 3.6 pixels at most.
    assert found == pytest.approx((float(px), float(py)), abs=0.1)
    still = real.pointing.to_pixel(np.array(0.3), np.array(-0.3))
    assert np.hypot(px - still[0], py - still[1]) > 3


def test_noise_beyond_the_limb_stays_and_the_rest_is_finite(real):
    after = later(real, 192)
    radius = after.pointing.radius(after.field.shape)
    beyond = (radius > 1.005) & (radius < 1.03)
    assert after.field[beyond].std() == pytest.approx(real.field[beyond].std(), rel=0.1)
    assert np.isfinite(after.field[radius < 1]).all()


def test_what_comes_from_behind_the_limb_is_noise_of_the_limb(real):
    """Two days on, a crescent has come from behind the east limb; rolled by 180 degrees."""
    after = later(real, 2880)
    x, _ = after.pointing.to_disk(np.arange(suns.SIZE)[None, :], np.arange(suns.SIZE)[:, None])
    ring = real.pointing.radius(real.field.shape)
    expected = real.field[(ring > 0.98) & (ring < 1)].std()
    radius = after.pointing.radius(after.field.shape)
    fresh = after.field[(x < -0.93) & (radius < 0.995)]
    assert fresh.size > 400
    assert fresh.std() == pytest.approx(expected, rel=0.15)


def test_modulation_follows_the_velocity_and_starts_from_the_real_frame(real):
    vary, plain = Modulation(0.02, 0.01), later(real, 288)
    modulated = vary(real, plain)

    def expected(velocity):
        swing = velocity / observers.SDO_SPEED
        return 1 + 0.02 * swing + 0.01 * (2 * swing**2 - 1)

    factor = expected(plain.orbit.velocity[0]) / expected(real.velocity)
    assert modulated.signal_factor == pytest.approx(factor)
    assert abs(factor - 1) > 0.01
    radius = plain.pointing.radius(plain.field.shape)
    change = modulated.field / plain.field
    spots = (radius < 0.9) & (np.abs(plain.field) > 100)
    np.testing.assert_allclose(change[spots], factor, atol=0.1 * abs(factor - 1))
    beyond = np.isfinite(plain.field) & (radius >= 1)
    np.testing.assert_array_equal(modulated.field[beyond], plain.field[beyond])
    same = later(real, 0)
    np.testing.assert_allclose(
        vary(real, same).field, same.field, rtol=1e-6, atol=1e-4, equal_nan=True
    )
    assert Modulation(0.0, 0.0)(real, plain) is plain


def test_noise_is_not_modulated(real):
    """Six hours on, far from spots, where the small Sun is noise alone."""
    plain = later(real, 360)
    modulated = Modulation(0.2, 0.0)(real, plain)
    x, y = plain.pointing.to_disk(np.arange(suns.SIZE)[None, :], np.arange(suns.SIZE)[:, None])
    empty = (y < -0.5) & (np.hypot(x, y) < 0.9)
    unsigned = [np.abs(each.field[empty]).mean() for each in (plain, modulated)]
    assert abs(modulated.signal_factor - 1) > 0.1
    assert abs(unsigned[1] / unsigned[0] - 1) < 0.15 * abs(modulated.signal_factor - 1)


def test_the_orbit_is_smooth_and_consistent(real):
    """OBS_VR passes through the real value with a period of a day; the distance follows it."""
    orbits = {
        s: observers.sdo(real.pointing, real.velocity, s, real.time)
        for s in (-60.0, 0.0, 60.0, 43200.0, 86400.0)
    }
    assert orbits[0.0].velocity[0] == pytest.approx(real.velocity)
    assert orbits[86400.0].velocity[0] == pytest.approx(real.velocity)
    assert orbits[43200.0].velocity[0] == pytest.approx(-real.velocity)
    slope = (orbits[60.0].observer.dsun - orbits[-60.0].observer.dsun) / 120
    assert slope == pytest.approx(real.velocity, abs=0.5)
    for name in ("b0", "l0", "dsun"):
        assert getattr(orbits[0.0].observer, name) == pytest.approx(getattr(real.pointing, name))
    day = (real.pointing.l0 - orbits[86400.0].observer.l0) % 360
    assert day == pytest.approx(13.18, abs=0.02)


def test_the_header_moves_consistently(real):
    slot = month_slots(real.t_rec, 4, 96, instruments.load("mdi"))[3]
    frame = series.hmi_frame(real, slot, np.random.default_rng(3))
    header = hmi_header(real, frame)
    assert header["T_REC"] == "2011.12.17_09:36:00.000_TAI"
    # T_OBS = T_REC + (DSUN_OBS - 1 AU) / c, and DATE-OBS moves with it.
    assert header["T_OBS"] == "2011.12.17_09:35:52.219_TAI"
    assert header["DATE-OBS"] == "2011-12-17T09:34:10.763"
    assert header["RSUN_OBS"] == pytest.approx(
        np.rad2deg(np.arcsin(696e6 / header["DSUN_OBS"])) * 3600
    )
    assert header["CRPIX1"] == real.header["CRPIX1"]
    assert header["CROTA2"] == real.header["CROTA2"]
    assert header["SIMULATD"] is True
    assert header["SIMULATR"] == "2011.12.17_06:00:00.000_TAI"
    assert "RECNUM" not in header
    inner = frame.field[frame.pointing.radius(frame.field.shape) < 0.99]
    assert header["DATAMIN"] == pytest.approx(inner.min())
    assert header["DATARMS"] == pytest.approx(inner.std(), rel=1e-4)
    assert header["DATAMEA2"] == pytest.approx(np.nanmean(frame.field), rel=1e-3, abs=1e-3)


def test_moments_are_those_of_the_real_headers(real_files):
    """The statistics JSOC wrote into a real frame come out of its own pixels."""
    path = real_files["hmi.M_720s.20160707_010000_TAI.magnetogram.fits"]
    frame = series.load(path)
    same = series.HmiFrame(
        frame.field,
        frame.pointing,
        observers.sdo(frame.pointing, frame.velocity, 0.0, frame.time),
        frame.t_rec,
        frame.time,
    )
    header = hmi_header(frame, same)
    for keyword in ("DATAMEAN", "DATARMS", "DATASKEW", "DATAKURT", "DATARMS2", "DATAMEA2"):
        assert header[keyword] == pytest.approx(frame.header[keyword], rel=2e-3), keyword
    for keyword in ("DATE-OBS", "CAR_ROT", "T_OBS", "RSUN_OBS", "CRLN_OBS", "CRLT_OBS"):
        expected = frame.header[keyword]
        if isinstance(expected, float):
            expected = pytest.approx(expected, rel=1e-5)
        assert header[keyword] == expected, keyword


def test_longitude_is_counted_as_jsoc_counts_it(real_files):
    """The three real frames lie within SDO's parallax of the Earth's longitude."""
    for name, path in real_files.items():
        if name.startswith("hmi.M_720s"):
            frame = series.load(path)
            apart = frame.pointing.l0 - observers.earth(frame.time).l0
            assert abs(apart) < 0.017
            assert abs(frame.pointing.b0 - float(sun.B0(frame.time).deg)) < 0.017


def test_soho_is_where_it_should_be():
    """Close to the real MDI header of 2010-10-15, but for the phase of the halo orbit."""
    time = from_iso("2010-10-15T00:03:30")
    orbit = observers.soho(time)
    assert orbit.observer.dsun == pytest.approx(147937426993.65, rel=3e-4)
    assert orbit.observer.b0 == pytest.approx(5.91587, abs=0.06)
    assert orbit.observer.l0 == pytest.approx(203.4617, abs=0.3)
    # SoHO goes round L1 at up to 265 m/s.
    assert orbit.velocity == pytest.approx((-473, 29268, -2152), abs=265)
