"""Months of raw files of the sample, on small detectors."""

import json

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from typer.testing import CliRunner

from helpers import suns
from onesun import instruments
from onesun.errors import ConfigError, DamagedProductError
from onesun.io.files import read_json, write_json
from onesun.products import raw
from onesun.reading import read
from onesun.reading.times import from_iso, seconds_between
from onesun.sample import headers_gong
from onesun.sample.carry import Observer, carry
from onesun.sample.simulate import simulate

MONTH = "2011-12"
SETTINGS = {
    "seed": 20111217,
    "frames": 2,
    "cadence": 96,
    "mdi_intervals": [300, 30],
    "header_errors": True,
    "rotation": True,
    "again": {},
    "regions": None,
    "conditions": None,
}


@pytest.fixture(autouse=True)
def records(tmp_path, monkeypatch):
    suns.small_records(tmp_path / "records", monkeypatch, shrink=4096 // suns.SIZE)
    yield
    instruments.load.cache_clear()


@pytest.fixture
def sample(tmp_path):
    """A manifest of one small real frame, as ``onesun sample fetch`` writes it."""
    name = "hmi.M_720s.20111217_060000_TAI.magnetogram.fits"
    suns.write_hmi(tmp_path / "sample" / name)
    return suns.sample_of(tmp_path, {MONTH: name})


def made(instrument, sample, tmp_path, name="out", **change):
    out = tmp_path / name / instrument / MONTH
    simulate(instrument, MONTH, sample, SETTINGS | change, out)
    files = raw.files_of(out.with_name(f"{MONTH}.json"))
    return files, read_json(out.with_name(f"{MONTH}.truth.json"))["frames"]


@pytest.mark.parametrize("instrument", ["hmi", "mdi", "gong"])
def test_the_reader_understands_what_was_written(instrument, sample, tmp_path):
    files, truth = made(instrument, sample, tmp_path)
    assert len(files) == 2
    for path in files:
        frame = read(path)
        told = truth[path.name]
        assert frame.instrument == instrument
        assert frame.simulated
        assert frame.quality.usable
        assert frame.missing_share() == 0
        assert abs(seconds_between(from_iso(told["t_obs"]), frame.time)) < 1e-3
        header = told["header"]
        assert frame.pointing.x0 == pytest.approx(header["x0"], abs=1e-4)
        assert frame.pointing.y0 == pytest.approx(header["y0"], abs=1e-4)
        assert frame.pointing.roll == header["roll"]
        assert frame.pointing.limb_radius == pytest.approx(
            header["rsun"] / header["scale"], abs=1e-4
        )
        assert frame.pointing.dsun == pytest.approx(header["dsun"])
        assert frame.pointing.b0 == pytest.approx(header["b0"], abs=1e-6)


def test_names_are_the_archives(sample, tmp_path):
    names = {i: [p.name for p in made(i, sample, tmp_path)[0]] for i in ("hmi", "mdi", "gong")}
    assert names["hmi"] == [
        "hmi.M_720s.20111217_062400_TAI.magnetogram.fits",
        "hmi.M_720s.20111217_080000_TAI.magnetogram.fits",
    ]
    assert names["mdi"] == [
        "mdi.fd_M_96m_lev182.20111217_062400_TAI.data.fits",
        "mdi.fd_M_96m_lev182.20111217_080000_TAI.data.fits",
    ]
    assert names["gong"] == ["udzqa111217t0624.fits.gz", "udzqa111217t0804.fits.gz"]


def test_each_file_is_laid_out_as_the_archive_does(sample, tmp_path):
    (mdi, short), _ = made("mdi", sample, tmp_path)
    with fits.open(mdi, disable_image_compression=True) as hdus:
        assert hdus[0].header["NAXIS"] == 0
        assert hdus[1].header["ZCMPTYPE"] == "RICE_1"
        assert hdus[1].header["ZBITPIX"] == 32
        assert hdus[1].header["BSCALE"] == 0.01
    header = fits.getheader(mdi, 1)
    assert (header["T_REC"], header["T_OBS"], header["DATE-OBS"]) == (
        "2011.12.17_06:24:00.000_TAI",
        "2011.12.17_06:27:30.000_TAI",
        "2011-12-17T06:24:26.000",
    )
    assert header["INTERVAL"] == 300
    assert header["X0"] == header["CRPIX1"] - 1
    assert header["R_SUN"] == pytest.approx(header["RSUN_OBS"] / header["CDELT1"])
    assert header["SIMULATD"] is True
    late = fits.getheader(short, 1)
    assert (late["INTERVAL"], late["T_OBS"]) == (30, "2011.12.17_07:59:30.000_TAI")

    (gong, _), _ = made("gong", sample, tmp_path)
    with fits.open(gong, do_not_scale_image_data=True) as hdus:
        stored, header = hdus[0].data, hdus[0].header
        assert header["BITPIX"] == 16
        assert stored[0, 0] == round(-703.2 / 0.09504)
        for keyword in ("CDELT1", "CUNIT1", "CROTA2", "RSUN_OBS"):
            assert keyword not in header
        assert (header["DATE-OBS"], header["TIME-OBS"]) == ("2011/12/17", "06:24:16.000000")
        assert header["USDIMG01"] == "udbqi111217t0620.fits"


def test_mdi_is_empty_outside_the_headers_limb_and_only_there(sample, tmp_path):
    (path, _), _ = made("mdi", sample, tmp_path)
    field = fits.getdata(path, 1)
    radius = read(path).pointing.radius(field.shape)
    np.testing.assert_array_equal(np.isnan(field), radius >= 1)


def test_gongs_limb_is_where_its_keywords_say(sample, tmp_path):
    """FNDLMBXC and -YC count from 1: the centroid of what is not fill lies there less 1."""
    (path, _), _ = made("gong", sample, tmp_path)
    field, header = fits.getdata(path), fits.getheader(path)
    rows, columns = np.nonzero(field > -351)
    assert columns.mean() == pytest.approx(header["FNDLMBXC"] - 1, abs=0.1)
    assert rows.mean() == pytest.approx(header["FNDLMBYC"] - 1, abs=0.1)
    area = np.pi * header["FNDLMBMI"] * header["FNDLMBMA"]
    assert rows.size == pytest.approx(area, rel=0.02)


@pytest.mark.parametrize("instrument", ["hmi", "mdi", "gong"])
def test_the_same_seed_gives_the_same_bytes(instrument, sample, tmp_path):
    first, _ = made(instrument, sample, tmp_path, "first")
    again, _ = made(instrument, sample, tmp_path, "again")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]
    manifests = [path.parent.with_name(f"{MONTH}.json") for path in (first[0], again[0])]
    assert manifests[0].read_text() == manifests[1].read_text()


@pytest.mark.parametrize(
    ("instrument", "step", "row", "unsigned"),
    [
        ("hmi", 0.1, [-3.2, -2.3, 0.9, 3.0], 140834.2),
        ("mdi", 0.01, [0.3, 4.25, -2.1, 7.2], 16238.1),
        ("gong", 0.095, [-1.24, 1.05, 0.67, -1.33, 0.29], 3337.6),
    ],
)
def test_the_default_frame_is_what_it_was(instrument, step, row, unsigned, sample, tmp_path):
    """Before frames could be taken under other conditions; within a step of the stored integers."""
    (path, _), truth = made(instrument, sample, tmp_path)
    field = fits.getdata(path, 0 if instrument == "gong" else 1).astype(float)
    n = field.shape[0]
    middle = slice(n // 4, 3 * n // 4)
    np.testing.assert_allclose(field[n // 2, middle][:: n // 8], row, atol=1.01 * step)
    assert np.abs(field[middle, middle]).sum() == pytest.approx(unsigned, rel=1e-5)
    assert not {"fwhm", "limb_growth"} & truth[path.name].keys()


def test_another_seed_gives_other_noise_and_pointing(sample, tmp_path):
    (first, _), one = made("mdi", sample, tmp_path, "first")
    (other, _), two = made("mdi", sample, tmp_path, "other", seed=2)
    assert first.read_bytes() != other.read_bytes()
    assert one[first.name]["true"]["roll"] != two[other.name]["true"]["roll"]


def test_more_frames_leave_a_frames_noise_as_it_was(sample, tmp_path):
    """The draws belong to the frame's number, so that frames can be added."""
    one, _ = made("gong", sample, tmp_path, "one", frames=1)
    two, _ = made("gong", sample, tmp_path, "two", frames=2)
    assert one[0].read_bytes() == two[0].read_bytes()


def test_astropys_coordinates_find_the_spot(sample, tmp_path):
    """An independent reading of CRPIX, CDELT and CROTA2 on a month that is rolled by 3 degrees."""
    (path, _), truth = made("mdi", sample, tmp_path, header_errors=False)
    told = truth[path.name]
    header = fits.getheader(path, 1)
    assert header["CROTA2"] == pytest.approx(3, abs=1)
    real = suns.pointing()
    seen = Observer(told["true"]["b0"], told["true"]["l0"], told["true"]["dsun"])
    x, y = carry(0.3, -0.3, Observer.of(real), seen, -told["seconds_from_real"])
    arcsec = np.array([x, y]) * told["true"]["rsun"]
    kinds = ("CTYPE", "CUNIT", "CRPIX", "CRVAL", "CDELT")
    keys = [f"{kind}{axis}" for kind in kinds for axis in (1, 2)] + ["CROTA2"]
    wcs = WCS({key: header[key] for key in keys})
    px, py = wcs.world_to_pixel_values(*(arcsec / 3600))
    field = np.nan_to_num(fits.getdata(path, 1))
    columns, rows = np.meshgrid(*[np.arange(field.shape[0])] * 2)
    near = np.hypot(columns - px, rows - py) < 4
    weight = np.where(near & (field > 60), field, 0)
    assert (weight * columns).sum() / weight.sum() == pytest.approx(float(px), abs=0.2)
    assert (weight * rows).sum() / weight.sum() == pytest.approx(float(py), abs=0.2)


def test_the_command_completes_its_settings(sample, tmp_path):
    from onesun.cli.sample import app

    out = tmp_path / "raw" / "gong" / MONTH
    options = ["--instrument", "gong", "--month", MONTH, "--frames", str(sample)]
    settings = json.dumps({"sample": {"frames": 1}})
    result = CliRunner().invoke(
        app, ["simulate", *options, "--settings", settings, "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    by_hand, _ = made("gong", sample, tmp_path, frames=1)
    assert (out / by_hand[0].name).read_bytes() == by_hand[0].read_bytes()


def test_the_nearest_noon_has_the_sun():
    """The real frame of Big Bear at 20:04 UT, Learmonth at its noon, Udaipur at its own."""
    for time, code in (
        ("2010-06-08T20:04:35", "BB"),
        ("2011-12-17T04:04:35", "LE"),
        ("2011-12-17T07:04:35", "UD"),
        ("2011-12-17T13:04:35", "TD"),
        ("2011-12-17T22:04:35", "ML"),
        ("2011-12-17T16:34:35", "CT"),
    ):
        assert headers_gong.site_at(from_iso(time)).code == code


def test_gong_headers_are_like_the_real_one(real_files, sample, tmp_path):
    real = fits.getheader(real_files["bbzqa100608t2004.fits.gz"])
    (path, _), _ = made("gong", sample, tmp_path)
    ours = fits.getheader(path)
    extra = [key for key in ours if key not in real and not key.startswith("SIMULAT")]
    assert extra == []
    for key in ("TELESCOP", "IMTYPE", "DTYPE", "BUNIT", "CTYPE1", "WAVELNTH", "SKYVALUE", "N_USED"):
        assert str(ours[key]).strip() == str(real[key]).strip(), key
        assert type(ours[key]) is type(real[key]), key
    product = [header["RADIUS"] * header["DISTANCE"] for header in (ours, real)]
    assert product[0] == pytest.approx(product[1], rel=1e-5)


def test_mdi_headers_are_like_the_real_one(real_files, sample, tmp_path):
    real = fits.getheader(real_files["mdi.fd_M_96m_lev182.20101015_000000_TAI.data.fits"], 1)
    (path, _), _ = made("mdi", sample, tmp_path)
    ours = fits.getheader(path, 1)
    structure = {"XTENSION", "PCOUNT", "GCOUNT", "SIMULATD", "SIMULATR"}
    assert [key for key in ours if key not in real and key not in structure] == []
    differ = {
        key
        for key in ours
        if (isinstance(real.get(key), str) and not isinstance(ours[key], str))
        or isinstance(real.get(key), float) != isinstance(ours[key], float)
    } - {"SIMULATD", "SIMULATR"}
    assert differ == set()
    for key in ("TELESCOP", "CAMERA", "CONTENT", "BUNIT", "CTYPE1", "CUNIT1", "DPC", "QUALITY"):
        assert ours[key] == real[key], key


@pytest.mark.parametrize(
    ("instrument", "month", "expected"),
    [
        ("aia", MONTH, r"instrument 'aia': not in the sample, expected gong, hmi, mdi"),
        ("mdi", "2012-05", r"month 2012-05: no real frame in the sample, expected 2011-12"),
    ],
)
def test_what_the_sample_lacks_is_named(instrument, month, expected, sample, tmp_path):
    with pytest.raises(ConfigError, match=expected):
        simulate(instrument, month, sample, SETTINGS, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_damaged_sample_is_refused(sample, tmp_path):
    content = json.loads(sample.read_text())
    name = content["months"][MONTH]
    (tmp_path / "sample" / name).write_bytes(b"short")
    with pytest.raises(DamagedProductError, match=r"5 bytes, expected \d+ bytes"):
        simulate("mdi", MONTH, sample, SETTINGS, tmp_path / "out")
    write_json(sample, {"folder": "sample"})
    with pytest.raises(DamagedProductError, match="no manifest of real HMI frames"):
        simulate("mdi", MONTH, sample, SETTINGS, tmp_path / "out")


def test_a_month_that_fails_leaves_nothing(sample, tmp_path):
    """The second frame's interval is unknown: the first is not left behind."""
    out = tmp_path / "out"
    with pytest.raises(ConfigError, match="mdi_intervals"):
        simulate("mdi", MONTH, sample, SETTINGS | {"mdi_intervals": [300, 60]}, out)
    assert list(tmp_path.glob("*out*")) == []
