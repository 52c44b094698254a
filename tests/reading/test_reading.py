"""The reader: real files understood as their traps demand, bad ones refused in one sentence."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from onesun import instruments
from onesun.errors import MissingKeywordError, UntrustedFrameError
from onesun.reading import read
from onesun.reading.conventions import CONVENTIONS
from onesun.reading.quality import read_quality

HMI_2011 = "hmi.M_720s.20111217_060000_TAI.magnetogram.fits"
MDI_1999 = "mdi.fd_M_96m_lev182.19991211_173600_TAI.data.fits"
MDI_2010 = "mdi.fd_M_96m_lev182.20101015_000000_TAI.data.fits"
ZQA = "bbzqa100608t2004.fits.gz"
BQA = "bbbqa090905t1854.fits.gz"

MDI_CARDS = {
    "TELESCOP": "SOHO", "CAMERA": "MDI", "BUNIT": "Gauss", "QUALITY": 512, "INTERVAL": 300.0,
    "BLDVER18": -60102,
    "T_OBS": "2011.03.14_00:03:30.000_TAI", "CRPIX1": 512.5, "CRPIX2": 511.0,
    "CDELT1": 1.986, "CDELT2": 1.986, "CROTA2": 3.1, "CRVAL1": 0.0, "CRVAL2": 0.0,
    "RSUN_OBS": 970.0, "DSUN_OBS": 1.47e11, "CRLN_OBS": 200.0, "CRLT_OBS": -7.0, "OBS_VR": -100.0,
}  # fmt: skip


@pytest.fixture
def mdi_file(tmp_path):
    """Write an MDI-like file with some cards changed (None: left out) and return its path."""

    def write(data=None, checksum=False, **changes):
        if data is None:
            data = uniform()
        cards = {**MDI_CARDS, **changes}
        hdu = fits.CompImageHDU(data, compression_type="RICE_1")
        for key, value in cards.items():
            if value is not None:
                hdu.header[key] = value
        hdu.header["BSCALE"] = 0.1
        hdu.header["BLANK"] = -(2**31)
        path = tmp_path / "mdi.fits"
        hdu.writeto(path, overwrite=True, checksum=checksum)
        return path

    return write


def uniform(shape=(1024, 1024)):
    """-12 to 12 G, evenly: what repeats itself, or has one sign, would be refused."""
    rows, columns = np.indices(shape)
    return (((7 * rows + 5 * columns) % 25 - 12) * 10).astype(np.int32)


@pytest.mark.parametrize(
    ("name", "instrument", "tai", "limb_radius", "noise"),
    [
        (HMI_2011, "hmi", "2011-12-17T05:59:52.156", 1933.4, (4, 6)),
        (MDI_1999, "mdi", "1999-12-11T17:35:30.000", 497.07, (20, 27)),
        (MDI_2010, "mdi", "2010-10-15T00:03:30.000", 488.63, (9.5, 16)),
        # GPS stamps are 19 s behind TAI.
        (ZQA, "gong", "2010-06-08T20:04:35.000", 370.66, (1.5, 2.6)),
        (BQA, "gong", "2009-09-05T18:54:35.000", 371.71, (1.5, 2.6)),
    ],
)
def test_real_files(real_files, name, instrument, tai, limb_radius, noise):
    frame = read(real_files[name])
    assert frame.instrument == instrument
    assert frame.time.isot == tai
    assert frame.pointing.limb_radius == pytest.approx(limb_radius, abs=0.06)
    assert noise[0] < frame.core_noise() < noise[1]
    assert frame.quality.usable
    assert frame.missing_share() == 0
    assert not frame.simulated
    assert frame.field.dtype == np.float32


def test_all_three_hmi_frames_are_usable_though_two_words_are_not_zero(real_files):
    frames = [read(path) for name, path in real_files.items() if name.startswith("hmi.M_720s")]
    assert [frame.quality.word for frame in frames] == [66560, 0, 65536]
    assert all(frame.quality.usable for frame in frames)
    # Off the limb these files hold noise of up to 4.4 kG: none of it may be left.
    assert max(np.nanmax(np.abs(frame.field)) for frame in frames) < 1600


@pytest.mark.parametrize("name", [ZQA, BQA])
def test_nothing_of_gongs_fill_is_left_and_its_centre_counts_from_one(real_files, name):
    frame = read(real_files[name])
    assert np.nanmin(frame.field) > -500
    raw = fits.getdata(real_files[name])
    rows, columns = np.nonzero(raw > raw[0, 0] + 100)
    assert frame.pointing.x0 == pytest.approx(columns.mean(), abs=0.15)
    assert frame.pointing.y0 == pytest.approx(rows.mean(), abs=0.15)


def test_rice_compressed_gong_reads_the_same(real_files, tmp_path):
    with fits.open(real_files[ZQA]) as hdus:
        steps = np.rint(hdus[0].data * 10).astype(np.int32)
        packed = fits.CompImageHDU(steps, hdus[0].header, compression_type="RICE_1")
    packed.header["BSCALE"] = 0.1
    path = tmp_path / "bbzqa100608t2004.fits.fz"
    packed.writeto(path)
    plain, rice = read(real_files[ZQA]), read(path)
    assert rice.pointing == plain.pointing
    np.testing.assert_allclose(rice.field, plain.field, atol=0.051)


def test_a_header_is_understood(mdi_file):
    frame = read(mdi_file(SIMULATD=True))
    assert frame.simulated
    assert (frame.pointing.x0, frame.pointing.y0, frame.pointing.roll) == (511.5, 510.0, 3.1)
    assert (frame.interval, frame.observer_velocity) == (300.0, -100.0)
    assert np.nanmax(frame.field) == pytest.approx(12.0)
    off = frame.pointing.radius(frame.field.shape) >= 1
    np.testing.assert_array_equal(np.isnan(frame.field), off)


@pytest.mark.parametrize("interval", [-30.0, 0.0, 1e13])
def test_an_integration_time_that_cannot_be_is_unknown(mdi_file, interval):
    assert np.isnan(read(mdi_file(INTERVAL=interval)).interval)


def test_a_file_that_may_not_be_read_is_told_as_that(mdi_file, monkeypatch):
    def forbidden(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    path = mdi_file()
    monkeypatch.setattr(Path, "read_bytes", forbidden)
    with pytest.raises(UntrustedFrameError, match=r"mdi\.fits: permission denied$"):
        read(path)


def test_missing_pixels_are_nan_and_counted(mdi_file):
    data = uniform()
    data[500:510, :] = -(2**31)
    frame = read(mdi_file(data))
    assert np.isnan(frame.field[505, 512])
    assert 0.010 < frame.missing_share() < 0.015


def test_a_reference_pixel_off_the_centre_is_followed(mdi_file):
    frame = read(mdi_file(CROTA2=0.0, CRVAL1=19.86, CRVAL2=-9.93))
    assert frame.pointing.x0 == pytest.approx(501.5)
    assert frame.pointing.y0 == pytest.approx(515.0)


@pytest.mark.parametrize("keyword", ["RSUN_OBS", "CDELT1", "CROTA2", "T_OBS", "QUALITY"])
def test_a_missing_keyword_is_named(mdi_file, keyword):
    with pytest.raises(MissingKeywordError, match=rf"mdi\.fits: header has no {keyword}"):
        read(mdi_file(**{keyword: None}))


@pytest.mark.parametrize(
    ("card", "sentence"),
    [
        (b"RSUN_OBS=           97O.4 1", r"RSUN_OBS is .*97O.4 1.*, expected a positive number"),
        (b"T_OBS   = 2010.10.15'", "T_OBS is .*2010.10.15.*, expected a time"),
        (b"OBS_VR  =       -1 0 0", None),  # not needed
        # Astropy would ask for each of them.
        (b"NAXIS   =        1099511627776", r"NAXIS is 1\.09951e\+12, expected at most 999"),
    ],
)
def test_a_card_that_is_not_fits_is_told_as_it_stands(mdi_file, card, sentence):
    path = mdi_file()
    content = path.read_bytes()
    start = content.index(card[:9])
    path.write_bytes(content[:start] + card.ljust(80) + content[start + 80 :])
    if sentence is None:
        assert np.isnan(read(path).observer_velocity)
    else:
        with pytest.raises(UntrustedFrameError, match=sentence):
            read(path)


def test_gong_without_a_radius_is_refused(tmp_path):
    header = {"DATE-OBS": "2010/06/08", "TIME-OBS": "20:04:16"}
    with pytest.raises(MissingKeywordError, match="header has no RADIUS and no SEMIDIAM"):
        CONVENTIONS["gong"](header, instruments.load("gong"), tmp_path)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"TELESCOP": "SDO/AIA", "CAMERA": "AIA"}, "TELESCOP 'SDO/AIA', .*expected a magnetogram"),
        ({"CONTENT": "MDI Full Disk Continuum Intensity"}, "CONTENT 'MDI Full Disk Continuum"),
        ({"BUNIT": "DN"}, "BUNIT is 'DN', expected gauss"),
        ({"RSUN_OBS": -1.0}, "RSUN_OBS is -1.0, expected a positive number"),
        ({"CDELT1": "x"}, "CDELT1 is 'x', expected a number"),
        ({"CDELT2": 1.9}, r"pixels of 1\.986 x 1\.9 arcsec found, expected square pixels"),
        ({"CDELT1": 0.6, "CDELT2": 0.6}, r"plate scale 0\.6 .*expected about 1\.98"),
        ({"CRPIX2": 1e300}, r"disk centre \(.*, 1e\+300\) and radius"),
        ({"RSUN_OBS": 96.0}, r"radius of the Sun 96 arcsec found, expected about 960"),
        ({"CRPIX1": 90.0}, "expected a full disk on the detector"),
        ({"T_OBS": "2011.03.14"}, "expected a time ending in _TAI"),
        ({"T_OBS": "2011.99.14_00:00:00_TAI"}, "which is no time"),
        ({"QUALITY": "bad"}, "QUALITY is 'bad', expected a 32-bit integer"),
        ({"CUNIT1": "furlong"}, "CUNIT1 is 'furlong', expected 'arcsec'"),
    ],
)
def test_what_contradicts_the_record_is_one_sentence(mdi_file, changes, sentence):
    with pytest.raises(UntrustedFrameError, match=sentence) as caught:
        read(mdi_file(**changes))
    assert "\n" not in str(caught.value)


def test_a_frame_without_values_is_refused(mdi_file):
    with pytest.raises(UntrustedFrameError, match="no pixel of the disk holds a value"):
        read(mdi_file(np.full((1024, 1024), -(2**31), np.int32)))


def test_a_frame_that_is_filled_in_is_refused(mdi_file):
    with pytest.raises(UntrustedFrameError, match="every pixel of the disk holds a fill"):
        read(mdi_file(np.zeros((1024, 1024), np.int32)))


@pytest.mark.parametrize("axis", [0, 1])
def test_a_frame_of_doubled_pixels_is_refused(mdi_file, axis):
    data = np.repeat(noise(), 2, axis=axis)[:1024, :1024]
    with pytest.raises(UntrustedFrameError, match="50% of the disk repeats the pixel beside it"):
        read(mdi_file(data))


def test_a_field_that_cannot_be_is_no_measurement(mdi_file):
    data = uniform()
    data[512, 512] = 100_001
    frame = read(mdi_file(data))
    assert np.isnan(frame.field[512, 512])
    assert np.isnan(frame.field).sum() == (frame.pointing.radius((1024, 1024)) >= 1).sum() + 1


def test_a_disk_of_fields_that_cannot_be_is_refused(mdi_file):
    with pytest.raises(
        UntrustedFrameError, match=r"50000\.1 G found, and 90\.\d% of the disk beyond what SoHO/MDI"
    ):
        read(mdi_file(noise() * 1000 - 1))


def test_another_size_is_refused(mdi_file):
    with pytest.raises(UntrustedFrameError, match="64 x 32 pixels found, expected 1024 x 1024"):
        read(mdi_file(np.zeros((32, 64), np.int32)))


@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_a_truncated_file_is_refused(mdi_file, share):
    path = mdi_file(noise())
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UntrustedFrameError, match=r"mdi\.fits: "):
        read(path)


def test_a_truncated_gz_is_refused(real_files, tmp_path):
    path = tmp_path / ZQA
    path.write_bytes(real_files[ZQA].read_bytes()[:200_000])
    with pytest.raises(UntrustedFrameError, match=ZQA):
        read(path)


def noise():
    return np.random.default_rng(1).integers(-500, 500, (1024, 1024)).astype(np.int32)


def test_a_changed_byte_of_a_rice_image_is_found_by_its_sum(mdi_file):
    path = mdi_file(noise(), checksum=True)
    read(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(UntrustedFrameError, match="do not add up to DATASUM"):
        read(path)


def test_a_rice_image_that_cannot_be_unpacked_is_refused(mdi_file):
    path = mdi_file(noise())
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
    path.write_bytes(content)
    with pytest.raises(UntrustedFrameError, match=r"mdi\.fits: ") as caught:
        read(path)
    assert "\n" not in str(caught.value)


def test_a_changed_byte_in_gzip_is_found_by_its_checksum(mdi_file, tmp_path):
    path = tmp_path / "mdi.fits.gz"
    # Stored, not deflated: any byte of it decompresses.
    content = bytearray(gzip.compress(mdi_file(noise()).read_bytes(), compresslevel=0))
    path.write_bytes(content)
    read(path)
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(UntrustedFrameError, match=r"mdi\.fits\.gz: .*CRC"):
        read(path)


@pytest.mark.parametrize("content", [b"", b"not FITS at all", b"SIMPLE  =                    T"])
def test_what_is_not_fits_is_refused(tmp_path, content):
    path = tmp_path / "x.fits"
    path.write_bytes(content)
    with pytest.raises(UntrustedFrameError, match=r"x\.fits"):
        read(path)


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(UntrustedFrameError, match="no such file"):
        read(tmp_path / "x.fits")


def test_a_cube_is_refused(tmp_path):
    path = tmp_path / "x.fits"
    fits.PrimaryHDU(np.zeros((2, 4, 4), np.float32)).writeto(path)
    with pytest.raises(UntrustedFrameError, match="an image of 3 axes found, expected 2"):
        read(path)


@pytest.mark.parametrize(
    ("value", "word", "usable"),
    [
        (66560, 66560, True),
        ("0x00010400", 66560, True),
        (-(2**31), 0x80000000, False),  # signed
        (2**31, 0x80000000, False),  # unsigned
        ("0x80000000", 0x80000000, False),
        (0x200, 0x200, False),
    ],
)
def test_quality_is_read_by_bit_however_it_is_written(tmp_path, value, word, usable):
    rules = instruments.load("hmi").quality
    quality = read_quality({"QUALITY": value}, rules, tmp_path)
    assert (quality.word, quality.usable) == (word, usable)


LOS, VECTOR, EITHER = {"CADENCE": 45.0}, {"CADENCE": 720.0}, {}
JSOC, SOI = {"CAMERA": "MDI"}, {"INSTRUME": "MDI"}


@pytest.mark.parametrize(
    ("instrument", "header", "word", "name", "usable"),
    [
        # The same bit of the two modules that write HMI's word.
        ("hmi", LOS, 0x100, "eclipse", False),
        ("hmi", VECTOR, 0x100, "HFTSACID above 4000", True),
        ("hmi", VECTOR, 0x200, "eclipse", False),
        ("hmi", LOS, 0x40, "HFTSACID above 4000", True),
        ("hmi", VECTOR, 0x40, "undefined", True),
        ("hmi", EITHER, 0x200, "eclipse", False),
        # Without its cadence the strictest meaning counts.
        (
            "hmi",
            EITHER,
            0x100,
            "eclipse (line-of-sight module) or HFTSACID above 4000 (vector module)",
            False,
        ),
        ("hmi", VECTOR, 0x4000, "image stabilisation loop open in some filtergrams", False),
        ("hmi", VECTOR, 0x80, "instrument anomaly or error of JSOC's code", False),
        ("hmi", LOS, 0x80000080, "no coefficients of the velocity correction", False),
        # Bit 31 of MDI, before and after JSOC took over the words.
        ("mdi", JSOC, 0x80000000, "no data", False),
        ("mdi", SOI, 0x80000000, "problem word valid", True),
        ("mdi", JSOC, 0x40000, "undefined", True),
    ],
)
def test_a_bit_means_what_its_writer_means_by_it(instrument, header, word, name, usable):
    rules = instruments.load(instrument).quality
    quality = read_quality({**header, "QUALITY": word}, rules, Path("x"))
    assert name in quality.set_bits.values()
    assert quality.usable is usable
    assert bool(quality.refused) is not usable


def test_good_frames_are_told_apart_by_what_their_word_says():
    rules = instruments.load("hmi").quality
    quality = read_quality({**VECTOR, "QUALITY": 66560}, rules, Path("x"))
    assert quality.strata == (
        "0x400 no list of cosmic rays",
        "0x10000 few points in the temporal interpolation",
    )
    assert read_quality({**JSOC, "QUALITY": 512}, instruments.load("mdi").quality, "x").strata == ()


@pytest.mark.parametrize("name", ["hmi", "mdi"])
def test_every_bit_that_an_archive_defines_has_a_use(name):
    """HMI reserves its lowest five; MDI's 12 to 30 are not standard."""
    rules = instruments.load(name).quality
    named = 0
    for one in rules.bits:
        named |= one.mask
    assert named == {"hmi": 0xFFFFFFE0, "mdi": 0x80000FFF}[name]


def test_a_verdict_names_the_bits():
    rules = instruments.load("mdi").quality
    assert "refused: more than 10 % missing" in str(read_quality({"QUALITY": 16}, rules, "x"))
