"""Outputs of OneSun in info, show and check, as written and as other programs save them again."""

from __future__ import annotations

import gzip
import warnings
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from astropy import units
from astropy.io import fits
from PIL import Image
from typer.testing import CliRunner

from helpers.convertible import COARSE, write_mdi, write_weights
from onesun.cli.app import app
from onesun.conversion import made, show
from onesun.conversion.checks import compare
from onesun.conversion.convert import Options
from onesun.conversion.files import convert_file
from onesun.conversion.output import read_output
from onesun.conversion.stored import TYPES
from onesun.errors import DamagedProductError
from onesun.products.aligned import write_field


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """An input, its output and the weights."""
    folder = tmp_path_factory.mktemp("made")
    weights = write_weights(folder, spread=0.0, grid=COARSE)
    path = write_mdi(folder / "mdi.fits")
    return path, Path(convert_file(path, folder, Options(weights)).output), weights


def sunpy_map(output, number=0):
    import sunpy.map

    return sunpy.map.Map(output)[number]


def saved(output: Path, out: Path, how: str) -> Path:
    """The output, saved again by another program in one of its ways."""
    with warnings.catch_warnings(), fits.open(output) as hdus:
        warnings.simplefilter("ignore")
        if how == "astropy":
            hdus.writeto(out)
        elif how == "astropy, read":
            _ = [hdu.data for hdu in hdus[1:]]
            hdus.writeto(out, checksum=True)
        elif how == "astropy, plain":
            images = (fits.ImageHDU(hdu.data, hdu.header) for hdu in hdus[1:])
            fits.HDUList([fits.PrimaryHDU(), *images]).writeto(out)
        elif how == "astropy, field":
            fits.writeto(out, hdus[1].data, hdus[1].header)
        elif how == "gzip":
            out.write_bytes(gzip.compress(output.read_bytes()))
        elif how == "sunpy, field":
            sunpy_map(output).save(out)
        elif how == "sunpy, error":
            sunpy_map(output, 1).save(out)
        elif how == "sunpy, mask":
            sunpy_map(output, 4).save(out)
        elif how == "sunpy, compressed":
            sunpy_map(output).save(out, hdu_type=fits.CompImageHDU)
        elif how == "sunpy, turned":
            sunpy_map(output).rotate(30 * units.deg).save(out)
        elif how == "sunpy, cut":
            corner = [100, 120] * units.pix
            sunpy_map(output).submap(corner, width=99 * units.pix, height=79 * units.pix).save(out)
        elif how == "sunpy, resampled":
            sunpy_map(output).resample([256, 256] * units.pix).save(out)
    return out


WHOLE = ("astropy", "astropy, read", "astropy, plain", "gzip")
PART = {
    "astropy, field": "FIELD", "sunpy, field": "FIELD", "sunpy, error": "ERROR",
    "sunpy, mask": "MASK", "sunpy, compressed": "FIELD", "sunpy, turned": "FIELD",
    "sunpy, cut": "FIELD", "sunpy, resampled": "FIELD",
}  # fmt: skip


def call(*words) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("how", WHOLE)
def test_check_reads_all_of_an_output_that_was_saved_again(pair, tmp_path, how):
    path, output, weights = pair
    again = saved(output, tmp_path / "again.fits", how)
    as_written, as_saved = (compare(each, path, weights) for each in (output, again))
    np.testing.assert_allclose(as_saved.matched, as_written.matched, atol=0.5, equal_nan=True)
    for name in ("field", "deviation", "half_68", "half_95"):
        # Astropy compresses floats with a loss of a fraction of their noise.
        found, expected = (getattr(read_output(each), name) for each in (again, output))
        np.testing.assert_allclose(found, expected, atol=1.0, equal_nan=True)


@pytest.mark.parametrize("how", PART)
def test_check_says_what_is_missing_of_an_output(pair, tmp_path, how):
    path, output, weights = pair
    again = saved(output, tmp_path / "again.fits", how)
    with pytest.raises(DamagedProductError) as caught:
        compare(again, path, weights)
    missing = ", ".join(name for name in TYPES if name != PART[how])
    assert str(caught.value) == (
        f"{again}: {PART[how]} alone of an output of onesun convert, saved again by another "
        f"program, expected the file that onesun convert wrote, with {missing} too"
    )


def test_check_refuses_an_output_that_was_moved(pair, tmp_path):
    path, output, weights = pair
    with fits.open(saved(output, tmp_path / "plain.fits", "astropy, plain")) as hdus:
        hdus[1].header["CRPIX1"] += 1
        hdus.writeto(tmp_path / "moved.fits")
    with pytest.raises(DamagedProductError, match=r"moved\.fits: cut, turned or resampled since"):
        compare(tmp_path / "moved.fits", path, weights)


def test_info_tells_what_an_output_is(pair):
    path, output, _ = pair
    code, printed, _ = call("info", output, path)
    assert code == 0
    rows = dict(line.strip().split("  ", 1) for line in printed.splitlines() if line[0] == " ")
    rows = {key: value.strip() for key, value in rows.items()}
    assert (
        rows["output"] == "HMI-like magnetogram, made by OneSun 0.1.0 of a frame of MDI, simulated"
    )
    assert rows["input"].startswith("mdi.fits, SHA-256 ")
    assert rows["images"] == "FIELD, ERROR, HALF68, HALF95, MASK"
    assert rows["weights"].startswith("mdi-hmi onesun, ")
    assert rows["size"] == "512 x 512 px"
    assert rows["instrument"] == "SoHO/MDI, simulated"  # the second file's
    assert "input missing here or beside it" in rows["mask"]


@pytest.mark.parametrize("how", [*WHOLE, *PART])
def test_info_tells_what_an_output_is_that_was_saved_again(pair, tmp_path, how):
    _, output, _ = pair
    again = saved(output, tmp_path / "again.fits", how)
    code, printed, wrong = call("info", again)
    assert (code, wrong) == (0, "")
    assert "HMI-like magnetogram, made by OneSun" in printed
    assert ("lost when another program saved it" in printed) == (how in PART)
    pointing = made.find(again).stored.pointing
    of_output = made.find(output).stored.pointing
    assert pointing.rsun == of_output.rsun
    if how == "sunpy, turned":
        assert pointing.roll == pytest.approx(-30, abs=1e-6)
    elif how == "sunpy, cut":
        assert (pointing.x0, pointing.y0) == pytest.approx((155.5, 135.5), abs=1e-6)
    elif how == "sunpy, resampled":
        assert pointing.limb_radius == pytest.approx(of_output.limb_radius / 2, rel=1e-9)
    else:
        assert pointing == of_output


def test_show_draws_an_output(pair, tmp_path):
    _, output, _ = pair
    for words in ([], ["--aligned"]):
        code, printed, _ = call("show", output, "--range", 10, "--out", tmp_path / "a.png", *words)
        assert (code, printed) == (0, f"{tmp_path / 'a.png'}\n")
        picture = matplotlib.image.imread(tmp_path / "a.png")
        assert np.ptp(picture[350:450, 350:450, :3], axis=2).max() < 0.02  # a grey disk
        assert picture[350:450, 350:450, 0].std() > 0.01


@pytest.mark.parametrize("how", PART)
def test_show_draws_what_is_left_of_an_output(pair, tmp_path, how):
    again = saved(pair[1], tmp_path / "again.fits", how)
    code, _, wrong = call("show", again)
    if PART[how] == "MASK":
        assert (code, wrong) == (
            2, f"onesun: {again}: holds a mask alone, expected a field to show\n"
        )  # fmt: skip
    else:
        assert (code, wrong) == (0, "")


PLACE = {
    "CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN", "CUNIT1": "arcsec", "CUNIT2": "arcsec",
    "CRPIX1": 32.5, "CRPIX2": 32.5, "CRVAL1": 0.0, "CRVAL2": 0.0, "CDELT1": 32.0, "CDELT2": 32.0,
    "CROTA2": 0.0, "RSUN_OBS": 960.0, "DSUN_OBS": 1.5e11, "CRLT_OBS": 1.0, "CRLN_OBS": 2.0,
    "T_OBS": "2011.12.17_06:00:00.000_TAI",
}  # fmt: skip


@pytest.mark.parametrize(
    ("cards", "what"),
    [
        (
            {"ORIGIN": "OneSun 0.1.0", "TELESCOP": "SoHO/MDI"},
            "magnetogram of SoHO/MDI, aligned by OneSun 0.1.0",
        ),
        (
            {"PAIR": "mdi-hmi", "METHOD": "ridge", "READS": "input"},
            "prediction of mdi-hmi by OneSun's method ridge",
        ),
    ],
)
def test_other_products_are_told_and_shown(tmp_path, cards, what):
    path = tmp_path / "frame.fits"
    field = np.linspace(-50, 50, 64 * 64, dtype=np.float32).reshape(64, 64)
    write_field(path, field, PLACE | cards)
    code, printed, wrong = call("info", path)
    assert (code, wrong) == (0, "")
    assert what in printed
    assert "-50.0 to 50.0 G" in printed
    assert call("show", path)[0] == 0
    write_field(path, field, {key: value for key, value in PLACE.items() if key[0] != "R"} | cards)
    code, _, wrong = call("info", path)
    assert code == 2
    assert wrong.startswith(f"onesun: {path}: {what}, without ")
    assert "RSUN_OBS" in wrong


def test_a_damaged_output_is_refused_by_info(pair, tmp_path):
    content = bytearray(pair[1].read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "bad.onesun.fits").write_bytes(content)
    code, _, wrong = call("info", tmp_path / "bad.onesun.fits")
    assert code == 2
    assert "bad.onesun.fits: damaged (its data do not add up to DATASUM" in wrong


# Pictures beside files


def test_show_replaces_its_own_pictures_and_no_others(pair, tmp_path):
    path = tmp_path / "mdi.fits"
    path.write_bytes(pair[0].read_bytes())
    assert call("show", path)[0] == call("show", path)[0] == 0
    assert not show.is_other_picture(tmp_path / "mdi.png")
    Image.new("L", (4, 4)).save(tmp_path / "mdi.png")
    code, _, wrong = call("show", path)
    assert code == 2
    assert "mdi.png: exists and is not a picture of onesun show" in wrong
    with Image.open(tmp_path / "mdi.png") as picture:
        assert picture.size == (4, 4)
    assert call("show", path, "--out", tmp_path / "mdi.png")[0] == 0


def test_pictures_of_files_of_one_name_do_not_replace_each_other(pair, tmp_path):
    for name in ("mdi.fits", "mdi.fits.gz"):
        content = pair[0].read_bytes()
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    code, printed, _ = call("show", tmp_path / "mdi.fits", tmp_path / "mdi.fits.gz")
    assert code == 0
    assert {Path(line).name for line in printed.split()} == {"mdi.fits.png", "mdi.fits.gz.png"}
