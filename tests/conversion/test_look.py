"""``onesun info`` and ``onesun show``."""

import matplotlib.image
import numpy as np
import pytest
from typer.testing import CliRunner

from onesun.cli.app import app
from onesun.conversion.show import write_png
from onesun.reading import read
from onesun.reading.describe import describe


def test_info_prints_what_was_understood(real_files):
    text = describe(read(real_files["bbzqa100608t2004.fits.gz"]))
    for wanted in ("NSO/GONG", "2010-06-08T20:04:35.000", "2010-06-08T20:04:01.000",
                   "(427.488, 426.868) px", "370.66 px", "no quality word",
                   "corrected by -0.7881 G", "Carrington L0"):  # fmt: skip
        assert wanted in text


def test_an_uncorrected_gong_frame_is_told_apart(real_files):
    text = describe(read(real_files["bbbqa090905t1854.fits.gz"]))
    assert "not corrected" in text


def test_info_goes_on_after_a_refused_file(real_files, tmp_path):
    bad = tmp_path / "bad.fits"
    bad.write_bytes(b"nothing")
    good = real_files["mdi.fd_M_96m_lev182.20101015_000000_TAI.data.fits"]
    result = CliRunner().invoke(app, ["info", str(bad), str(good)])
    assert result.exit_code == 2
    assert "SoHO/MDI" in result.output
    assert "bad.fits: damaged or not FITS" in result.stderr


@pytest.mark.parametrize("option", [[], ["--aligned"]])
def test_show_writes_a_picture_of_the_disk(real_files, tmp_path, option):
    source = real_files["bbzqa100608t2004.fits.gz"]
    out = tmp_path / "gong.png"
    result = CliRunner().invoke(app, ["show", str(source), "--out", str(out), *option])
    assert result.exit_code == 0, result.output
    picture = matplotlib.image.imread(out)
    assert picture.shape[:2] == (810, 960)
    # The disk is grey, its surroundings are not.
    middle = picture[350:450, 350:450, :3]
    assert np.ptp(middle, axis=2).max() < 0.02


def test_show_goes_on_after_a_refused_file(real_files, tmp_path):
    (tmp_path / "bad.fits").write_bytes(b"nothing")
    good = tmp_path / "good.fits.gz"
    good.write_bytes(real_files["bbzqa100608t2004.fits.gz"].read_bytes())
    result = CliRunner().invoke(app, ["show", str(tmp_path / "bad.fits"), str(good)])
    assert result.exit_code == 2
    assert "bad.fits: damaged or not FITS" in result.stderr
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["good.png"]


def test_show_wants_one_name_for_one_file(real_files, tmp_path):
    files = [str(path) for path in list(real_files.values())[:2]]
    result = CliRunner().invoke(app, ["show", *files, "--out", str(tmp_path / "x.png")])
    assert "--out" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_a_large_frame_is_thinned_for_its_picture(tmp_path, real_files):
    frame = read(real_files["hmi.M_720s.20190621_060000_TAI.magnetogram.fits"])
    write_png(frame, tmp_path / "hmi.png", limit=100)
    assert (tmp_path / "hmi.png").stat().st_size < 2_000_000
