"""The forward model, on small suns whose field is known."""

import numpy as np
import pytest
from skimage.registration import phase_cross_correlation

from helpers import suns
from onesun import instruments
from onesun.geometry.grid import Grid
from onesun.geometry.pointing import Pointing
from onesun.geometry.psf import matched
from onesun.instruments import Noise, Response, Saturation
from onesun.sample import forward, pointing, series, write
from onesun.sample.carry import Observer, carry

GRID = Grid(target_size=256, target_scale=0.504273 * 16, factor=4, patch=32)
NOISE = Noise(by_interval={300: 13.0}, limb_growth=0.5)


def small(name, shrink=16, **response):
    """An instrument's record with ``shrink`` times fewer and larger pixels on a side."""
    record = instruments.load(name)
    size = record.detector.width // shrink
    grow = record.detector.width / size
    detector = {"width": size, "height": size}
    detector["plate_scale"] = record.detector.plate_scale * grow
    return record.model_copy(
        update={
            "detector": record.detector.model_copy(update=detector),
            "optics": record.optics.model_copy(update={"fwhm": record.optics.fwhm * grow}),
            "response": record.response.model_copy(update=response),
        }
    )


def sun(fwhm=0.05):
    where = suns.pointing()
    return forward.Sun(suns.spots(where, fwhm=fwhm), where)


def seen(observer=None, fwhm=0.05, seconds=0.0):
    return forward.seen_from(sun(fwhm), observer or Observer.of(suns.pointing()), seconds)


def aimed(record, sky, *, roll=0.0, shift=(0.0, 0.0)):
    size, observer = record.detector.width, sky.observer
    return Pointing(
        (size - 1) / 2 + shift[0],
        (size - 1) / 2 + shift[1],
        record.detector.plate_scale,
        roll,
        float(np.rad2deg(observer.rsun)) * 3600,
        observer.dsun,
        observer.b0,
        observer.l0,
    )


def flux(field, limb_radius):
    """Integral over the disk in units of the disk's squared radius."""
    return float(field.sum(dtype=np.float64)) / limb_radius**2


@pytest.mark.parametrize("name", ["mdi", "gong"])
def test_flux_is_conserved_up_to_the_gain(name):
    """From HMI's pixels through optics and detector, though the pixels and blur differ."""
    record = small(name)
    sky = seen()
    where = aimed(record, sky, roll=3.0, shift=(0.7, -0.4))
    image = forward.expose(sky, record, where, 0.0)
    given = flux(sun().field, suns.pointing().limb_radius)
    kept = flux(image, where.limb_radius)
    assert kept == pytest.approx(record.response.gain * given, rel=3e-3)


@pytest.mark.parametrize(("name", "gain"), [("mdi", 1.40), ("gong", 0.83)])
def test_the_gain_comes_back_at_matched_resolution(name, gain):
    """Within a per cent, with roll, offset centre and another observer in between."""
    record = small(name, 8)
    here = Observer.of(suns.pointing())
    there = Observer(b0=here.b0 + 0.2, l0=here.l0 - 0.25, dsun=0.9916 * here.dsun)
    sky = seen(there)
    where = aimed(record, sky, roll=2.0, shift=(0.6, -0.3))
    image = forward.expose(sky, record, where, 1.67e-3)

    axis = GRID.axis("target")
    hmi = series.sample(
        sun().field, *suns.pointing().to_pixel(*np.broadcast_arrays(axis[None, :], axis[:, None]))
    )
    hmi[GRID.radius("target") >= 1] = np.nan
    reference = matched(
        hmi, GRID, fwhm=record.optics.fwhm, pixel=record.detector.plate_scale, dsun=there.dsun
    )
    axis = GRID.axis("input")
    x, y = carry(axis[None, :], axis[:, None], here, there, 0.0)
    stretch = 1 + 1.67e-3 * (x * x + y * y - 1)
    found = series.sample(image, *where.to_pixel(x * stretch, y * stretch))
    inner = GRID.radius("input") < 0.9
    slope = np.polyfit(reference[inner], found[inner], 1)[0]
    assert slope == pytest.approx(gain, rel=0.01)
    assert np.corrcoef(reference[inner], found[inner])[0, 1] > 0.999
    apart = phase_cross_correlation(
        np.where(inner, reference * gain, 0),
        np.where(inner, found, 0),
        upsample_factor=100,
        normalization=None,
    )[0]
    assert np.abs(apart).max() <= 0.02


def test_a_spot_lands_where_the_sphere_says():
    """Centroid of the south-west spot after four hours of rotation, on a rolled plate."""
    record = small("mdi", 8)
    here = Observer.of(suns.pointing())
    there = Observer(b0=here.b0 - 0.1, l0=here.l0 - 2.0, dsun=0.9916 * here.dsun)
    sky = seen(there, seconds=14400.0)
    where = aimed(record, sky, roll=3.0)
    image = forward.expose(sky, record, where, 1.67e-3)
    x, y = carry(0.3, -0.3, here, there, -14400.0)
    stretch = 1 + 1.67e-3 * (x * x + y * y - 1)
    px, py = where.to_pixel(x * stretch, y * stretch)
    columns, rows = np.meshgrid(*[np.arange(record.detector.width)] * 2)
    weight = np.where(np.hypot(columns - px, rows - py) < 8, np.clip(image - 20, 0, None), 0)
    found = (weight * columns).sum() / weight.sum(), (weight * rows).sum() / weight.sum()
    assert found == pytest.approx((float(px), float(py)), abs=0.05)


def test_saturation_folds():
    response = Response(
        gain=1.4, saturation=Saturation(onset=3500, fall=0.5), zero_point=0, noise=NOISE
    )
    field = np.array([0, 1000, 2500, -2500, 3000, -3000, 9000], dtype=np.float32)
    # 3000 G become 4200 G, 700 above the onset; 9000 G fall below zero and stop there.
    expected = [0, 1400, 3500, -3500, 3150, -3150, 0]
    np.testing.assert_allclose(forward.respond(field, response), expected, rtol=1e-6)


def test_saturation_comes_before_the_blur():
    """A narrow core of 1260 G loses signal although no blurred pixel reaches the onset."""
    plain = small("mdi", saturation=None)
    folding = small("mdi", saturation=Saturation(onset=500, fall=0.5))
    sky = seen(fwhm=0.02)
    where = aimed(plain, sky)
    without, with_it = (forward.expose(sky, record, where, 0.0) for record in (plain, folding))
    assert np.abs(without).max() < 500
    peak = np.unravel_index(np.argmax(np.abs(without)), without.shape)
    assert abs(with_it[peak]) < 0.97 * abs(without[peak])


def test_noise_has_the_level_of_its_interval_and_grows_to_the_limb():
    radius = np.array([0.0, 0.6, 0.8, 1.0, 1.3])
    level = forward.noise_level(radius, 0.0047, NOISE, 300)
    np.testing.assert_allclose(level, 13 * (1 + 0.5 * np.array([0, 0.2, 0.4, 1, 1])), rtol=2e-3)


@pytest.mark.parametrize("interval", [30, 300])
def test_an_exposure_is_the_image_the_offset_and_noise_of_its_interval(interval):
    record = small("mdi", 4)
    sky = seen()
    where = aimed(record, sky)
    image, offset = forward.record_exposure(
        sky, record, where, stretch=0.0, interval=interval, rng=np.random.default_rng(9)
    )
    residual = image - forward.expose(sky, record, where, 0.0) - offset
    core = residual[where.radius(image.shape) < 0.3]
    expected = record.response.noise.by_interval[interval]
    assert core.std() == pytest.approx(expected * 1.01, rel=0.03)
    assert core.mean() == pytest.approx(0, abs=4 * expected / np.sqrt(core.size))
    assert 0 < abs(offset) < 4 * record.response.zero_point


def test_the_plate_is_stretched_as_the_record_says():
    """Rings at the centre and limb stay; in between a ring lies 0.31 of MDI's pixels inside."""
    sky = np.array([0.0, 0.3, 0.5, 0.9, 1.0])
    plate = sky * (1 + 1.67e-3 * (sky**2 - 1))
    np.testing.assert_allclose(forward.unstretched(plate, 1.67e-3) * plate, sky, atol=1e-12)
    assert (sky[2] - plate[2]) * 488.6 == pytest.approx(0.306, abs=0.001)


def test_the_limb_of_a_filled_disk_mixes_with_the_fill():
    where = Pointing(99.6, 100.3, 10.0, 0.0, 900.0, 1.5e11, 0.0, 0.0)
    filled = write.fill_off_disk(
        np.zeros((200, 200), np.float32), where, -703.2, np.random.default_rng(1)
    )
    radius = where.radius(filled.shape)
    pixel = 1 / where.limb_radius
    assert (filled[radius < 1 - pixel] == 0).all()
    np.testing.assert_allclose(filled[radius > 1 + pixel], -703.2, rtol=1e-6)
    mixed = (filled < -1) & (filled > -702)
    assert 50 < np.count_nonzero(mixed) < 400
    rows, columns = np.indices(filled.shape)
    disk = filled > -351.6
    assert columns[disk].mean() == pytest.approx(where.x0, abs=0.05)
    assert rows[disk].mean() == pytest.approx(where.y0, abs=0.05)


def test_headers_err_by_as_much_as_the_record_says():
    record = instruments.load("mdi")
    observer = Observer.of(suns.pointing())
    rng = np.random.default_rng(4)
    plates = [pointing.plate(record, header_errors=True, rolled=False, rng=rng) for _ in range(300)]
    aims = [pointing.aim(plate, record, observer, header_errors=True, rng=rng) for plate in plates]
    errors = record.pointing_errors
    rolls = [true.roll - header.roll for true, header in aims]
    assert np.std(rolls) == pytest.approx(errors.roll, rel=0.15)
    assert np.std([h.scale / t.scale - 1 for t, h in aims]) == pytest.approx(errors.scale, rel=0.15)
    assert np.std([h.x0 - t.x0 for t, h in aims]) == pytest.approx(errors.centre, rel=0.15)
    assert {plate.stretch for plate in plates} == {errors.radial_stretch}


def test_true_headers_are_true():
    record = instruments.load("mdi")
    rng = np.random.default_rng(4)
    plate = pointing.plate(record, header_errors=False, rolled=True, rng=rng)
    true, header = pointing.aim(
        plate, record, Observer.of(suns.pointing()), header_errors=False, rng=rng
    )
    assert true == header
    assert true.roll == pytest.approx(3.0, abs=1.0)
    assert plate.stretch == 0
