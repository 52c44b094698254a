"""Networks of the workflow convert as those of the package do: with an error, and without one."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from astropy.io import fits
from typer.testing import CliRunner

import onesun
from helpers.cards import ERROR_SCALE, RANGES
from helpers.convertible import COARSE, STANDARD, mdi, write_gong, write_mdi, write_weights
from onesun.cli.app import app
from onesun.conversion.checks import compare
from onesun.conversion.convert import Options, weights_for
from onesun.conversion.files import convert_file
from onesun.conversion.flags import Flag
from onesun.conversion.output import read_output
from onesun.conversion.source import of_file
from onesun.conversion.stored import TYPES, UNCERTAINTY
from onesun.errors import DamagedProductError, UntrustedFrameError
from onesun.geometry.grid import Grid
from onesun.io.files import open_product, read_json, sha256, write_json
from onesun.training import model
from onesun.training.model import WEIGHTS, WeightsError

NO_ERROR = "the network states no error"
MDI_HMI = {"instruments": {"input": "mdi", "target": "hmi"}}


@pytest.fixture(scope="module")
def frame(tmp_path_factory):
    return write_mdi(tmp_path_factory.mktemp("frame") / "mdi.fits")


def trained(folder: Path, kind: str = "highresnet", grid: Grid = COARSE, **more) -> Path:
    """Weights as `onesun train` leaves them."""
    return write_weights(
        folder, kind=kind, name=WEIGHTS, calibrated=False, method=kind, grid=grid, **more
    )


def calibrate(weights: Path, factor: float = 1.0, **more) -> None:
    """What the stage of errors writes beside weights."""
    write_json(
        weights.with_name(model.ERRORS),
        {
            "product": model.ERRORS_PRODUCT,
            "weights_sha256": sha256(weights),
            "error_scale": ERROR_SCALE | {"field_factors": [factor]},
            **more,
        },
    )


def call(*words) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(map(str, words)))
    if not isinstance(result.exception, SystemExit | None):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


# Without an error


def test_a_network_without_an_error_gives_field_and_mask(frame, tmp_path):
    weights = trained(tmp_path / "model")
    out = convert_file(frame, tmp_path, Options(weights)).output
    with fits.open(out) as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "FIELD", "MASK"]
        header = hdus["FIELD"].header
        assert (header["ERRORS"], header.comments["ERRORS"]) == ("none", NO_ERROR)
        assert "HMINOISE" not in header
        assert "ERSHA256" not in header
    made = read_output(out)
    assert [made.deviation, made.half_68, made.half_95] == [None] * 3
    inside = made.view.radius() < 0.99
    assert np.isfinite(made.field[inside]).all()
    assert made.field[inside].std() > 0
    with_error = convert_file(
        frame, tmp_path / "o", Options(write_weights(tmp_path / "w", grid=COARSE))
    )
    np.testing.assert_array_equal(made.mask, read_output(with_error.output).mask)


def test_a_network_without_an_error_has_no_seams_either(frame, tmp_path):
    weights = trained(tmp_path / "model")
    outs = [
        read_output(convert_file(frame, tmp_path / str(tile), Options(weights, tile=tile)).output)
        for tile in (16, 1000)
    ]
    apart = np.abs(outs[0].field - outs[1].field)
    assert np.nanmax(apart) < 0.1001
    assert np.nanmean(apart > 0) < 1e-3


def test_the_command_says_that_there_is_no_error(frame, tmp_path):
    weights = trained(tmp_path / "model")
    words = ("convert", frame, "--out", tmp_path, "--weights", weights, "--workers", 1)
    for said in ("mdi.onesun.fits", "there already"):
        code, printed, beside = call(*words)
        assert code == 0
        assert printed.strip().endswith(said)
        assert f"without an ERROR extension, as {NO_ERROR}" in beside


def test_summary_and_manifest_say_that_there_is_no_error(frame, tmp_path):
    weights = trained(tmp_path / "model")
    (tmp_path / "bad.fits").write_bytes(b"nothing")
    words = (frame, tmp_path / "bad.fits", "--weights", weights, "--workers", 1)
    code, printed, _ = call("convert", *words, "--out", tmp_path / "o")
    assert code == 2
    assert printed.splitlines()[-1] == (
        f"1 done, 0 skipped, 1 refused; 1 without an ERROR extension, as {NO_ERROR}"
    )
    with open(tmp_path / "o" / "summary.csv", encoding="utf-8") as rows:
        assert [row["error"] for row in csv.DictReader(rows)] == [f"none, {NO_ERROR}", ""]
    manifest = tmp_path / "made.json"
    assert call("convert", *words, "--out", tmp_path / "o", "--manifest", manifest)[0] == 0
    _, content = open_product(manifest, "converted frames", contents=True)
    assert content["error"] == [f"none, {NO_ERROR}"]
    (entry,) = content["frames"].values()
    assert (entry["weights"], entry["method"], entry["errors"]) == ("mdi-hmi", "highresnet", "none")


def test_check_and_its_picture_do_without_an_error(frame, tmp_path):
    # The scales that it compares are not on a coarse grid.
    weights = trained(tmp_path / "model", grid=STANDARD)
    out = convert_file(frame, tmp_path, Options(weights)).output
    picture, figures = tmp_path / "picture.png", tmp_path / "figures.json"
    code, printed, _ = call(
        *("check", out, frame, "--weights", weights), *("--picture", picture, "--out", figures)
    )
    assert code == 0
    (line,) = [line for line in printed.splitlines() if "median standard deviation" in line]
    assert line.endswith(f"none, as {NO_ERROR}")
    (row,) = [
        row
        for row in json.loads(figures.read_text(encoding="utf-8"))["rows"]
        if row["name"] == "median standard deviation of the output"
    ]
    assert row["value"] is None
    # Two columns of three, at 110 pixels to the inch.
    assert matplotlib.image.imread(picture).shape[1] == pytest.approx(11 * 2 / 3 * 110, abs=1)


@pytest.mark.parametrize("kind", ["onesun", "highresnet"])
def test_info_and_show_tell_of_an_output(frame, tmp_path, kind):
    weights = write_weights(tmp_path / "model", kind=kind, name=WEIGHTS, method=kind)
    out = convert_file(frame, tmp_path, Options(weights)).output
    code, printed, _ = call("info", out)
    assert code == 0
    rows = dict(line.strip().split("  ", 1) for line in printed.splitlines()[1:])
    assert rows["weights"].strip().startswith(f"mdi-hmi {kind}, SHA-256")
    assert (f"none, {NO_ERROR}" in rows["error"]) == (kind == "highresnet")
    assert "lost" not in rows["images"]
    picture = tmp_path / "picture.png"
    assert call("show", out, "--out", picture)[0] == 0
    assert matplotlib.image.imread(picture).shape[0] > 100


def test_a_damaged_output_is_named_and_the_others_are_told_of(frame, tmp_path):
    out = Path(convert_file(frame, tmp_path, Options(trained(tmp_path / "model"))).output)
    bad = tmp_path / "bad.onesun.fits"
    content = bytearray(out.read_bytes())
    content[len(content) // 2] ^= 0xFF
    bad.write_bytes(content)
    code, printed, beside = call("info", bad, out)
    assert code == 2
    assert f"{bad}: damaged" in beside
    assert printed.startswith("mdi.onesun.fits")


def test_a_map_without_an_error_has_no_uncertainty(frame, tmp_path):
    got = onesun.convert(frame, weights=trained(tmp_path / "model"))
    assert got.uncertainty is None
    assert got.meta["errors"] == "none"
    assert np.isfinite(got.data[256, 256])


def test_a_file_that_lost_its_errors_is_no_output(frame, tmp_path):
    weights = write_weights(tmp_path / "w", grid=COARSE)
    out = convert_file(frame, tmp_path, Options(weights)).output
    with fits.open(out, disable_image_compression=True, mode="update") as hdus:
        for name in UNCERTAINTY:
            del hdus[name]
    with pytest.raises(
        DamagedProductError, match="FIELD, MASK alone of an output of onesun convert"
    ):
        read_output(out)
    assert convert_file(frame, tmp_path, Options(weights)).result == "done"


# Calibration of errors


def test_an_error_that_is_not_calibrated_names_what_to_make(frame, tmp_path):
    weights = trained(tmp_path / "model", "onesun")
    with pytest.raises(WeightsError) as caught:
        convert_file(frame, tmp_path, Options(weights))
    assert str(caught.value) == (
        f"{weights}: weights of a network whose error is not calibrated yet, expected errors.json "
        "beside them, which `snakemake results/models/mdi-hmi/onesun/errors.json` makes"
    )
    assert not list(tmp_path.glob("*.fits"))


def test_errors_are_calibrated_by_the_file_beside_the_weights(frame, tmp_path):
    weights = trained(tmp_path / "model", "onesun")
    made = []
    for factor in (1.0, 2.0):
        calibrate(weights, factor)
        out = convert_file(frame, tmp_path, Options(weights))
        # The same weights: what calibrates their error makes the difference.
        assert out.result == "done"
        made.append(read_output(out.output))
    np.testing.assert_array_equal(made[0].field, made[1].field)
    assert np.nanmax(np.abs(made[1].deviation - 2 * made[0].deviation)) < 0.11
    assert made[0].header["ERSHA256"] != made[1].header["ERSHA256"]
    assert made[0].header["WTSHA256"] == made[1].header["WTSHA256"]
    assert convert_file(frame, tmp_path, Options(weights)).result == "skipped"


def test_factors_apply_by_the_field_and_the_radius_of_each_pixel(frame, tmp_path):
    plain = write_weights(tmp_path / "a", grid=COARSE)
    by_radius = ERROR_SCALE | {"radius_knots": [0.0, 1.0], "radius_factors": [1.0, 3.0]}
    steep = write_weights(tmp_path / "b", grid=COARSE, error_scale=by_radius)
    one, other = (
        read_output(convert_file(frame, tmp_path / path.parent.name, Options(path)).output)
        for path in (plain, steep)
    )
    radius = one.view.radius()
    known = np.isfinite(one.deviation) & (radius < 0.95)
    ratio = other.deviation[known] / one.deviation[known]
    assert np.abs(ratio - (1 + 2 * radius[known])).max() < 0.05


# Weights that do not fit


def test_a_frame_is_converted_on_the_grid_of_the_network(frame, tmp_path):
    grid = Grid(target_size=256, target_scale=16 * 0.504273)
    out = convert_file(frame, tmp_path, Options(trained(tmp_path / "model", grid=grid))).output
    made = read_output(out)
    assert made.field.shape == (256, 256)
    assert made.view.pointing.limb_radius == pytest.approx(grid.limb_radius("target"), rel=1e-6)


def test_weights_for_another_target_are_refused(frame, tmp_path):
    weights = trained(tmp_path / "model", instruments={"input": "mdi", "target": "gong"})
    with pytest.raises(WeightsError, match="whose target is GONG, expected HMI"):
        convert_file(frame, tmp_path, Options(weights))


def test_weights_for_another_instrument_are_refused(tmp_path):
    weights = trained(tmp_path / "model")
    gong = of_file(write_gong(tmp_path / "gong.fits.gz"))
    with pytest.raises(UntrustedFrameError, match="expected one of MDI for the weights"):
        weights_for(gong, Options(weights))


def test_what_was_not_recorded_is_not_flagged(tmp_path):
    data, header = mdi()
    header["INTERVAL"] = 3.0
    path = tmp_path / "mdi.fits"
    fits.writeto(path, data, header)
    masks = []
    for name, noise, interval in (("a", [1.0, 2.0], [300]), ("b", None, [])):
        ranges = RANGES | {"noise": noise, "interval": interval}
        weights = trained(tmp_path / name, ranges=ranges)
        out = convert_file(path, tmp_path / name, Options(weights)).output
        masks.append(read_output(out).mask[256, 256])
    assert masks == [Flag.NOISE | Flag.INSTRUMENT, 0]


# Taken up again, and checked


def test_outputs_of_other_weights_are_not_taken_for_these(frame, tmp_path, monkeypatch):
    own = tmp_path / "own"
    monkeypatch.setattr(model, "_folder", lambda: own)
    write_weights(own, grid=COARSE)
    weights = trained(tmp_path / "model")
    chosen = Options(weights)
    assert convert_file(frame, tmp_path, chosen).result == "done"
    assert convert_file(frame, tmp_path, chosen).result == "skipped"
    assert convert_file(frame, tmp_path, Options()).result == "done"
    assert convert_file(frame, tmp_path, Options()).result == "skipped"
    assert convert_file(frame, tmp_path, chosen).result == "done"


def test_the_same_network_by_another_name_is_converted_again(frame, tmp_path):
    first = trained(tmp_path / "a")
    convert_file(frame, tmp_path, Options(first))
    card = read_json(first.with_name(model.CARD))
    write_json(first.with_name(model.CARD), card | {"method": "paper"})
    again = convert_file(frame, tmp_path, Options(first))
    assert again.result == "done"
    assert read_output(again.output).header["METHOD"] == "paper"


def test_an_output_of_a_pair_that_does_not_come_with_onesun_is_converted_again(
    frame, tmp_path, monkeypatch
):
    monkeypatch.setattr(model, "_folder", lambda: tmp_path / "own")
    write_weights(tmp_path / "own", grid=COARSE)
    convert_file(frame, tmp_path, Options(trained(tmp_path / "model", pair="mdi-own", **MDI_HMI)))
    assert convert_file(frame, tmp_path, Options()).result == "done"


def test_check_asks_for_the_weights_that_an_output_was_made_with(frame, tmp_path, monkeypatch):
    monkeypatch.setattr(model, "_folder", lambda: tmp_path / "own")
    write_weights(tmp_path / "own", grid=COARSE)
    weights = trained(tmp_path / "model")
    out = Path(convert_file(frame, tmp_path, Options(weights)).output)
    with pytest.raises(WeightsError, match="made with the weights mdi-hmi, highresnet, of SHA"):
        compare(out, frame)
    other = convert_file(
        frame, tmp_path / "o", Options(trained(tmp_path / "other", pair="mdi-own", **MDI_HMI))
    )
    with pytest.raises(WeightsError, match="which do not come with OneSun, expected --weights"):
        compare(Path(other.output), frame)


def test_half_widths_and_the_inflation_of_means_are_beside_the_deviation(frame, tmp_path):
    scale = ERROR_SCALE | {
        "half_widths_68": [0.5], "half_widths_95": [3.0],
        "block_sizes": [2, 64], "block_inflation": [1.234, 9.876],
    }  # fmt: skip
    weights = write_weights(tmp_path, grid=COARSE, error_scale=scale)
    out = convert_file(frame, tmp_path, Options(weights)).output
    made = read_output(out)
    known = np.isfinite(made.deviation)
    np.testing.assert_allclose(made.half_68[known], 0.5 * made.deviation[known], atol=0.11)
    np.testing.assert_allclose(made.half_95[known], 3.0 * made.deviation[known], atol=0.31)
    assert (made.header["INFL2"], made.header["INFL64"]) == (1.23, 9.88)
    with fits.open(out) as hdus:
        assert [hdu.header["BTYPE"] for hdu in hdus[1:]] == list(TYPES.values())
