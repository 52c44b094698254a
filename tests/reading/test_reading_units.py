"""Units: by the header, by what else proves them, or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from helpers.convertible import gong, mdi
from onesun import instruments
from onesun.errors import UntrustedFrameError
from onesun.reading import read
from onesun.reading.sky import find_sky
from onesun.reading.units import unit_by_statistics

FACTOR = 0.352  # gauss per m/s


def saved(path, data, header):
    fits.writeto(path, data.astype(np.float32), header, overwrite=True)
    return path


def in_velocity():
    """A frame as in 2009: in m/s, with the sky at SKYVALUE, and without BUNIT."""
    data, header = gong()
    data = data / np.float32(FACTOR)
    data[data < -1900] = -1999.89
    del header["BUNIT"]
    return data, header


@pytest.fixture
def expected(tmp_path):
    """The frame in gauss."""
    return read(saved(tmp_path / "expected.fits", *gong())).field


def test_a_frame_in_velocity_is_scaled(tmp_path, expected):
    frame = read(saved(tmp_path / "a.fits", *in_velocity()))
    np.testing.assert_allclose(frame.field, expected, atol=1e-3)
    assert "m/s times 0.352" in frame.unit
    assert frame.doubts == ()


def test_a_frame_in_gauss_without_a_unit_is_not(tmp_path, expected):
    data, header = gong()
    del header["BUNIT"]
    frame = read(saved(tmp_path / "a.fits", data, header))
    np.testing.assert_array_equal(frame.field, expected)
    assert frame.unit.startswith("gauss (by its sky of -703.2")


@pytest.mark.parametrize("bias", [-8.0, -0.788, 12.0])
def test_the_zero_point_that_was_taken_off_the_sky_is_known(tmp_path, bias):
    data, header = gong()
    del header["BUNIT"]
    header["ZPBIAS"] = bias
    data[data < -700] = -2000 * FACTOR - bias
    assert read(saved(tmp_path / "a.fits", data, header)).unit.startswith("gauss")


@pytest.mark.parametrize("text", ["m/s", "M/S", " m / s", "m s-1"])
def test_a_unit_of_the_record_is_scaled(tmp_path, expected, text):
    data, header = in_velocity()
    header["BUNIT"] = text
    frame = read(saved(tmp_path / "a.fits", data, header))
    np.testing.assert_allclose(frame.field, expected, atol=1e-3)


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("G", 1), ("Gauss", 1), ("Mx/cm^2", 1), ("Mx / cm2", 1), ("Mx cm-2", 1), ("kG", 1e3),
        ("T", 1e4), ("mT", 10), ("Tesla", 1e4),
    ],
)  # fmt: skip
def test_units_of_a_magnetic_field_are_known(tmp_path, text, factor):
    data, header = mdi()
    for keyword in ("DATAMIN", "DATAMAX", "DATAMEAN", "DATARMS"):
        header[keyword] /= factor
    header["BUNIT"] = text
    frame = read(saved(tmp_path / "a.fits", data / factor, header))
    np.testing.assert_allclose(frame.field, data, rtol=1e-5)
    assert frame.doubts == ()


@pytest.mark.parametrize("text", ["", "  ", None])
def test_a_unit_that_nothing_proves_is_a_sentence(tmp_path, text):
    data, header = gong()
    header["BUNIT"] = text
    data[data < -600] = np.nan
    with pytest.raises(UntrustedFrameError, match=r"no BUNIT, and nothing else .* a sky filled"):
        read(saved(tmp_path / "a.fits", data, header))


@pytest.mark.parametrize("fill", [0.0, -9999.0, 1.0, -32768 * 0.27])
def test_a_sky_of_anything_else_proves_nothing(tmp_path, fill):
    data, header = in_velocity()
    data[data < -1900] = fill
    with pytest.raises(UntrustedFrameError, match="no BUNIT, and nothing else"):
        read(saved(tmp_path / "a.fits", data, header))


def test_without_skyvalue_the_sky_proves_nothing(tmp_path):
    data, header = in_velocity()
    del header["SKYVALUE"]
    with pytest.raises(UntrustedFrameError, match="no BUNIT, and nothing else"):
        read(saved(tmp_path / "a.fits", data, header))


def test_a_sky_that_was_replaced_is_known_from_the_headers_statistics(tmp_path, expected):
    data, header = in_velocity()
    header["IMGMIN01"], header["IMGMAX01"] = float(data.min()), float(data.max())
    data[data < -1900] = np.nan
    frame = read(saved(tmp_path / "a.fits", data, header))
    rest = np.isfinite(frame.field)
    np.testing.assert_allclose(frame.field[rest], expected[rest], atol=1e-3)
    # Of another scale than when the statistics were written, it is unknown.
    with pytest.raises(UntrustedFrameError, match="no BUNIT, and nothing else"):
        read(saved(tmp_path / "b.fits", data * 3, header))


def test_a_header_in_gauss_over_a_sky_in_velocity_is_a_doubt(tmp_path):
    data, header = in_velocity()
    header["BUNIT"] = "Gauss"
    frame = read(saved(tmp_path / "a.fits", data, header))
    assert frame.doubts == ("BUNIT is 'Gauss', but its sky of -1999.89 is that of values in m/s",)


def test_mdi_without_a_unit_is_known_by_its_statistics(tmp_path):
    data, header = mdi()
    del header["BUNIT"]
    assert "DATARMS" in read(saved(tmp_path / "a.fits", data, header)).unit
    with pytest.raises(UntrustedFrameError, match=r"no BUNIT, and nothing else .*DATAMIN"):
        read(saved(tmp_path / "b.fits", data * 0.7, header))
    for keyword in ("DATAMIN", "DATAMAX", "DATAMEAN", "DATARMS"):
        del header[keyword]
    with pytest.raises(UntrustedFrameError, match="no BUNIT, and nothing else"):
        read(saved(tmp_path / "c.fits", data, header))


@pytest.mark.parametrize(
    ("name", "noise"), [("bbbqa090905t1854.fits.gz", 2.1136), ("bbzqa100608t2004.fits.gz", 2.1136)]
)
def test_both_real_series_have_one_scale(real_files, name, noise):
    assert read(real_files[name]).core_noise() == pytest.approx(noise, abs=0.01)


def test_a_sky_is_a_smooth_surface_and_no_noise():
    y, x = np.mgrid[-1:1:200j, -1:1:200j]
    surface = (-703.2 + 0.3 * x - 30 * x * y + 5 * y**3).astype(np.float32)
    sky = find_sky(surface)
    assert sky.level == pytest.approx(-703.2, abs=0.1)
    assert sky.holds(surface).all()
    assert sky.holds(np.rint(surface)).all()
    assert not sky.holds(surface + 4).any()
    rng = np.random.default_rng(1)
    for noise in (0.3, 3.0, 300.0):
        assert find_sky(rng.normal(0, noise, (200, 200)).astype(np.float32)) is None
    assert find_sky(np.full((200, 200), np.nan, np.float32)) is None


def test_a_record_without_other_proofs_expects_a_unit():
    record = instruments.load("mdi")
    values = record.values.model_copy(update={"statistics": None})
    bare = record.model_copy(update={"values": values})
    with pytest.raises(UntrustedFrameError, match=r"expected a BUNIT$"):
        unit_by_statistics(bare, agree=False, path=Path("a.fits"))
