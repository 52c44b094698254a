"""World coordinates in every form that FITS knows: the same Sun comes out of all of them."""

from __future__ import annotations

import math
import warnings

import astropy.units as u
import numpy as np
import pytest
import sunpy.map
from astropy.io import fits
from typer.testing import CliRunner

import onesun
from helpers.convertible import COARSE, gong, mdi_again, where_mdi, write_weights
from onesun.alignment.standard import by_header
from onesun.cli.app import app
from onesun.conversion.source import of_file
from onesun.errors import MissingKeywordError, UntrustedFrameError
from onesun.reading import read

ROLL = 3.0
WHERE = where_mdi(ROLL)
SCALE, X0, Y0 = WHERE.scale, WHERE.x0, WHERE.y0
COS, SIN = math.cos(math.radians(ROLL)), math.sin(math.radians(ROLL))
TURN = {"PC1_1": COS, "PC1_2": -SIN, "PC2_1": SIN, "PC2_2": COS}
CD = {key.replace("PC", "CD"): SCALE * value for key, value in TURN.items()}
NONE = dict.fromkeys(("CROTA2", "CDELT1", "CDELT2"))


def sun():
    """A frame of MDI and a header to change."""
    return mdi_again(WHERE)


def negative(cards: dict) -> dict:
    return {key: -value for key, value in cards.items()}


def in_degrees(cards: dict, unit: str = "deg", factor: float = 1 / 3600) -> dict:
    return {key: factor * value for key, value in cards.items()} | {"CUNIT1": unit, "CUNIT2": unit}


UPSIDE_DOWN = {"CRPIX1": 1024 - X0, "CRPIX2": 1024 - Y0}
LEFT_RIGHT = {"CRPIX1": 1024 - X0}
BOTH = {"CDELT1": SCALE, "CDELT2": SCALE}
# What is changed in the header of a good frame, and how its pixels are turned to go with it.
FORMS = {
    "PC alone": ({"CROTA2": None} | TURN, None),
    "PC beside a CROTA2 of another angle": ({"CROTA2": 90.0} | TURN, None),
    "PC of texts": ({"CROTA2": None} | {key: str(value) for key, value in TURN.items()}, None),
    "PC that holds the scale": (
        NONE | {key: SCALE * value for key, value in TURN.items()},
        None,
    ),
    "CD alone": (NONE | CD, None),
    "CD beside stale CDELT and CROTA2": ({"CDELT1": 1.0, "CDELT2": 1.0, "CROTA2": 0.0} | CD, None),
    "CD in degrees": (NONE | in_degrees(CD), None),
    "CD in degrees, without a unit": (
        NONE | in_degrees(CD) | {"CUNIT1": None, "CUNIT2": None},
        None,
    ),
    "CDELT in degrees": (in_degrees(BOTH), None),
    "CDELT in radians": (in_degrees(BOTH, "rad", math.radians(1 / 3600)), None),
    "CDELT in milliarcseconds": (in_degrees(BOTH, "mas", 1000), None),
    "units spelt out": ({"CUNIT1": "arcseconds", "CUNIT2": "ARCSEC"}, None),
    "one axis in degrees": ({"CDELT1": SCALE / 3600, "CUNIT1": "degree"}, None),
    "older names of the axes": ({"CTYPE1": "solar_x", "CTYPE2": "SOLAR-Y"}, None),
    "no names of the axes": ({"CTYPE1": None, "CTYPE2": None}, None),
    "another projection": ({"CTYPE1": "HPLN-ARC", "CTYPE2": "HPLT-ARC"}, None),
    "upside down by PC beside CROTA2 0": (
        {"CROTA2": 0.0} | negative(TURN) | UPSIDE_DOWN,
        np.s_[::-1, ::-1],
    ),
    "upside down by CD": (NONE | negative(CD) | UPSIDE_DOWN, np.s_[::-1, ::-1]),
    "upside down by CROTA2": ({"CROTA2": 180 + ROLL} | UPSIDE_DOWN, np.s_[::-1, ::-1]),
    "upside down by CDELT": (negative(BOTH) | UPSIDE_DOWN, np.s_[::-1, ::-1]),
    "upside down by LONPOLE": ({"LONPOLE": 0.0} | UPSIDE_DOWN, np.s_[::-1, ::-1]),
    # CROTA2 turns after CDELT: that of a mirror image turns the other way.
    "east to the right": ({"CDELT1": -SCALE, "CROTA2": ROLL} | LEFT_RIGHT, np.s_[:, ::-1]),
    "east to the right by CD": (
        NONE
        | CD
        | {"CD1_1": -CD["CD1_1"], "CD2_1": -CD["CD2_1"]}
        | LEFT_RIGHT,
        np.s_[:, ::-1],
    ),
    "rows from north to south": (
        {"CRPIX2": 1024 - Y0, "CROTA2": None}
        | TURN
        | {"PC1_2": SIN, "PC2_2": -COS},
        np.s_[::-1, :],
    ),
    "rows and columns exchanged": (
        NONE
        | {"CTYPE1": "HPLT-TAN", "CTYPE2": "HPLN-TAN", "CRPIX1": Y0 + 1, "CRPIX2": X0 + 1}
        | {"CD1_1": SCALE * COS, "CD1_2": SCALE * SIN}
        | {"CD2_1": -SCALE * SIN, "CD2_2": SCALE * COS},
        "transposed",
    ),
    "another reference point": (
        {"CRVAL1": SCALE * (40 * COS - 25 * SIN), "CRVAL2": SCALE * (40 * SIN + 25 * COS)}
        | {"CRPIX1": X0 + 41, "CRPIX2": Y0 + 26},
        None,
    ),
}  # fmt: skip


def write(path, cards, turned=None):
    data, header = sun()
    if turned == "transposed":
        data = data.T
    elif turned is not None:
        data = data[turned]
    for key, value in cards.items():
        if value is None:
            header.remove(key)
        else:
            header[key] = value
    fits.writeto(path, np.ascontiguousarray(data), header)
    return path


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return write(tmp_path_factory.mktemp("plain") / "plain.fits", {})


@pytest.fixture(scope="module")
def north_up(plain):
    return by_header(read(plain), 512)


@pytest.mark.parametrize("name", FORMS)
def test_the_same_sun_comes_out_of_every_form(tmp_path, north_up, name):
    taken = of_file(write(tmp_path / "form.fits", *FORMS[name]))
    assert taken.doubts == ()
    assert taken.frame.pointing.scale == pytest.approx(SCALE, rel=2e-5)
    got = by_header(taken.frame, 512)
    both = np.isfinite(got) & np.isfinite(north_up)
    assert both.sum() > 0.999 * np.isfinite(north_up).sum()
    # At the very limb, rounding decides which pixels have a part in a value.
    assert np.quantile(np.abs(got - north_up)[both], 0.999) < 0.2


@pytest.mark.parametrize(
    "name",
    [name for name, (_, turned) in FORMS.items() if turned is None or "upside" in name],
)
def test_pixels_look_where_sunpy_has_them_look(tmp_path, name):
    cards, turned = FORMS[name]
    if name in ("PC of texts", "one axis in degrees", "upside down by LONPOLE"):
        pytest.skip("sunpy reads no numbers in texts, one unit for both axes, and no LONPOLE")
    # What only the oldest files leave out sunpy guesses in its own way.
    names = {"CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN", "CUNIT1": "arcsec", "CUNIT2": "arcsec"}
    odd = "older" in name or "no names" in name or "spelt" in name
    said = {key: names[key] if odd and key in names else value for key, value in cards.items()}
    if "without a unit" in name:
        said |= {"CUNIT1": "deg", "CUNIT2": "deg"}
    pointing = read(write(tmp_path / "ours.fits", cards, turned)).pointing
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = sunpy.map.Map(write(tmp_path / "theirs.fits", said, turned))
        px, py = np.array([300.0, 600.0, 512.0]), np.array([400.0, 200.0, 800.0])
        seen = theirs.pixel_to_world(px * u.pix, py * u.pix)
    x, y = pointing.to_disk(px, py)
    assert np.abs(seen.Tx.to_value(u.arcsec) - x * pointing.rsun).max() < 0.01
    assert np.abs(seen.Ty.to_value(u.arcsec) - y * pointing.rsun).max() < 0.01


def test_a_conversion_of_a_sun_upside_down_is_that_of_the_sun(tmp_path, plain):
    weights = write_weights(tmp_path, grid=COARSE)
    expected = onesun.convert(plain, weights=weights)
    for name in ("upside down by PC beside CROTA2 0", "east to the right"):
        path = write(tmp_path / f"{name}.fits", *FORMS[name])
        got = onesun.convert(path, weights=weights)
        assert np.nanmax(np.abs(got.data - expected.data)) < 1.0
        assert (got.mask == expected.mask).mean() > 0.9999


@pytest.mark.parametrize(
    ("cards", "said"),
    [
        ({"PC1_1": 1.0, "PC1_2": 0.2}, "pixels of"),
        ({"PC1_1": 1.0, "PC1_2": 0.6, "PC2_1": 0.6, "PC2_2": 1.0}, "pixel axes at"),
        ({"CD1_1": 1.986, "CD1_2": 0.0, "CD2_2": 1.9}, "expected square pixels"),
        ({"CDELT1": SCALE, "CDELT2": -1.02 * SCALE}, "expected square pixels"),
        ({"CD1_1": 0.0, "CD2_2": 0.0}, "world coordinates"),
        ({"CD1_1": SCALE, "CD1_2": SCALE, "CD2_1": SCALE, "CD2_2": SCALE}, "pixel axes at 0"),
        (TURN | CD, "CDi_j and PCi_j found, expected one of them"),
        ({"CDELT1": 0.0}, "CDELT1 is 0.0, expected a scale"),
        ({"CTYPE1": "RA---TAN"}, "CTYPE1 is 'RA---TAN', expected a helioprojective axis"),
        ({"CTYPE1": "HPLT-TAN"}, "world coordinates"),
        ({"CTYPE1": "HPLN-ABC", "CTYPE2": "HPLT-ABC"}, "world coordinates"),
        ({"CUNIT2": "Gauss"}, "CUNIT2 is 'Gauss', expected 'arcsec'"),
        ({"PC1_1": "north"}, "PC1_1 is 'north', expected a number"),
        ({"CRVAL1": 4e5}, "the disk centre lies far off the image"),
        ({"CRVAL2": 4e5}, "world coordinates"),
        ({"PC1_1": 0.0, "PC1_2": 0.0, "PC2_1": 0.0, "PC2_2": 0.0}, "world coordinates"),
    ],
)  # fmt: skip
def test_what_no_turn_can_put_right_is_refused_in_one_sentence(tmp_path, cards, said):
    path = write(tmp_path / "bad.fits", cards)
    result = CliRunner().invoke(app, ["info", str(path)])
    assert result.exit_code == 2, result.exception
    assert result.stderr.startswith(f"onesun: {path}: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("cards", "keyword"),
    [
        ({"CROTA2": None}, "CROTA2"),
        ({"CDELT2": None}, "CDELT2"),
        ({"CDELT1": None} | TURN, "CDELT1"),
        (NONE | CD | {"CRPIX2": None}, "CRPIX2"),
    ],
)
def test_what_is_missing_is_named(tmp_path, cards, keyword):
    with pytest.raises(MissingKeywordError, match=f"header has no {keyword}$"):
        read(write(tmp_path / "bad.fits", cards))


@pytest.mark.parametrize(
    ("cards", "said"),
    [
        ({"PC1_1": -1.0, "PC2_2": -1.0}, "PC1_1 -1 and PC1_2 0"),
        ({"PC1_2": 0.5}, "PC1_1 1 and PC1_2 0.5"),
        ({"PC2_2": -1.0}, "PC2_2 -1 and PC2_1 0"),
        ({"CROTA2": 180.0}, "CROTA2 180"),
        ({"CDELT1": -1.0}, "CDELT1 -1.0"),
        ({"CD1_1": 2.5, "CD2_2": -2.5}, "CD2_2 -2.5 and CD2_1 0"),
    ],
)
def test_a_frame_of_gong_that_was_turned_is_refused(tmp_path, cards, said):
    """Its own keywords, which are read, do not turn with it."""
    data, header = gong()
    header.update(cards)
    fits.writeto(tmp_path / "gong.fits", data, header)
    with pytest.raises(UntrustedFrameError, match=said):
        read(tmp_path / "gong.fits")


def test_a_frame_of_gong_with_the_matrix_of_no_turn_is_read(tmp_path):
    data, header = gong()
    header.update({"PC1_1": 1.0, "PC2_2": 1.0, "CROTA2": 90.0, "CDELT1": 0.0})
    fits.writeto(tmp_path / "gong.fits", data, header)
    assert read(tmp_path / "gong.fits").pointing.roll == 0
