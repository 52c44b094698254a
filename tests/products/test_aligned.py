"""Aligned fields on disk."""

from pathlib import Path

import numpy as np
import pytest
import sunpy.map
from astropy.io import fits

from onesun.errors import DamagedProductError
from onesun.io.files import folder_listing, write_json
from onesun.products import aligned

FRAME = {
    "stamp": "20111217_060000_TAI", "time": "2011-12-17T05:59:52.156",
    "input_time": "2011-12-17T06:03:30.000", "interval": 300.0, "input_file": "a.input.fits",
    "target_file": "a.target.fits", "b0": -1.1, "l0": 312.0, "dsun": 1.47e11,
    "input_dsun": 1.46e11, "observer_velocity": None, "simulated": True,
}  # fmt: skip


@pytest.fixture
def field():
    rng = np.random.default_rng(7)
    values = rng.normal(0, 300, (128, 128)).astype(np.float32)
    values[0, :] = np.nan
    values[5, 5] = 5000.0  # beyond what 16 bits would hold at 0.1 G
    return values


def test_a_field_comes_back_within_half_a_quantum(tmp_path, field):
    path = tmp_path / "a.fits"
    aligned.write_field(path, field, {"PAIR": ("mdi-hmi", "which")})
    back = aligned.read_field(path)
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, field, atol=0.0505)
    np.testing.assert_array_equal(np.isnan(back), np.isnan(field))
    assert aligned.read_header(path)["PAIR"] == "mdi-hmi"


def test_any_fits_reader_sees_gauss(tmp_path, field):
    path = tmp_path / "a.fits"
    aligned.write_field(path, field, {})
    np.testing.assert_allclose(fits.getdata(path, 1), field, atol=0.0505)


def test_the_same_field_gives_the_same_bytes(tmp_path, field):
    for name in ("a.fits", "b.fits"):
        aligned.write_field(tmp_path / name, field, {"PAIR": "x"})
    content = (tmp_path / "a.fits").read_bytes()
    assert content == (tmp_path / "b.fits").read_bytes()
    # Nor may a clock reading hide in a comment, unseen by files of the same second.
    assert b"updated" not in content


def test_a_full_disk_leaves_nothing(tmp_path, field, monkeypatch):
    def full(path, content):
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        aligned.write_field(tmp_path / "a.fits", field, {})
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def month(tmp_path, field):
    for name in ("a.input.fits", "a.target.fits"):
        aligned.write_field(tmp_path / "2011-12" / name, field, {})
    content = {
        "product": "aligned frames", "pair": "mdi-hmi", "month": "2011-12", "folder": "2011-12",
        "input_instrument": "mdi",
        "target_instrument": "hmi",
        "files": folder_listing(tmp_path / "2011-12"), "frames": [{**FRAME, "shift_x_px": 0.1}],
    }  # fmt: skip
    write_json(tmp_path / "2011-12.json", content)
    return tmp_path / "2011-12.json"


def test_a_month_opens_by_its_manifest(month, field):
    opened = aligned.read_month(month)
    assert (opened.pair, opened.month, opened.simulated) == ("mdi-hmi", "2011-12", True)
    (frame,) = opened.frames
    assert frame.as_dict() == FRAME | {"input_noise": None}  # of a manifest without it
    np.testing.assert_allclose(opened.input(frame), opened.target(frame))


def test_a_damaged_month_names_the_file(month):
    path = month.parent / "2011-12" / "a.target.fits"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(DamagedProductError, match=r"a\.target\.fits: \d+ bytes, expected \d+"):
        aligned.read_month(month)
    path.unlink()
    with pytest.raises(DamagedProductError, match=r"a\.target\.fits: missing"):
        aligned.read_month(month)


def test_a_changed_byte_is_found_when_the_frame_is_read(month):
    path = month.parent / "2011-12" / "a.input.fits"
    content = bytearray(path.read_bytes())
    content[-3000] ^= 1
    path.write_bytes(content)
    opened = aligned.read_month(month)
    with pytest.raises(DamagedProductError, match=r"a\.input\.fits: its bytes have changed"):
        opened.input(opened.frames[0])
    opened.target(opened.frames[0])


def test_another_manifest_is_refused(tmp_path):
    write_json(tmp_path / "x.json", {"product": "raw frames", "folder": "x"})
    with pytest.raises(DamagedProductError, match="no manifest of aligned frames, but"):
        aligned.read_month(tmp_path / "x.json")


def test_an_unreadable_field_is_named(tmp_path):
    (tmp_path / "a.fits").write_bytes(b"nothing")
    with pytest.raises(DamagedProductError, match=r"a\.fits: not readable"):
        aligned.read_field(tmp_path / "a.fits")


@pytest.mark.filterwarnings("ignore:Missing metadata for observer")
def test_sunpy_opens_a_field(tmp_path, field):
    cards = {
        "CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN", "CUNIT1": "arcsec", "CUNIT2": "arcsec",
        "CRPIX1": 64.5, "CRPIX2": 64.5, "CRVAL1": 0.0, "CRVAL2": 0.0, "CDELT1": 16.0,
        "CDELT2": 16.0, "DATE-OBS": "2011-12-17T06:00:00", "DSUN_OBS": 1.47e11,
        "HGLN_OBS": 0.0, "HGLT_OBS": -1.1,
    }  # fmt: skip
    aligned.write_field(tmp_path / "a.fits", field, cards)
    opened = sunpy.map.Map(tmp_path / "a.fits")
    np.testing.assert_allclose(opened.data, field, atol=0.0505)
    assert opened.unit == "G"
