"""MDI as the SOI archive served it before JSOC: read where safe, else refused with what to do."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits
from typer.testing import CliRunner

from helpers.convertible import mdi_again, where_mdi
from onesun.alignment.standard import by_header
from onesun.cli.app import app
from onesun.conversion.source import of_file
from onesun.errors import MissingKeywordError, UntrustedFrameError
from onesun.geometry.grid import AU_METRES
from onesun.reading import read

WHERE = where_mdi(2.5)
INSTEAD = "fetch this time from JSOC's series mdi.fd_M_96m_lev182 instead"
UNCORRECTED = "October 2007, before which values are about 1.7 times too weak"


def sun():
    """A frame of MDI and a header to change."""
    return mdi_again(WHERE)


def cards() -> dict:
    """As in files of 2003, of which the ones with ``BLDVER18`` were made anew in 2007."""
    return {
        "TELESCOP": "SOHO", "INSTRUME": "MDI", "ORIGIN": "SOI Science Support Center",
        "DSNAME": "prog:mdi,level:lev1.8,series:fd_M_96m_01d[6495]",
        "DATAFILE": "fd_M_96m_01d.6495.0000.fits", "DATE": "2008-03-05",
        "DPC": 1229328320, "DPC_OBSR": "FD_Magnetogram_Sum", "OBS_MODE": "FD",
        "T_OBS": "2010.10.15_00:03:30.000_TAI", "T_REC": "2010.10.15_00:00:00.000_TAI",
        "DATE_OBS": "2010-10-15T00:00:26.000Z", "INTERVAL": 300.0, "QUALITY": 512,
        "ORIENT": "SESW", "SOLAR_P": -2.5, "SOLAR_P0": -2.5, "P_ANGLE": 2.5,
        "OBS_R0": WHERE.rsun, "OBS_DIST": WHERE.dsun / AU_METRES, "OBS_B0": WHERE.b0,
        "OBS_L0": WHERE.l0, "OBS_VR": -473.3, "R_SUN": WHERE.limb_radius,
        "X0": WHERE.x0, "Y0": WHERE.y0, "CENTER_X": WHERE.x0 + 1, "CENTER_Y": WHERE.y0 + 1,
        "CRPIX1": WHERE.x0 + 1, "CRPIX2": WHERE.y0 + 1, "CTYPE1": "solar-x", "CTYPE2": "solar-y",
        "CDELT1": 1.97784, "CDELT2": 1.97784, "IM_SCALE": 1.98395, "XSCALE": 1.98395,
        "YSCALE": 1.98395, "BUNIT": "Gauss", "BLDVER15": "60000", "BLDVER18": 60000,
    }  # fmt: skip


def write(path, **changes):
    data, _ = sun()
    header = fits.Header()
    for key, value in (cards() | changes).items():
        if value is not None:
            header[key] = value
    fits.writeto(path, data, header)
    return path


def test_a_recalibrated_file_is_that_of_jsoc(tmp_path):
    old = of_file(write(tmp_path / "old.fits"))
    assert old.doubts == ()
    data, header = sun()
    fits.writeto(tmp_path / "jsoc.fits", data, header)
    new = read(tmp_path / "jsoc.fits")
    for name in ("x0", "y0", "scale", "roll", "rsun", "dsun", "b0", "l0"):
        assert getattr(old.frame.pointing, name) == pytest.approx(
            getattr(new.pointing, name), rel=1e-9
        )
    assert (old.frame.time.isot, old.frame.interval) == (new.time.isot, new.interval)
    assert (old.frame.quality.word, old.frame.observer_velocity) == (512, -473.3)
    np.testing.assert_array_equal(old.frame.field, new.field)


@pytest.mark.parametrize(
    "changes",
    [
        {"SOLAR_P0": None},
        {"SOLAR_P": None, "CENTER_X": None, "CENTER_Y": None},
        {"SOLAR_P0": 357.5},
        {"X0": None, "Y0": None},
        {"CRPIX1": None, "CRPIX2": None, "CDELT1": None, "CDELT2": None, "CTYPE1": None},
        {"DSNAME": None, "DPC_OBSR": "FD_Magnetogram"},
        {"TELESCOP": "SoHO", "DATASIGN": 1, "CRVAL1": 0.0, "CRVAL2": 0.0},
        {"BLDVER18": -60102, "DATE": None},
        {"BLDVER18": None, "DATE": None, "NOTE1": "Lev 1.8.2 created by fdmagcal in 2008."},
        {"BLDVER18": None, "NOTE2": "Magnetic Flat Field Correction per Ulrich et al. 2008"},
    ],
)
def test_what_says_the_same_elsewhere_is_read(tmp_path, changes):
    frame = of_file(write(tmp_path / "old.fits", **changes)).frame
    assert frame.instrument == "mdi"
    assert frame.pointing.roll % 360 == pytest.approx(2.5)
    assert (frame.pointing.x0, frame.pointing.y0) == pytest.approx((WHERE.x0, WHERE.y0))


def test_a_spacecraft_upside_down_gives_the_same_sun(tmp_path):
    """SoHO was turned by 180 degrees every three months from 2003 on."""
    path = tmp_path / "old.fits"
    write(
        path, SOLAR_P=177.5, SOLAR_P0=177.5, X0=1023 - WHERE.x0, Y0=1023 - WHERE.y0,
        CENTER_X=None, CENTER_Y=None, CRPIX1=1024 - WHERE.x0, CRPIX2=1024 - WHERE.y0,
    )  # fmt: skip
    with fits.open(path, mode="update") as hdus:
        hdus[0].data = hdus[0].data[::-1, ::-1].copy()
    taken = of_file(path)
    assert taken.doubts == ()
    got = by_header(taken.frame, 256)
    expected = by_header(read(write(tmp_path / "up.fits")), 256)
    assert np.nanquantile(np.abs(got - expected), 0.99) < 0.2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"BLDVER18": None}, "no BLDVER18 and no note of level 1.8.2 found"),
        ({"BLDVER18": None, "DATE": "2003-10-17"}, "no BLDVER18"),
        # Programs renew DATE when they write a file.
        ({"BLDVER18": None, "DATE": "2026-01-01"}, "no BLDVER18"),
        ({"BLDVER18": "", "NOTE": "made by me"}, "no BLDVER18"),
        ({"BLDVER18": 40703, "DATE": "2003-10-17"}, "BLDVER18 40703 and DATE '2003-10-17' found"),
        ({"BLDVER18": 50002, "DATE": None}, "BLDVER18 50002 and DATE 'absent' found"),
        ({"BLDVER18": 50002, "DATE": "17/10/03"}, "BLDVER18 50002 and DATE '17/10/03' found"),
        ({"BLDVER18": 50002, "DATE": "2007-10-14"}, "BLDVER18 50002"),
    ],
)
def test_what_may_be_from_before_the_recalibration_is_refused(tmp_path, changes, said):
    path = write(tmp_path / "old.fits", **changes)
    for command in (["info"], ["convert", "--out", str(tmp_path), "--force"]):
        result = CliRunner().invoke(app, [*command, str(path)])
        assert result.exit_code == 2
        assert said in result.stderr
        assert UNCORRECTED in result.stderr
        assert INSTEAD in result.stderr


def divided(path, keep=()):
    """A file of JSOC, 1.7 times weaker and without what tells of its level, as before 2007."""
    data, header = sun()
    for key in ("BLDVER18", "NOTE1"):
        if key not in keep:
            header.remove(key)
    fits.writeto(path, (data / 1.7).astype(np.float32), header)
    return path


def test_a_file_of_jsoc_that_lost_what_tells_of_its_level_is_refused(tmp_path):
    with pytest.raises(UntrustedFrameError, match=r"no BLDVER18 and no note of level 1.8.2"):
        read(divided(tmp_path / "new.fits"))
    for kept in ("BLDVER18", "NOTE1"):
        assert read(divided(tmp_path / f"{kept}.fits", keep=(kept,))).instrument == "mdi"


def test_a_real_file_that_lost_what_tells_of_its_level_is_refused(real_files, tmp_path):
    for name, path in real_files.items():
        if name.startswith("mdi.fd_M"):
            with fits.open(path) as hdus:
                data, header = hdus[1].data, hdus[1].header.copy()
            for key in ("BLDVER18", "NOTE1", "NOTE2", "NOTE3"):
                header.remove(key)
            fits.writeto(tmp_path / name, (data / 1.7).astype(np.float32), header)
            with pytest.raises(UntrustedFrameError, match=UNCORRECTED):
                read(tmp_path / name)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"DPC_OBSR": "FD_Continuum"}, "DPC_OBSR 'FD_Continuum'.*expected a full-disk line-of-sig"),
        ({"DPC_OBSR": "FD_Doppler"}, "DPC_OBSR 'FD_Doppler'"),
        ({"FDRADIAL": 1}, "FDRADIAL '1'.*expected a full-disk line-of-sight"),
        (
            {"DSNAME": "prog:mdi,level:lev1.5,series:fd_M_96m_01d[6495]"},
            "level 1.5 found in DSNAME",
        ),
        ({"DATAFILE": "fd_Ic_6h_01d.5871.0000.fits"}, "DATAFILE is 'fd_Ic.*expected a series fd_M"),
        ({"DSNAME": "prog:mdi,level:lev1.8,series:vw_V_06h[1]"}, "DSNAME is .*a series fd_M"),
        ({"DATAFILE": "fd_M_radial_96m_01d.1.fits"}, "expected a series fd_M"),
        ({"ORIENT": "NENW"}, "ORIENT is 'NENW', expected 'SESW'"),
        ({"DATASIGN": -1}, "DATASIGN is '-1', expected '1'"),
        ({"SOLAR_P": 177.5}, "SOLAR_P0 -2.5 and SOLAR_P 177.5 contradict each other"),
        ({"CROTA2": 0.0}, "SOLAR_P0 -2.5 and CROTA2 0.0 contradict each other"),
        ({"CRPIX1": WHERE.x0}, "X0 515.3 and CRPIX1 515.3 contradict each other"),
        ({"R_SUN": WHERE.limb_radius * 1.1}, "plate scale"),
        ({"OBS_DIST": 0.0}, "OBS_DIST is 0.0, expected a positive number"),
        ({"BUNIT": "m/s"}, "BUNIT is 'm/s'"),
        ({"QUALITY": 0x80}, None),
    ],
)
def test_what_is_not_safe_to_read_is_refused(tmp_path, changes, said):
    path = write(tmp_path / "old.fits", **changes)
    if said is None:
        assert not read(path).quality.usable
    else:
        with pytest.raises(UntrustedFrameError, match=said) as caught:
            read(path)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("keyword", ["R_SUN", "OBS_R0", "OBS_DIST", "OBS_B0", "OBS_L0", "ORIENT"])
def test_what_is_missing_is_named(tmp_path, keyword):
    with pytest.raises(MissingKeywordError, match=f"header has no {keyword}$"):
        read(write(tmp_path / "old.fits", **{keyword: None}))


def test_what_is_missing_in_all_its_forms_is_named_by_the_first(tmp_path):
    path = write(tmp_path / "old.fits", SOLAR_P=None, SOLAR_P0=None)
    with pytest.raises(MissingKeywordError, match=r"header has no SOLAR_P0$"):
        read(path)


def test_a_quick_look_image_is_refused(tmp_path):
    few = dict.fromkeys(cards()) | {
        "TELESCOP": "SOHO", "INSTRUME": "MDI", "CROT": 180, "CRPIX1": 511.5, "CRPIX2": 511.5,
        "RADIUS": 488.0, "OUTFIL": "smdi_maglc_fd_20031017_1600.fts",
    }  # fmt: skip
    with pytest.raises(UntrustedFrameError, match=r"quick-look.*mdi.fd_M_96m_lev182 instead$"):
        read(write(tmp_path / "smdi_maglc_fd_20031017_1600.fts", **few))


def test_the_limb_of_the_file_is_believed_and_not_its_two_scales(tmp_path):
    frame = read(write(tmp_path / "old.fits", CDELT1=2.1, CDELT2=2.1))
    assert frame.pointing.limb_radius == pytest.approx(WHERE.limb_radius)
