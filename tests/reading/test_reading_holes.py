"""Holes are found by what they are, whatever fills them; measurements are not."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from astropy.io import fits

from helpers.convertible import gong, mdi
from onesun.reading import read

SQUARE = np.s_[300:340, 520:560]


def understood(tmp_path, data, header):
    fits.writeto(tmp_path / "a.fits", data.astype(np.float32), header, overwrite=True)
    return read(tmp_path / "a.fits")


@cache
def good(frame):
    """A frame as it should be read."""
    with TemporaryDirectory() as folder:
        return understood(Path(folder), *frame()).field


def holes(tmp_path, frame, data):
    """What of ``data`` the reader left out; no value was lost of the rest, nor changed."""
    found = understood(tmp_path, data, frame()[1])
    left = np.isnan(found.field) & ~np.isnan(good(frame))
    rest = ~np.isnan(found.field)
    np.testing.assert_array_equal(found.field[rest], np.float32(data[rest]))
    assert found.doubts == ()
    return left


def rectangle(where):
    mask = np.zeros((1024, 1024), bool)
    mask[where] = True
    return mask


def blob():
    y, x = np.indices((1024, 1024))
    return np.hypot(x - 480 + 6 * np.sin(y / 3), y - 430) < 24


AREAS = (
    rectangle(SQUARE)
    | rectangle(np.s_[512:520, 400:408])
    | rectangle(np.s_[600:603, 200:800])
    | rectangle(np.s_[500, 450:470])
    | rectangle(np.s_[100:900, 512])
    | blob()
)
FILLS = (0.0, 1.5, -100.0, -999.0, -9999.0, 32767.0, -32768.0, 1e20, -1e30, 9.96921e36, np.inf)


@pytest.mark.parametrize("fill", FILLS)
def test_a_fill_of_mdi_is_found(tmp_path, fill):
    data = mdi()[0]
    data[AREAS] = fill
    np.testing.assert_array_equal(holes(tmp_path, mdi, data), AREAS)


@pytest.mark.parametrize("fill", [-703.2, 0.0, -0.09504, -2000.0, -9999.0, 32767 * 0.09504, 1e30])
def test_a_fill_of_gong_is_found(tmp_path, fill):
    data = gong()[0]
    data[SQUARE] = fill
    expected = np.zeros(data.shape, bool)
    expected[SQUARE] = True
    np.testing.assert_array_equal(holes(tmp_path, gong, data), expected)


def test_a_row_that_is_written_again_and_again_is_found(tmp_path):
    data = mdi()[0]
    data[500:510] = data[500]
    left = holes(tmp_path, mdi, data)
    assert left[500:510, 100:900].all()
    assert not left[:500].any()
    assert not left[510:].any()


def test_single_pixels_of_a_fill_are_found_where_no_field_has_its_value(tmp_path):
    rng = np.random.default_rng(1)
    where = (rng.random((1024, 1024)) < 1e-3) & np.isfinite(mdi()[0])
    for fill in (-999.0, -9999.0, 1e10):
        data = mdi()[0]
        data[where] = fill
        np.testing.assert_array_equal(holes(tmp_path, mdi, data), where)


def surface(amplitude):
    y, x = np.mgrid[-1:1:860j, -1:1:860j]
    return amplitude * (x + y - x * y)


@pytest.mark.parametrize("amplitude", [0.0, 0.1, 0.3, 3.0, 30.0])
@pytest.mark.parametrize("level", [-703.2, 0.0])
@pytest.mark.parametrize("step", [None, 0.09504])
def test_a_hole_in_a_sky_that_is_a_surface_is_found(tmp_path, amplitude, level, step):
    data, header = gong()
    hole = np.zeros(data.shape, bool)
    hole[SQUARE] = True
    sky = data < -690
    data[sky] = 0
    field = (data - surface(amplitude)).astype(np.float32)
    field[sky | hole] = (level - surface(amplitude))[sky | hole]
    if step is not None:
        field = np.float32(step) * np.rint(field / step).astype(np.float32)
    frame = understood(tmp_path, field, header)
    inside = frame.pointing.radius(field.shape) < 0.98
    left = np.isnan(frame.field) & inside
    assert left[hole].all()
    # A pixel beside the hole may have its value by chance.
    assert np.count_nonzero(left & ~hole) <= 8


def test_pixels_that_hold_a_fill_in_part_are_left_out_with_it(tmp_path):
    data = gong()[0]
    data[299:341, 519:561] = -70.3
    data[SQUARE] = -703.2
    left = holes(tmp_path, gong, data)
    assert left[299:341, 519:561].all()
    assert left.sum() == 42 * 42


@pytest.mark.parametrize("step", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("frame", [mdi, gong])
@pytest.mark.parametrize("sky", [np.nan, 0.0, -703.2])
def test_rounded_fields_have_no_holes(tmp_path, step, frame, sky):
    data, header = frame()
    off = np.isnan(data) if frame is mdi else data < -690
    data = (step * np.rint(data / step)).astype(np.float32)
    data[off] = sky
    found = understood(tmp_path, data, header)
    assert found.missing_share() == 0
    assert found.doubts == ()


@pytest.mark.parametrize("step", [0.1, 0.5, 1.0])
def test_rounded_real_fields_have_no_holes(real_files, tmp_path, step):
    for name, path in real_files.items():
        if not (name.startswith(("mdi.fd_M", "hmi.M_720s.2019")) or path.parent.name == "gong"):
            continue
        with fits.open(path) as hdus:
            image = next(hdu for hdu in hdus if hdu.is_image and hdu.header["NAXIS"] == 2)
            data, header = image.data.astype(np.float32), image.header
        for keyword in ("BSCALE", "BZERO", "BLANK"):
            header.remove(keyword, ignore_missing=True)
        rounded = (np.float32(step) * np.rint(data / np.float32(step))).astype(np.float32)
        assert understood(tmp_path, rounded, header).missing_share() == 0, name


def test_a_sunspot_through_the_value_of_the_sky_is_no_hole(tmp_path):
    data, header = gong()
    y, x = np.indices(data.shape)
    off = data < -690
    data -= 1500 * np.exp(-((x - 500) ** 2 + (y - 330) ** 2) / 200)
    data[off] = -703.2
    data[250, 300] = data[600, 600:602] = -703.2
    frame = understood(tmp_path, data, header)
    missing = np.isnan(frame.field) & (frame.pointing.radius(data.shape) < 0.98)
    assert missing[250, 300]
    assert missing[600, 600:602].all()
    assert missing.sum() == 3
