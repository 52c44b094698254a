"""Frames of a Sun that stands still: the same Sun under drawn conditions, again, and regions."""

import numpy as np
import pytest
from astropy.io import fits
from typer.testing import CliRunner

from helpers import suns
from onesun import instruments
from onesun.alignment.mapping import input_mapping
from onesun.errors import ConfigError, UntrustedFrameError
from onesun.geometry.grid import Grid
from onesun.geometry.pointing import Pointing
from onesun.io.files import read_json
from onesun.products import raw
from onesun.reading import fits as fits_reading
from onesun.reading import read
from onesun.reading.times import seconds_between
from onesun.sample import conditions, forward, regions, series
from onesun.sample.carry import Observer
from onesun.sample.simulate import simulate

REAL, AGAIN, REGIONS = "2011-12", "2012-02", "2014-11"
NAME = "hmi.M_720s.20111217_060000_TAI.magnetogram.fits"
EXACT = {"centre": 0.0, "roll": 0.0, "scale": 0.0, "radial_stretch": 0.0}
ONE = {
    "fwhm": [30.0, 60.0], "gain_spread": 0.1, "zero_point": 0.5, "noise": [1.0, 4.0],
    "limb_growth": [0.2, 0.9],
}  # fmt: skip
CONDITIONS = {
    "mdi": ONE,
    "gong": ONE | {"fwhm": [70.0, 120.0]},
    "pointing": {
        "scale_spread": 0.003, "centre_spread": 0.3, "roll": 6.0, "distance": [0.983, 1.017]
    },
    "pointing_errors": EXACT,
}  # fmt: skip
SETTINGS = {
    "seed": 1, "frames": 2, "cadence": 96, "mdi_intervals": [300], "header_errors": True,
    "rotation": False,
    "again": {AGAIN: REAL}, "regions": None, "conditions": CONDITIONS,
}  # fmt: skip


@pytest.fixture(autouse=True)
def records(tmp_path, monkeypatch):
    suns.small_records(tmp_path / "records", monkeypatch, shrink=4096 // suns.SIZE)
    yield
    instruments.load.cache_clear()


@pytest.fixture
def sample(tmp_path):
    suns.write_hmi(tmp_path / "sample" / NAME)
    return suns.sample_of(tmp_path, {REAL: NAME})


def made(instrument, sample, tmp_path, month=REAL, **change):
    out = tmp_path / "raw" / instrument / month
    simulate(instrument, month, sample, SETTINGS | change, out)
    files = raw.files_of(out.with_name(f"{month}.json"))
    return files, read_json(out.with_name(f"{month}.truth.json"))["frames"]


@pytest.mark.parametrize("month", [REAL, AGAIN])
def test_hmis_frames_are_the_real_one_under_another_time(month, sample, tmp_path):
    files, truth = made("hmi", sample, tmp_path, month)
    real = series.load(tmp_path / "sample" / NAME)
    assert len(files) == 2
    for path in files:
        field, header = fits_reading.load(path)
        np.testing.assert_array_equal(field, real.field)
        frame = read(path)
        for key in ("x0", "y0", "scale", "roll", "rsun", "dsun"):
            assert getattr(frame.pointing, key) == getattr(real.pointing, key), key
        assert header["T_REC"][:7] == month.replace("-", ".")
        assert header["SIMULATR"] == "2011.12.17_06:00:00.000_TAI"
        assert frame.time.isot == truth[path.name]["t_obs"]


@pytest.mark.parametrize("instrument", ["mdi", "gong"])
@pytest.mark.parametrize("month", [REAL, AGAIN])
def test_headers_alone_bring_inputs_onto_the_target(instrument, month, sample, tmp_path):
    """Where alignment looks for a point of the grid is where the detector recorded it."""
    grid = Grid()
    targets, _ = made("hmi", sample, tmp_path, month)
    files, truth = made(instrument, sample, tmp_path, month)
    for path, reference in zip(files, targets, strict=True):
        frame, target = read(path), read(reference)
        assert abs(seconds_between(target.time, frame.time)) < 1e-3
        mapping = input_mapping(grid, target.pointing, frame.pointing, 0.0)
        true = Pointing(**truth[path.name]["true"])
        seen = Observer.of(true)
        sky = forward.Sky(np.zeros((1, 1)), 1.0, seen, drawn_from=target.pointing.dsun)
        x, y = sky.place(*true.to_disk(*mapping.rows(slice(None))))
        axis = grid.axis("input")
        apart = np.hypot(x - axis[None, :], y - axis[:, None]) * grid.limb_radius("input")
        assert np.nanmax(apart[grid.radius("input") < 0.98]) < 0.01
        assert np.nanmedian(apart) < 0.005


def test_a_sky_seen_from_elsewhere_is_the_sun_seen_from_there():
    where = suns.pointing()
    sun = forward.Sun(suns.spots(where), where)
    there = Observer(where.b0, where.l0, 1.2 * where.dsun)
    exact = forward.seen_from(sun, there, 0.0)
    quick = forward.seen_from(sun, Observer.of(where), 0.0).from_distance(there.dsun)
    assert quick.pixels(10.0) == exact.pixels(10.0)
    x, y = np.meshgrid(np.linspace(-0.95, 0.95, 77), np.linspace(-0.3, 0.3, 21))
    there, known = (series.sample(sky.field, *sky.place(x, y)) for sky in (quick, exact))
    np.testing.assert_allclose(there, known, atol=2.0)


@pytest.mark.parametrize("instrument", ["mdi", "gong"])
def test_each_frame_has_conditions_of_its_own(instrument, sample, tmp_path):
    files, truth = made(instrument, sample, tmp_path, frames=4)
    own, record = CONDITIONS[instrument], instruments.load(instrument)
    given = [truth[path.name] for path in files]
    for key, low, high in (
        ("fwhm", *own["fwhm"]),
        ("noise_at_centre", *own["noise"]),
        ("limb_growth", *own["limb_growth"]),
    ):
        values = [one[key] for one in given]
        assert len(set(values)) == 4
        assert all(low <= value <= high for value in values), key
    assert all(0.5 < one["gain"] / record.response.gain < 2 for one in given)
    assert len({one["zero_point"] for one in given}) == 4
    for path, one in zip(files, given, strict=True):
        pointing = read(path).pointing
        assert one["true"] == one["header"]  # no errors were asked for
        assert pointing.roll == one["true"]["roll"]
        assert pointing.limb_radius == pytest.approx(
            one["true"]["rsun"] / one["true"]["scale"], abs=1e-4
        )
        assert 0.983 <= pointing.dsun / 1.495978707e11 <= 1.017
    assert all((one["true"]["roll"] == 0) == (instrument == "gong") for one in given)


def test_what_is_drawn_is_what_is_recorded(sample, tmp_path):
    """Of a frame without noise and blur, the field of the spots is the gain times HMI's."""
    one = ONE | {"noise": [1e-3, 1e-3], "zero_point": 0.0, "gain_spread": 0.3, "fwhm": [1.0, 1.0]}
    (path, _), truth = made("mdi", sample, tmp_path, conditions=CONDITIONS | {"mdi": one})
    frame, given = read(path), truth[path.name]
    disk = frame.field[frame.pointing.radius(frame.field.shape) < 0.9]
    real = read(tmp_path / "sample" / NAME)
    whole = real.field[real.pointing.radius(real.field.shape) < 0.9]
    area = (real.pointing.limb_radius / frame.pointing.limb_radius) ** 2
    flux = np.abs(disk[np.abs(disk) > 40]).sum() * area
    assert flux / np.abs(whole[np.abs(whole) > 30]).sum() == pytest.approx(given["gain"], rel=0.1)


@pytest.mark.parametrize("instrument", ["mdi", "gong"])
def test_errors_of_headers_are_the_ones_asked_for(instrument, sample, tmp_path):
    errors = {"centre": 0.5, "roll": 0.2, "scale": 1e-3, "radial_stretch": 1e-3}
    conditions = CONDITIONS | {"pointing_errors": errors}
    _, truth = made(instrument, sample, tmp_path, frames=8, conditions=conditions)
    given = list(truth.values())
    for key in ("x0", "y0", "roll", "scale"):
        wrong = [one["header"][key] - one["true"][key] for one in given]
        spread = errors["centre"] if key[1:] == "0" else errors[key]
        if key == "scale":
            spread *= given[0]["true"]["scale"]
        assert 0.4 * spread < np.std(wrong) < 2 * spread
    assert np.std([one["radial_stretch"] for one in given]) > 3e-4
    if instrument == "gong":
        assert all(one["header"]["roll"] == 0 for one in given)


def test_a_months_conditions_are_spread_over_their_ranges():
    found = conditions.shares(8, np.random.default_rng(3))
    assert found.shape == (8, 3)
    for column in found.T:
        assert np.array_equal(np.sort(np.floor(8 * column)), np.arange(8))
    orders = np.argsort(found, axis=0).T
    assert not np.array_equal(orders[0], orders[1])
    assert np.array_equal(found, conditions.shares(8, np.random.default_rng(3)))


def test_conditions_may_be_drawn_while_the_sun_turns(sample, tmp_path):
    files, truth = made("mdi", sample, tmp_path, rotation=True, again={})
    assert [path.name.split("_")[-2] for path in files] == ["062400", "080000"]
    assert {"fwhm", "limb_growth"} < truth[files[0].name].keys()
    assert read(files[0]).time.isot == "2011-12-17T06:27:30.000"


@pytest.fixture
def with_regions(tmp_path, monkeypatch):
    """A sample with a disk of two small regions."""
    monkeypatch.setattr(regions, "_RIM", 2)
    monkeypatch.setattr(regions, "_GAP", 20)
    suns.write_hmi(tmp_path / "sample" / NAME)
    rng = np.random.default_rng(2)
    files = []
    for number, shape in enumerate([(40, 60), (30, 80)]):
        field = np.rint(rng.normal(100 * (-1) ** number, 30, shape) * 10).astype(np.int32)
        hdu = fits.CompImageHDU(field, compression_type="RICE_1")
        hdu.header["BSCALE"] = 0.1
        files.append(tmp_path / f"region{number}.fits")
        fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(files[-1])
    name = regions.write_disk(files, tmp_path / "sample" / NAME, REGIONS, tmp_path / "sample")
    frames = {REAL: NAME, REGIONS: name}
    return suns.sample_of(tmp_path, frames, regions=REGIONS), files


def test_regions_are_a_full_disk_to_the_reader(with_regions, tmp_path):
    frame = read(tmp_path / "sample" / "hmi.M_720s.20141115_000000_TAI.magnetogram.fits")
    record = instruments.load("hmi")
    assert frame.simulated
    assert frame.pointing.scale == record.detector.plate_scale
    assert frame.pointing.roll == 0
    assert frame.pointing.x0 == frame.pointing.y0 == (suns.SIZE - 1) / 2
    assert frame.pointing.dsun == pytest.approx(1.495978707e11)
    assert frame.missing_share() > 0.8
    assert np.isfinite(frame.field).sum() == 40 * 60 + 30 * 80
    first = fits_reading.load(with_regions[1][0])[0]
    row, column = np.argwhere(np.isfinite(frame.field))[0]
    assert column == (suns.SIZE - 60) // 2
    np.testing.assert_array_equal(frame.field[row : row + 40, column : column + 60], first)


@pytest.mark.parametrize("month", [REGIONS, "2014-12"])
def test_the_month_of_regions_is_one_like_others(month, with_regions, tmp_path):
    change = {"regions": REGIONS, "again": {"2014-12": REGIONS}}
    (target, _), _ = made("hmi", with_regions[0], tmp_path, month, **change)
    (source, _), _ = made("mdi", with_regions[0], tmp_path, month, **change)
    hmi, mdi = read(target), read(source)
    # Without the rim, for which the input has seen the dark around.
    assert np.isfinite(hmi.field).sum() == 36 * 56 + 26 * 76
    assert mdi.missing_share() == 0
    assert hmi.time == mdi.time
    strong = np.abs(mdi.field[mdi.pointing.radius(mdi.field.shape) < 0.9]) > 50
    assert 0.5 < strong.sum() * 16 / (40 * 60 + 30 * 80) < 2


def test_regions_that_do_not_fit_are_refused():
    with pytest.raises(UntrustedFrameError, match="too large for 64 pixels"):
        regions.side_by_side([np.zeros((20, 70))], 64)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"rotation": True}, "sample.again: found months with sample.rotation true, expected rota"),
        (
            {"again": {"2012-02": "2011-11"}},
            r'2012-02: found "2011-11", expected a month with a re',
        ),
        ({"again": {"2016-07": REAL}}, 'the month "2016-07", which has a real frame of its own'),
        ({"regions": "2019-06", "again": {}}, 'regions: found "2019-06", which has a real frame'),
    ],
)
def test_what_cannot_be_made_is_told(change, expected, sample, tmp_path):
    with pytest.raises(ConfigError, match=expected):
        made("mdi", sample, tmp_path, AGAIN, **change)
    assert not (tmp_path / "raw").exists()


def test_a_sample_fetched_without_the_regions_is_told(sample, tmp_path):
    change = {"regions": REGIONS, "again": {AGAIN: REAL, "2014-12": REGIONS}}
    with pytest.raises(ConfigError, match=r"2014-12: no real .*, expected 2011-12, 2012-02$"):
        made("mdi", sample, tmp_path, "2014-12", **change)


def test_regions_are_not_fetched_into_the_month_of_a_real_frame(tmp_path):
    from onesun.cli.sample import app

    settings = '{"sample": {"regions": "2016-07"}}'
    result = CliRunner().invoke(
        app, ["fetch", "--settings", settings, "--out", str(tmp_path / "sample")]
    )
    assert isinstance(result.exception, ConfigError)
    assert 'sample.regions: found "2016-07", which has a real' in str(result.exception)
    assert list(tmp_path.glob("sample*")) == []


def test_a_month_that_is_not_made_again_is_told(sample, tmp_path):
    with pytest.raises(
        ConfigError, match="2012-03: no real frame in the sample, expected 2011-12, 2"
    ):
        made("mdi", sample, tmp_path, "2012-03")
