"""From aligned frames to a month's statistics: predict, then evaluate, on a tiny month."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from helpers.months import GRID, GRID_SETTINGS, sun, write_aligned, write_split
from onesun.cli.evaluate import evaluate as evaluate_command
from onesun.cli.evaluate import predict as predict_command
from onesun.errors import ConfigError, DamagedProductError, OneSunError, UntrustedFrameError
from onesun.io.files import folder_listing, read_json, write_json
from onesun.methods.bicubic import BicubicMethod
from onesun.methods.ceiling import CeilingMethod
from onesun.methods.kinds import REFERENCES
from onesun.methods.predict import predict
from onesun.metrics import product
from onesun.metrics.regions import RegionStatistics
from onesun.products import predictions
from onesun.products.aligned import read_field, read_header, write_field

STAMPS = [f"201112{day}_060000_TAI" for day in (16, 17, 18)]
ROWS = [
    {"name": "disk", "r": [0, 1]},
    {"name": "strong", "r": [0, 0.9], "field": [100, None]},
]
PAIR, METHOD, MONTH = "mdi-hmi", "bicubic", "2011-12"


class Case:
    """A month of aligned frames, a split and a calibration, and the two commands on them."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.frames = {stamp: sun(seed) for seed, stamp in enumerate(STAMPS)}
        self.aligned = write_aligned(folder / "aligned", PAIR, MONTH, self.frames)
        self.split = write_split(folder / "split.csv", PAIR, {MONTH: "test"})
        self.calibration = folder / "calibration.json"
        write_json(self.calibration, {"pair": PAIR, "baseline": {"b": 1.4}})
        self.predictions = folder / "predictions" / f"{MONTH}.json"
        self.out = folder / "statistics" / f"{MONTH}.json"

    def predict(self) -> None:
        predict_command(
            PAIR, METHOD, MONTH, self.aligned,
            settings=json.dumps({"method": {"kind": "bicubic"}, "grid": GRID_SETTINGS}),
            out=self.predictions.with_suffix(""), calibration=self.calibration,
        )  # fmt: skip

    def evaluate(self, method: str = METHOD) -> product.MonthOf[RegionStatistics]:
        settings = json.dumps(
            {"table1": {"rows": ROWS}, "grid": GRID_SETTINGS, "measure": {"tiles": {"size": 32}}}
        )
        evaluate_command(
            PAIR, method, MONTH, self.aligned, self.predictions, self.split, settings, self.out
        )
        return product.read(self.out, RegionStatistics)


@pytest.fixture
def case(tmp_path) -> Case:
    made = Case(tmp_path)
    made.predict()
    return made


def test_predictions_are_those_of_the_method(case: Case) -> None:
    month = predictions.read_month(case.predictions)
    assert (month.pair, month.method, month.month) == (PAIR, METHOD, MONTH)
    content = read_json(case.predictions)
    assert content["frames"] == STAMPS
    assert content["simulated"] is True
    for stamp in STAMPS:
        field = read_field(case.aligned.parent / MONTH / f"{stamp}.input.fits")
        expected = BicubicMethod(GRID, 1.4).predict(field)
        found = month.prediction(stamp)
        np.testing.assert_allclose(found, expected, atol=0.0505)
        assert np.array_equal(np.isnan(found), GRID.radius("target") >= 1)


def test_a_prediction_says_where_it_lies_and_not_that_hmi_made_it(case: Case) -> None:
    header = read_header(predictions.read_month(case.predictions).folder / f"{STAMPS[0]}.fits")
    assert header["CDELT1"] == 4.034184
    assert (header["PAIR"], header["METHOD"]) == (PAIR, METHOD)
    assert "TELESCOP" not in header


def test_a_reference_says_that_it_predicts_nothing(case: Case) -> None:
    assert read_json(case.predictions)["prediction"] is True
    folder = case.folder / "ceiling"
    predict(PAIR, "ceiling", MONTH, case.aligned, CeilingMethod(GRID, "mdi"), folder)
    assert read_json(folder.with_name("ceiling.json"))["prediction"] is False
    header = read_header(folder / f"{STAMPS[0]}.fits")
    assert header["PREDICTS"] is False
    assert header.comments["PREDICTS"] == "it is made of the target"
    # A longer comment would be cut off.
    assert all(len(f"it {reason}") <= 47 for reason in REFERENCES.values())
    predicted = read_header(case.predictions.with_suffix("") / f"{STAMPS[0]}.fits")
    assert "PREDICTS" not in predicted


def test_the_same_month_gives_the_same_bytes(case: Case) -> None:
    before = read_json(case.predictions)
    case.predict()
    assert read_json(case.predictions) == before


def test_statistics_are_those_of_the_pixels(case: Case) -> None:
    found = case.evaluate()
    assert (found.set, found.simulated, found.month) == ("test", True, MONTH)
    assert list(found.statistics.frames) == STAMPS
    month = predictions.read_month(case.predictions)
    for stamp in STAMPS:
        target = read_field(case.aligned.parent / MONTH / f"{stamp}.target.fits")
        strong = (np.abs(target) >= 100) & (GRID.radius("target") <= 0.9)
        for moments, mask in zip(
            found.statistics.frames[stamp], (np.isfinite(target), strong), strict=True
        ):
            x = target[mask].astype(np.float64)
            y = month.prediction(stamp)[mask].astype(np.float64)
            result = moments.result()
            assert result.n == mask.sum()
            assert result.correlation == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-12)
            assert result.rmse == pytest.approx(np.sqrt(np.mean((y - x) ** 2)), rel=1e-9)
    summary = read_json(case.out)["summary"]
    assert [row["name"] for row in summary] == ["disk", "strong"]
    assert summary[0]["n"] == sum(moments[0].n for moments in found.statistics.frames.values())


def test_frames_outside_the_split_are_left_out(case: Case) -> None:
    write_split(case.split, PAIR, {MONTH: "test"}, buffer="2011-12-18")
    assert list(case.evaluate().statistics.frames) == STAMPS[:2]


def test_a_missing_prediction_is_named(case: Case) -> None:
    content = read_json(case.predictions)
    del content["files"][f"{STAMPS[1]}.fits"]
    write_json(case.predictions, content)
    (case.predictions.with_suffix("") / f"{STAMPS[1]}.fits").unlink()
    with pytest.raises(DamagedProductError, match=f"{STAMPS[1]}.fits: missing"):
        case.evaluate()
    assert not case.out.exists()


def test_a_truncated_prediction_is_named(case: Case) -> None:
    path = case.predictions.with_suffix("") / f"{STAMPS[1]}.fits"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(DamagedProductError, match=f"{STAMPS[1]}.fits: 5000 bytes, expected"):
        case.evaluate()


def test_a_calibration_of_another_pair_is_refused(case: Case) -> None:
    write_json(case.calibration, {"pair": "gong-hmi", "baseline": {"b": 0.7}})
    with pytest.raises(ConfigError, match=r"calibration\.json: of pair gong-hmi, expected mdi-hmi"):
        case.predict()


@pytest.mark.parametrize("option", ["weights", "fit"])
def test_a_card_of_another_pair_is_refused(case: Case, option: str) -> None:
    write_json(case.folder / "card.json", {"pair": "gong-hmi"})
    with pytest.raises(ConfigError, match=r"card\.json: of pair gong-hmi, expected mdi-hmi"):
        predict_command(
            PAIR, METHOD, MONTH, case.aligned,
            settings=json.dumps({"method": {"kind": "raw"}, "grid": GRID_SETTINGS}),
            out=case.folder / "x", **{option: case.folder / "x.safetensors"},
        )  # fmt: skip


def test_a_changed_prediction_is_named(case: Case) -> None:
    path = case.predictions.with_suffix("") / f"{STAMPS[1]}.fits"
    content = bytearray(path.read_bytes())
    content[-3000] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedProductError, match=f"{STAMPS[1]}.fits: its bytes have changed"):
        case.evaluate()


def test_a_prediction_with_holes_names_its_frame(case: Case) -> None:
    path = case.predictions.with_suffix("") / f"{STAMPS[2]}.fits"
    field = read_field(path)
    field[256, 256:259] = np.nan
    write_field(path, field, {})
    content = read_json(case.predictions)
    content["files"] = folder_listing(path.parent)
    write_json(case.predictions, content)
    with pytest.raises(OneSunError, match=f"{STAMPS[2]}: prediction: no value in 3 pixels"):
        case.evaluate()


def test_predictions_of_another_method_are_refused(case: Case) -> None:
    with pytest.raises(ConfigError, match="predictions of mdi-hmi bicubic 2011-12, expected"):
        case.evaluate(method="onesun")


def test_a_manifest_of_something_else_is_refused(case: Case) -> None:
    shutil.copy(case.aligned, case.predictions)
    with pytest.raises(DamagedProductError, match="no manifest of predictions"):
        case.evaluate()


def test_a_month_that_the_split_lacks_is_refused(case: Case) -> None:
    write_split(case.split, PAIR, {"2011-10": "test"})
    with pytest.raises(ConfigError, match="no row for pair mdi-hmi and month 2011-12"):
        case.evaluate()


@pytest.mark.parametrize(
    ("pair", "month", "message"),
    [
        ("gong-hmi", MONTH, "frames of pair mdi-hmi, expected gong-hmi"),
        (PAIR, "2012-01", "frames of month 2011-12, expected 2012-01"),
    ],
)
def test_frames_of_another_pair_or_month_are_refused(
    case: Case, pair: str, month: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        predict(pair, METHOD, month, case.aligned, BicubicMethod(GRID, 1), case.folder / "x")
    assert not (case.folder / "x").exists()


def test_a_frame_that_cannot_be_predicted_leaves_no_folder(tmp_path) -> None:
    field, target = sun(1)
    frames = {STAMPS[0]: (np.full_like(field, np.nan), target)}
    manifest = write_aligned(tmp_path, PAIR, MONTH, frames)
    with pytest.raises(UntrustedFrameError, match=r"20111216_060000_TAI\.input\.fits: field: no"):
        predict(PAIR, METHOD, MONTH, manifest, BicubicMethod(GRID, 1), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "out.json").exists()


def test_statistics_that_are_none_are_refused(tmp_path) -> None:
    write_json(tmp_path / "s.json", {"pair": PAIR, "method": METHOD})
    with pytest.raises(DamagedProductError, match="no manifest of statistics"):
        product.read(tmp_path / "s.json", RegionStatistics)
