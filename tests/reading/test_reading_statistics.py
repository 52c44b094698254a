"""A header's statistics against its data: a scale that was lost, or applied twice, is a doubt."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits

from helpers.convertible import gong, mdi
from onesun import instruments
from onesun.conversion.source import of_file
from onesun.errors import UntrustedFrameError
from onesun.reading import read
from onesun.reading.statistics import compare

JSOC = ("DATAMIN", "DATAMAX", "DATAMEAN", "DATARMS")


def saved(path, data, header):
    fits.writeto(path, data.astype(np.float32), header, overwrite=True)
    return path


def gong_with_statistics():
    data, header = gong()
    values = data.astype(float)
    header["IMGMIN01"], header["IMGMAX01"] = values.min(), values.max()
    header["IMGMN01"], header["IMGRMS01"] = values.mean(), values.std()
    return data, header


@pytest.mark.parametrize("factor", [0.01, 0.0352, 0.3, 0.7, 1 / 1.7, 1.4, 3.1, -1.0])
@pytest.mark.parametrize("frame", [mdi, gong_with_statistics])
def test_another_scale_is_a_doubt_with_both_numbers(tmp_path, frame, factor):
    data, header = frame()
    assert read(saved(tmp_path / "good.fits", data, header)).doubts == ()
    path = saved(tmp_path / "bad.fits", data * factor, header)
    (doubt,) = read(path).doubts
    keyword = doubt.split()[0]
    stated = header[keyword]
    assert f"{keyword} is {stated:.6g} and the " in doubt
    with pytest.raises(UntrustedFrameError, match=f"{keyword} is "):
        of_file(path)
    assert of_file(path, force=True).doubts[0] == doubt


@pytest.mark.parametrize("kept", [*JSOC[:2], JSOC[3]])
def test_one_of_them_is_enough(tmp_path, kept):
    data, header = mdi()
    for keyword in set(JSOC) - {kept}:
        del header[keyword]
    assert read(saved(tmp_path / "good.fits", data, header)).doubts == ()
    (doubt,) = read(saved(tmp_path / "bad.fits", data * 100, header)).doubts
    assert doubt.startswith(f"{kept} is ")


def test_integers_without_their_scale_are_a_doubt(tmp_path):
    data, header = gong_with_statistics()
    stored = np.rint(data / 0.09504).astype(np.int16)
    fits.writeto(tmp_path / "a.fits", stored, header)
    with fits.open(tmp_path / "a.fits", mode="update", do_not_scale_image_data=True) as hdus:
        hdus[0].header["BSCALE"] = 0.09504
    assert read(tmp_path / "a.fits").doubts == ()
    fits.delval(tmp_path / "a.fits", "BSCALE")
    assert read(tmp_path / "a.fits").doubts[0].startswith("IMGM")


def test_floats_with_a_scale_that_was_applied_already_are_a_doubt(tmp_path):
    data, header = mdi()
    path = saved(tmp_path / "a.fits", data, header)
    with fits.open(path, mode="update", do_not_scale_image_data=True) as hdus:
        hdus[0].header["BSCALE"] = 0.01
    assert "DATAM" in read(path).doubts[0]


def test_an_offset_that_was_lost_is_a_doubt(tmp_path):
    data, header = mdi()
    assert "DATAM" in read(saved(tmp_path / "a.fits", data + 327.68, header)).doubts[0]


HARMLESS = {
    "a hole that was filled": (mdi, np.s_[300:340, 520:560], -9999.0),
    "a bad pixel": (mdi, np.s_[300, 520], 4000.0),
    "a smaller hole of zeros": (mdi, np.s_[300:310, 520:530], 0.0),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_happens_to_good_frames_is_no_doubt(tmp_path, name):
    frame, where, value = HARMLESS[name]
    data, header = frame()
    data[where] = value
    assert read(saved(tmp_path / "a.fits", data, header)).doubts == ()


@pytest.mark.parametrize("fill", [np.nan, 0.0, -9999.0])
@pytest.mark.parametrize("frame", [mdi, gong_with_statistics])
def test_another_fill_of_the_sky_is_no_doubt(tmp_path, frame, fill):
    data, header = frame()
    data[np.isnan(data) | (data < -690) & (frame is not mdi)] = fill
    assert read(saved(tmp_path / "a.fits", data, header)).doubts == ()


def test_texts_and_absent_keywords_are_nothing_to_compare():
    rule = instruments.load("hmi").values.statistics
    values = np.arange(9, dtype=np.float32)
    for header in ({}, {"DATAMAX": "eight"}, {"DATARMS": None}):
        found = compare(values, header, rule)
        assert (found.doubt, found.agree) == (None, False)


def test_real_frames_agree_with_their_statistics(real_files):
    for name, path in real_files.items():
        if name.startswith(("mdi.fd_M", "hmi.M_720s")) or path.parent.name == "gong":
            assert read(path).doubts == ()
