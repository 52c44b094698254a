"""Which image of a file is meant, and what is no line-of-sight magnetogram though it looks so."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits
from typer.testing import CliRunner

from helpers.convertible import gong, mdi
from helpers.suns import small_records, write_hmi
from onesun import instruments
from onesun.alignment.screening import screen
from onesun.cli.app import app
from onesun.conversion.source import of_file
from onesun.errors import UntrustedFrameError
from onesun.reading import read

PREVIEW = np.arange(256 * 256, dtype=np.uint8).reshape(256, 256)


@pytest.fixture
def small_hmi(tmp_path, monkeypatch):
    """Write a frame of a small HMI with some cards changed (None: left out), and its field."""
    small_records(tmp_path / "records", monkeypatch)

    def write(change=lambda field: field, **cards):
        (tmp_path / "hmi.fits").unlink(missing_ok=True)
        path = write_hmi(tmp_path / "hmi.fits")
        with fits.open(path) as hdus:
            field, header = hdus[1].data, hdus[1].header
        for key in ("BSCALE", "BLANK"):
            header.remove(key, ignore_missing=True)
        for key, value in cards.items():
            header.remove(key, ignore_missing=True)
            if value is not None:
                header[key] = value
        fits.writeto(path, change(field).astype(np.float32), header, overwrite=True)
        return path

    yield write
    instruments.load.cache_clear()


def refused(path) -> str:
    result = CliRunner().invoke(app, ["info", str(path)])
    assert result.exit_code == 2, result.exception
    assert result.stdout == ""
    assert result.stderr.startswith(f"onesun: {path}: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


# Products


@pytest.mark.parametrize(
    ("cards", "said"),
    [
        ({"CONTENT": "HMI observable", "BUNIT": "Mx/cm^2"}, "CONTENT 'HMI observable'"),
        ({"CONTENT": "HMI observable", "BUNIT": "Gauss"}, "CONTENT 'HMI observable'"),
        ({"CONTENT": "TOTAL FIELD"}, "CONTENT 'TOTAL FIELD'"),
        ({"DRMS_ID": "hmi.B_720s:1:field"}, "DRMS_ID 'hmi.B_720s:1:field'"),
        ({"DRMS_ID": "hmi.B_720s:1:field_err"}, "DRMS_ID 'hmi.B_720s:1:field_err'"),
        ({"DRMS_ID": "hmi.B_720s:1:inclination", "CONTENT": None}, "inclination"),
        ({"DRMS_ID": "hmi.M_720s_dcon:1:magnetogram"}, "DRMS_ID 'hmi.M_720s_dcon:1:magnetogram'"),
        ({"CONTENT": "SYNOPTIC MAGNETOGRAM"}, "CONTENT 'SYNOPTIC MAGNETOGRAM'"),
    ],
)
def test_another_product_of_hmi_is_refused(small_hmi, cards, said):
    message = refused(small_hmi(**cards))
    assert said in message
    assert "expected a full-disk line-of-sight magnetogram" in message


@pytest.mark.parametrize(
    "change", [np.abs, lambda field: -np.abs(field), lambda field: np.abs(field) ** 0.5]
)
def test_a_field_of_one_sign_is_refused_whatever_its_header_says(small_hmi, change):
    assert "expected both signs" in refused(small_hmi(change))
    assert "expected both signs" in refused(small_hmi(change, CONTENT=None))


@pytest.mark.parametrize(
    "cards",
    [
        {},
        {"CONTENT": "Magnetogram"},
        {"CONTENT": None},
        {"BUNIT": "Mx/cm^2"},
        {"DRMS_ID": "hmi.M_720s:203047:magnetogram"},
        {"DRMS_ID": "hmi.M_720s_nrt:203047:magnetogram"},
    ],
)
def test_a_magnetogram_of_hmi_is_read(small_hmi, cards):
    assert read(small_hmi(**cards)).instrument == "hmi"


@pytest.mark.parametrize(
    "content", ["MDI observable", "MDI Full Disk Vector", "MDI High Resolution"]
)
def test_another_product_of_mdi_is_refused(tmp_path, content):
    data, header = mdi()
    header["CONTENT"] = content
    fits.writeto(tmp_path / "mdi.fits", data, header)
    assert f"CONTENT '{content}'" in refused(tmp_path / "mdi.fits")


@pytest.mark.parametrize("value", [True, 3, "T", "yes", "1-3", 2.0, False, 0, "F", "NO"])
def test_a_frame_that_gong_filled_is_called_that_everywhere(tmp_path, value):
    data, header = gong()
    header["FILLED"] = value
    path = tmp_path / "gong.fits"
    fits.writeto(path, data, header)
    said = f"FILLED is {value!r}, expected none in a good image"
    assert not read(path).quality.usable
    result = CliRunner().invoke(app, ["info", str(path)])
    assert f"refused: {said}" in result.stdout
    usable, left_out = screen([path], "gong", 0.01)
    assert not usable
    assert left_out[0].reason == said
    with pytest.raises(UntrustedFrameError, match="FILLED is"):
        of_file(path)
    assert of_file(path, force=True).doubts == (said,)


def test_a_frame_that_gong_did_not_fill_is_usable(tmp_path):
    data, header = gong()
    assert "FILLED" not in header
    fits.writeto(tmp_path / "gong.fits", data, header)
    assert of_file(tmp_path / "gong.fits").doubts == ()


# Files without keywords


@pytest.mark.parametrize("shape", [(1024, 1024), (4096, 4096), (64, 32)])
def test_a_file_without_keywords_is_called_that(tmp_path, shape):
    path = tmp_path / "data.fits"
    image = fits.CompImageHDU(np.zeros(shape, np.int32), compression_type="RICE_1")
    image.header.update({"BSCALE": 0.1, "BLANK": -(2**31)})
    image.writeto(path)
    message = refused(path)
    assert "header without keywords found, as in files of JSOC's storage" in message
    assert "export the file with keywords (protocol FITS instead of as-is)" in message


# Which image


def in_place(path, *hdus):
    fits.HDUList(list(hdus)).writeto(path)
    return path


def without(header: fits.Header, *keys: str) -> fits.Header:
    header = header.copy()
    for key in keys:
        del header[key]
    return header


def cards_in_primary(path, data, header):
    return in_place(path, fits.PrimaryHDU(header=header), fits.ImageHDU(data))


def pointing_in_primary(path, data, header):
    """Half of the keywords here, half there."""
    there = fits.Header([card for card in header.cards if card.keyword.startswith("C")])
    return in_place(
        path, fits.PrimaryHDU(header=without(header, *there)), fits.ImageHDU(data, there)
    )


def compressed(path, data, header):
    steps = np.where(np.isnan(data), -(2**31), np.rint(np.nan_to_num(data) * 100)).astype(np.int32)
    image = fits.CompImageHDU(steps, compression_type="RICE_1")
    image.header.update({"BSCALE": 0.01, "BLANK": -(2**31)})
    return in_place(path, fits.PrimaryHDU(header=header), image)


def preview_first(path, data, header):
    return in_place(path, fits.PrimaryHDU(PREVIEW), fits.ImageHDU(data, header))


def preview_with_all_keywords(path, data, header):
    return in_place(path, fits.PrimaryHDU(PREVIEW, header), fits.ImageHDU(data))


def preview_and_image_with_all_keywords(path, data, header):
    smaller = header.copy()
    smaller["CDELT1"] *= 4
    smaller["CDELT2"] *= 4
    return in_place(path, fits.PrimaryHDU(PREVIEW, smaller), fits.ImageHDU(data, header))


def coloured_preview_first(path, data, header):
    colours = np.stack([PREVIEW, PREVIEW, PREVIEW])
    return in_place(path, fits.PrimaryHDU(colours), fits.ImageHDU(data, header))


def preview_last(path, data, header):
    preview = fits.ImageHDU(data[:256, :256], header, name="PREVIEW")
    return in_place(path, fits.PrimaryHDU(data, header), preview)


def intensity_first(path, data, header):
    other = header.copy()
    other["CONTENT"] = "MDI Full Disk Continuum Intensity"
    return in_place(path, fits.PrimaryHDU(data + 9e3, other), fits.ImageHDU(data, header))


def error_and_mask_beside(path, data, header):
    error = fits.ImageHDU(np.abs(data), header, name="UNCERT")
    mask = fits.ImageHDU(np.isnan(data).astype(np.uint8), header, name="MASK")
    return in_place(path, fits.PrimaryHDU(), error, mask, fits.ImageHDU(data, header, name="DATA"))


def table_first(path, data, header):
    table = fits.BinTableHDU.from_columns([fits.Column("time", "D", array=[1.0])])
    return in_place(path, fits.PrimaryHDU(), table, fits.ImageHDU(data, header))


def one_plane_of_a_cube(path, data, header):
    return in_place(path, fits.PrimaryHDU(data[None], header))


ARRANGED = [
    cards_in_primary, pointing_in_primary, compressed, preview_first, preview_with_all_keywords,
    preview_and_image_with_all_keywords, coloured_preview_first, preview_last, intensity_first,
    error_and_mask_beside, table_first, one_plane_of_a_cube,
]  # fmt: skip


@pytest.mark.parametrize("arrange", ARRANGED, ids=lambda arrange: arrange.__name__)
def test_the_image_that_is_meant_is_read(tmp_path, arrange):
    data, header = mdi()
    frame = of_file(arrange(tmp_path / "file.fits", data, header)).frame
    expected = of_file(in_place(tmp_path / "plain.fits", fits.PrimaryHDU(data, header))).frame
    assert frame.pointing == expected.pointing
    np.testing.assert_allclose(frame.field, expected.field, atol=0.006)


def test_all_that_the_primary_hdu_says_of_a_frame_of_gong_is_inherited(tmp_path):
    data, header = gong()
    header.update({"ZPBIAS": -0.788, "FILLED": True})
    path = cards_in_primary(tmp_path / "gong.fits", data, header)
    frame = read(path)
    assert frame.header["ZPBIAS"] == -0.788
    assert not frame.quality.usable


def test_keywords_of_the_primary_hdu_that_are_not_inherited_are_left_there(tmp_path):
    data, header = mdi()
    image = fits.ImageHDU(data)
    image.header["INHERIT"] = False
    path = in_place(tmp_path / "file.fits", fits.PrimaryHDU(header=header), image)
    assert "header without keywords" in refused(path)


def test_two_halves_of_a_pointing_are_not_put_together(tmp_path):
    """By the standard, the CROTA2 of one header does not turn the PC or CDELT of another."""
    data, header = mdi()
    primary = fits.PrimaryHDU(header=header)
    image = fits.ImageHDU(data, without(header, "CROTA2"))
    path = in_place(tmp_path / "file.fits", primary, image)
    assert "header has no CROTA2" in refused(path)


def test_two_magnetograms_in_a_file_are_refused(tmp_path):
    data, header = mdi()
    path = in_place(
        tmp_path / "file.fits", fits.PrimaryHDU(data, header), fits.ImageHDU(-data, header)
    )
    assert "2 magnetograms found (HDU 0, 1), expected one in a file" in refused(path)


def test_a_cube_is_still_none(tmp_path):
    data, header = mdi()
    path = in_place(tmp_path / "file.fits", fits.PrimaryHDU(np.stack([data, data]), header))
    assert "an image of 3 axes found, expected 2" in refused(path)
