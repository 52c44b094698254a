"""The stages errors and coverage, their table and figure, on a small Sun; what they refuse."""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.cards import save_model
from helpers.months import GRID, GRID_SETTINGS, sun, write_aligned
from onesun.cli import app as cli
from onesun.cli.evaluate import coverage as coverage_command
from onesun.cli.figures import fig_errors
from onesun.cli.tables import table_errors
from onesun.cli.train import errors as errors_command
from onesun.errors import ConfigError, DamagedProductError, OneSunError
from onesun.io.files import read_json, write_json
from onesun.metrics import covered
from onesun.networks import Calibration
from onesun.products import split
from onesun.training import model
from onesun.training.held_out import held_out

PAIR = "mdi-hmi"
CALIBRATION = Calibration(a=0.0, b=1.4, field_scale=3500.0)
NETWORK = {"kind": "onesun", "channels": 6, "blocks": 1, "kernel": 3, "dropout": 0.0}
SETS = {"train": ["2016-07"], "validation": ["2019-06"], "test": ["2011-12", "2012-01"]}
TILES = {"size": 32, "every": 3}
SECTION = {"fewest": 20, "frames_per_month": 3}


def frames(month: str, count: int, noise: float = 0.0) -> dict:
    """``count`` frames of a month, one Sun each; ``noise`` more on the target, gauss."""
    found = {}
    for day in range(1, count + 1):
        field, target = sun(int(month.replace("-", "")) + day)
        target += np.random.default_rng(day).normal(0, noise, target.shape).astype(np.float32)
        found[f"{month.replace('-', '')}{day:02}_060000_TAI"] = (field, target)
    return found


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Path:
    """A folder with aligned months, a split, and models with and without an error."""
    folder = tmp_path_factory.mktemp("errors")
    for month, count in (("2019-06", 4), ("2011-12", 2), ("2012-01", 1)):
        write_aligned(folder / "aligned", PAIR, month, frames(month, count, 3.0 * (count == 1)))
    split.write(folder / "split.csv", split.assign(PAIR, SETS))
    save_model(folder / "model", NETWORK | {"error": True}, CALIBRATION)
    save_model(folder / "plain", NETWORK | {"error": False}, CALIBRATION)
    held = {"training": {"held_out_tiles": TILES}}
    save_model(folder / "held", NETWORK | {"error": True}, CALIBRATION, **held)
    return folder


def settings(**errors) -> str:
    return json.dumps({"errors": SECTION | errors, "grid": GRID_SETTINGS})


def errors(stage: Path, out: Path, name: str = "model", months=("2019-06",), **changes) -> dict:
    errors_command(
        pair=changes.pop("pair", PAIR),
        method="onesun",
        weights=stage / name / model.WEIGHTS,
        aligned=[stage / "aligned" / f"{month}.json" for month in months],
        split=str(stage / "split.csv"),
        settings=settings(**changes),
        out=out,
    )
    return read_json(out)


def coverage(stage: Path, fitted: Path, out: Path, month: str = "2011-12", **changes):
    coverage_command(
        pair=PAIR,
        method=changes.pop("method", "onesun"),
        month=month,
        aligned=stage / "aligned" / f"{month}.json",
        weights=stage / changes.pop("name", "model") / model.WEIGHTS,
        errors=fitted,
        split=changes.pop("rows", str(stage / "split.csv")),
        settings=settings(**changes),
        out=out,
    )
    return covered.read(out)


@pytest.fixture(scope="module")
def fitted(stage, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("fitted") / "errors.json"
    errors(stage, out)
    return out


def test_the_error_is_calibrated_on_frames_spread_over_the_validation_months(stage, fitted) -> None:
    content = read_json(fitted)
    assert (content["product"], content["pair"]) == (model.ERRORS_PRODUCT, PAIR)
    month = content["months"]["2019-06"]
    # Of four frames, three as evenly as they go.
    assert month["frames"] == [f"201906{day:02}_060000_TAI" for day in (1, 3, 4)]
    assert month["known"] == pytest.approx(1, abs=0.01)
    assert 4.5 < month["target_noise"] < 6  # 5 G and weak fields
    assert content["error_scale"]["target_noise"] == pytest.approx(month["target_noise"])
    assert content["simulated"] is True
    all_pixels = content["coverage"][0]
    assert all_pixels["delivered"]["half_68"] == pytest.approx(68.27, abs=2)
    assert all_pixels["delivered"]["half_95"] == pytest.approx(95, abs=2)


def test_the_network_is_loaded_with_what_calibrates_it(stage, fitted, tmp_path) -> None:
    weights = save_model(tmp_path / "model", NETWORK | {"error": True}, CALIBRATION)
    assert model.load(weights).errors is None
    beside = weights.with_name(model.ERRORS)
    beside.write_bytes(fitted.read_bytes())
    assert model.load(weights).errors.for_card() == read_json(fitted)["error_scale"]
    write_json(beside, read_json(fitted) | {"weights_sha256": "0" * 64})
    with pytest.raises(DamagedProductError, match=r"errors\.json: .* of other weights than .*"):
        model.load(weights)
    # They can be made again beside those of other weights, and predictions do not wait for them.
    assert model.load(weights, calibrated=False).errors is None


def test_the_same_frames_give_the_same_bytes(stage, fitted, tmp_path) -> None:
    errors(stage, tmp_path / "errors.json")
    assert (tmp_path / "errors.json").read_bytes() == fitted.read_bytes()


def test_tiles_that_trained_nothing_raise_the_error_and_never_lower_it(stage, tmp_path) -> None:
    plain = errors(stage, tmp_path / "a.json")["error_scale"]
    held = errors(stage, tmp_path / "b.json", "held")["error_scale"]
    more = np.divide(held["field_factors"], plain["field_factors"])
    assert (more >= 1).all()
    assert (more > 1.05).any()
    assert held["radius_factors"] == plain["radius_factors"]


def test_a_month_that_knows_little_of_the_disk_raises_nothing(stage, tmp_path) -> None:
    """Active regions alone, in unseen tiles hardly foretold, are no measure of all pixels."""
    other, unseen = {}, held_out(TILES, GRID.input_size, GRID.patch)
    unseen = unseen.repeat(GRID.factor, axis=0).repeat(GRID.factor, axis=1)
    for stamp, (field, target) in frames("2019-07", 2).items():
        target[GRID.radius("target") > 0.6] = np.nan
        target[unseen] *= 10
        other[stamp] = (field, target)
    folder = tmp_path / "stage"
    for month, each in (("2019-06", frames("2019-06", 2)), ("2019-07", other)):
        write_aligned(folder / "aligned", PAIR, month, each)
    split.write(folder / "split.csv", split.assign(PAIR, {"validation": ["2019-06", "2019-07"]}))
    for name in ("model", "held"):
        (folder / name).mkdir()
        for file in (stage / name).iterdir():
            (folder / name / file.name).write_bytes(file.read_bytes())
    months = ("2019-06", "2019-07")
    plain = errors(folder, tmp_path / "a.json", months=months)
    held = errors(folder, tmp_path / "b.json", "held", months=months)
    assert [plain["months"][month]["known"] > 0.5 for month in months] == [True, False]
    # The whole disks alone are covered more than enough already.
    assert held["error_scale"]["field_factors"] == plain["error_scale"]["field_factors"]


def test_coverage_counts_every_frame_of_the_month_within_its_bins(stage, fitted, tmp_path) -> None:
    month = coverage(stage, fitted, tmp_path / "2011-12.json")
    assert sorted(month.coverage.frames) == [f"201112{day:02}_060000_TAI" for day in (1, 2)]
    rows = month.coverage.result()
    assert rows[0].pixels == sum(row.pixels for row in rows if row.by == "field")
    assert rows[0].delivered.half_68 == pytest.approx(68.27, abs=3)
    assert month.promised_noise == read_json(fitted)["error_scale"]["target_noise"]
    one = coverage(stage, fitted, tmp_path / "one.json", frames_per_month=1)
    assert len(one.coverage.frames) == 1


def test_a_noisier_month_is_covered_once_its_noise_is_put_in(stage, fitted, tmp_path) -> None:
    month = coverage(stage, fitted, tmp_path / "2012-01.json", "2012-01")
    assert month.noise > month.promised_noise + 0.3
    row = month.coverage.result()[0]
    assert row.delivered.half_68 < row.with_noise.half_68
    assert row.with_noise.half_68 == pytest.approx(68.27, abs=3)


@pytest.fixture(scope="module")
def months(stage, fitted, tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("coverage")
    for month in ("2011-12", "2012-01"):
        coverage(stage, fitted, folder / f"{month}.json", month)
    return [folder / f"{month}.json" for month in ("2011-12", "2012-01")]


def test_the_table_has_a_line_for_each_bin(months, tmp_path) -> None:
    table_errors(months[::-1], tmp_path / "errors.csv")
    with open(tmp_path / "errors.csv", encoding="utf-8", newline="") as handle:
        lines = list(csv.DictReader(handle))
    merged = covered.read(months[0]).coverage.merge(covered.read(months[1]).coverage)
    assert len(lines) == len(merged.result()) == 1 + 7 + 6 + 7
    for line, row in zip(lines, merged.result(), strict=True):
        assert (line["pair"], line["method"], line["frames"]) == (PAIR, "onesun", "3")
        assert (line["by"], int(line["pixels"])) == (row.by, row.pixels)
        for name, kind in (
            ("within_68", "half_68"), ("within_95", "half_95"),
            ("within_1.96_deviations", "normal"), ("rms_over_deviation", "rms"),
        ):  # fmt: skip
            for prefix, within in (("", row.delivered), ("with_noise_", row.with_noise)):
                text = line[prefix + name]
                assert (float(text) if text else None) == pytest.approx(getattr(within, kind))
    text = (tmp_path / "errors.md").read_text(encoding="utf-8")
    assert "## mdi-hmi by onesun" in text
    assert "mdi-hmi: 3 frames of the test months 2011-12, 2012-01." in text
    assert "| predicted field ≥ 1000 G |" in text
    assert "**What is promised.**" in text
    assert "Frames are simulated MDI/GONG from real HMI." in text
    noises = [covered.read(path).noise for path in months]
    assert f"{noises[0]:.2f} G in 2011-12, {noises[1]:.2f} G in 2012-01." in text
    first = text
    table_errors(months, tmp_path / "errors.csv")
    assert (tmp_path / "errors.md").read_text(encoding="utf-8") == first


def test_the_figure_says_of_what_it_is(months, tmp_path) -> None:
    style = json.dumps({"figures": {"style": {"dpi": 40}}})
    for name in ("a", "b"):
        fig_errors(months, style, tmp_path / f"{name}.png")
    with Image.open(tmp_path / "a.png") as image:
        assert image.width == pytest.approx(40 * 7.2, abs=1)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "a.pdf").read_bytes()[:4] == b"%PDF"
    caption = (tmp_path / "a.md").read_text(encoding="utf-8")
    pixels = sum(covered.read(path).coverage.result()[0].pixels for path in months)
    assert f"{pixels:,} pixels of mdi-hmi by onesun" in caption
    assert caption.startswith("How many of the target's readings lie within the uncertainty, by ")


def test_months_that_do_not_belong_together_are_refused(stage, months, tmp_path) -> None:
    content = read_json(months[1])
    for change, sentence in (
        ({"weights_sha256": "1" * 64}, "mdi-hmi by onesun: coverage of different weights"),
        ({"set": "validation"}, "statistics of test and validation months"),
        ({"method": "other"}, "mdi-hmi by other is of 1 frames and mdi-hmi by onesun of 2"),
    ):
        write_json(tmp_path / "other.json", content | change)
        with pytest.raises(ConfigError, match=sentence):
            table_errors([months[0], tmp_path / "other.json"], tmp_path / "errors.csv")
    assert not (tmp_path / "errors.csv").exists()


def test_what_cannot_be_calibrated_is_refused(stage, tmp_path) -> None:
    out = tmp_path / "errors.json"
    for sentence, kind, changes in (
        (r"plain/weights\.safetensors: a network without an error, expected one with error: true",
         ConfigError, {"name": "plain"}),
        (r"card\.json: of pair mdi-hmi, expected gong-hmi", ConfigError, {"pair": "gong-hmi"}),
        (r"2011-12 is a test month", ConfigError, {"months": ("2019-06", "2011-12")}),
        (r"pixels to calibrate the error by, expected at least 1000000 of a month", OneSunError,
         {"fewest": 1_000_000}),
        (r"errors\.radius_edges: found \[0, 0\.5, 0\.5\]", ConfigError,
         {"radius_edges": [0, 0.5, 0.5]}),
        (r"mdi-hmi 2019-06: noise: \d+ pixels in the histogram", OneSunError, {"weak": 1e-9}),
        (r"missing, expected", DamagedProductError, {"name": "absent"}),
    ):  # fmt: skip
        with pytest.raises(kind, match=sentence):
            errors(stage, out, **changes)
        assert not out.exists()


def test_what_cannot_be_judged_is_refused(stage, fitted, tmp_path) -> None:
    out = tmp_path / "2011-12.json"
    with pytest.raises(DamagedProductError, match=r"errors\.json: .* of other weights than "):
        write_json(tmp_path / "errors.json", read_json(fitted) | {"weights_sha256": "0" * 64})
        coverage(stage, tmp_path / "errors.json", out)
    with pytest.raises(ConfigError, match="a network without an error"):
        coverage(stage, fitted, out, name="plain")
    for content in ({}, {"product": "card"}, read_json(fitted) | {"error_scale": {}}):
        write_json(tmp_path / "errors.json", content)
        with pytest.raises(DamagedProductError, match=r"errors\.json: "):
            coverage(stage, tmp_path / "errors.json", out)
    row = split.SplitRow(PAIR, "2011-12", "test", "2011-12-20", "2012-01-01")
    rows = json.dumps([vars(row)])
    with pytest.raises(ConfigError, match="no frame from 2011-12-20 up to 2012-01-01, expected"):
        coverage(stage, fitted, out, rows=rows)
    assert not out.exists()


def test_at_the_command_line_a_refusal_is_one_sentence(
    stage, tmp_path, monkeypatch, capsys
) -> None:
    words = [
        "onesun", "errors", "--pair", PAIR, "--method", "onesun",
        "--weights", str(stage / "plain" / model.WEIGHTS),
        "--aligned", str(stage / "aligned" / "2019-06.json"),
        "--split", str(stage / "split.csv"), "--settings", settings(),
        "--out", str(tmp_path / "errors.json"),
    ]  # fmt: skip
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 2
    printed = capsys.readouterr().err
    assert re.fullmatch(r"onesun: .*: a network without an error, expected .*\n", printed)
