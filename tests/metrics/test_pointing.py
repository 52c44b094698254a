"""Scores by the header's pointing and after registration: what is moved, scored and tabled."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from helpers.months import GRID, GRID_SETTINGS, sun, write_aligned, write_split
from helpers.tabled import DRAWS
from onesun.cli.evaluate import evaluate
from onesun.cli.evaluate import pointing as command
from onesun.cli.tables import table_pointing
from onesun.errors import ConfigError, DamagedProductError, OneSunError
from onesun.geometry.grid import Grid
from onesun.geometry.upsample import fill_nearest
from onesun.io.files import folder_listing, read_json, write_json
from onesun.metrics import product
from onesun.metrics.pointing.product import pointed, read, statistics_file
from onesun.metrics.pointing.register import PredictionRegistrar
from onesun.metrics.regions import RegionStatistics
from onesun.products.aligned import read_field, write_field

PAIR, METHOD, MONTH = "mdi-hmi", "onesun", "2011-12"
STAMPS = [f"201112{day}_060000_TAI" for day in (16, 17, 18)]
ALIGN = {"tile": 32, "within_radius": 0.9, "max_shift": 10, "min_correlation": 0.3}
TILE = 64
ROWS = [{"name": "disk", "r": [0, 1]}, {"name": "inner", "r": [0, 0.5]}]
# Pixels of the target grid by which features lie too far east-west, north-south.
SHIFTS = {STAMPS[0]: (2.3, -1.2), STAMPS[1]: (-3.6, 0.4), STAMPS[2]: (0.0, 5.25)}
OFF_DISK = GRID.radius("target") >= 1


def displaced(target: np.ndarray, x: float, y: float) -> np.ndarray:
    """A smooth prediction whose features lie x pixels west and y pixels north of the target's."""
    field = ndimage.gaussian_filter(np.nan_to_num(target), 1.5)
    field = ndimage.shift(field, (y, x), order=5)
    field[np.isnan(target)] = np.nan
    return field.astype(np.float32)


class Case:
    """A month of targets, predictions that are displaced, and the command on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        frames = {stamp: sun(seed) for seed, stamp in enumerate(STAMPS)}
        self.aligned = write_aligned(folder / "aligned", PAIR, MONTH, frames)
        self.split = write_split(folder / "split.csv", PAIR, {MONTH: "test"})
        self.predictions = folder / "predictions" / f"{MONTH}.json"
        self.out = folder / "statistics" / f"{MONTH}.json"
        fields = {stamp: displaced(target, *SHIFTS[stamp]) for stamp, (_, target) in frames.items()}
        self.predict(fields)

    def predict(self, fields: dict[str, np.ndarray]) -> None:
        place = self.predictions.with_suffix("")
        for stamp, field in fields.items():
            write_field(place / f"{stamp}.fits", field, {})
        write_json(self.predictions, {
            "product": "predictions", "folder": MONTH, "files": folder_listing(place),
            "pair": PAIR, "method": METHOD, "month": MONTH,
        })  # fmt: skip

    def prediction(self, stamp: str) -> np.ndarray:
        return read_field(self.predictions.with_suffix("") / f"{stamp}.fits")

    def target(self, stamp: str) -> np.ndarray:
        return read_field(self.aligned.parent / MONTH / f"{stamp}.target.fits")

    def score(self, models=("shift", "stretched"), method: str = METHOD) -> None:
        settings = json.dumps({
            "pointing": {"models": list(models)}, "align": ALIGN, "grid": GRID_SETTINGS,
            "table1": {"rows": ROWS}, "measure": {"tiles": {"size": TILE}},
        })  # fmt: skip
        command(PAIR, method, MONTH, self.aligned, self.predictions, self.split, settings, self.out)

    def table(self, paths: list[Path]) -> tuple[dict, str, list[dict]]:
        """The CSV's lines by pointing and area, the Markdown, and the lines of frames."""
        bootstrap = DRAWS | {"tile": TILE}
        settings = json.dumps({"table1": {"rows": ROWS, "bootstrap": bootstrap}})
        out = self.folder / "pointing.csv"
        table_pointing(paths, settings, out)
        with open(out, encoding="utf-8", newline="") as handle:
            lines = {(line["pointing"], line["area"]): line for line in csv.DictReader(handle)}
        with open(out.with_suffix(".frames.csv"), encoding="utf-8", newline="") as handle:
            frames = list(csv.DictReader(handle))
        return lines, out.with_suffix(".md").read_text(encoding="utf-8"), frames


@pytest.fixture
def case(tmp_path) -> Case:
    return Case(tmp_path)


@pytest.fixture(scope="module")
def scored(tmp_path_factory) -> Case:
    made = Case(tmp_path_factory.mktemp("pointing"))
    made.score()
    return made


def correlation(prediction: np.ndarray, target: np.ndarray) -> float:
    return float(np.corrcoef(prediction[~OFF_DISK], target[~OFF_DISK])[0, 1])


@pytest.mark.parametrize("model", ["shift", "similarity", "stretched"])
def test_a_displaced_prediction_is_moved_back(model: str) -> None:
    _, target = sun(1)
    prediction = displaced(target, 2.3, -1.2)
    found, moved = PredictionRegistrar(prediction, target, GRID, ALIGN).run(model)
    shift = np.array([found.correction.shift_x, found.correction.shift_y])
    np.testing.assert_allclose(shift * GRID.limb_radius("target"), (2.3, -1.2), atol=0.1)
    assert moved.dtype == np.float32
    assert np.array_equal(np.isnan(moved), OFF_DISK)
    still = displaced(target, 0, 0)
    assert correlation(moved, target) == pytest.approx(correlation(still, target), abs=3e-3)
    assert correlation(moved, target) > correlation(prediction, target) + 0.08


def test_a_turned_prediction_needs_more_than_a_shift() -> None:
    _, target = sun(2)
    smooth = ndimage.gaussian_filter(np.nan_to_num(target), 1.5)
    turned = ndimage.rotate(smooth, 0.6, reshape=False, order=3).astype(np.float32)
    turned[OFF_DISK] = np.nan
    registrar = PredictionRegistrar(turned, target, GRID, ALIGN)
    shift, similarity = (registrar.run(model) for model in ("shift", "similarity"))
    assert abs(similarity[0].correction.roll) == pytest.approx(0.6, abs=0.05)
    scores = [correlation(field, target) for field in (turned, shift[1], similarity[1])]
    assert scores[2] > max(scores[:2]) + 0.02


def test_a_prediction_in_its_place_stays_there() -> None:
    _, target = sun(3)
    prediction = displaced(target, 0, 0)
    found, moved = PredictionRegistrar(prediction, target, GRID, ALIGN).run("shift")
    assert abs(found.correction.shift_x) * GRID.limb_radius("target") < 0.05
    np.testing.assert_allclose(
        moved[~OFF_DISK], fill_nearest(prediction)[~OFF_DISK], atol=0.03 * np.nanmax(prediction)
    )


def test_at_the_edge_of_the_grid_no_pixel_is_lost() -> None:
    tight = Grid(target_size=512, target_scale=3.8, factor=4, patch=32)
    _, target = sun(4, tight)
    prediction = displaced(target, 0, 6.0)
    _, moved = PredictionRegistrar(prediction, target, tight, ALIGN).run("shift")
    assert np.array_equal(np.isnan(moved), np.isnan(target))


def test_scores_by_the_header_are_those_of_evaluate(scored: Case, tmp_path) -> None:
    settings = json.dumps({
        "table1": {"rows": ROWS}, "measure": {"tiles": {"size": TILE}}, "grid": GRID_SETTINGS,
    })  # fmt: skip
    evaluate(
        PAIR, METHOD, MONTH, scored.aligned, scored.predictions, scored.split, settings,
        tmp_path / "s.json",
    )  # fmt: skip
    expected = product.read(tmp_path / "s.json", RegionStatistics)
    found = product.read(statistics_file(scored.out, "header"), RegionStatistics)
    assert found.statistics.content() == expected.statistics.content()
    assert (found.pair, found.method, found.set) == (PAIR, pointed(METHOD, "header"), "test")


def test_what_was_found_is_told_frame_by_frame_in_arcsec(scored: Case) -> None:
    month = read(scored.out)
    assert (month.pair, month.method, month.month) == (PAIR, METHOD, MONTH)
    assert month.pointings == ("header", "shift", "stretched")
    assert not month.refused
    for stamp, (x, y) in SHIFTS.items():
        for found in month.frames[stamp].values():
            assert found.shift_x == pytest.approx(
                x * GRID.target_scale, abs=0.1 * GRID.target_scale
            )
            assert found.shift_y == pytest.approx(
                y * GRID.target_scale, abs=0.1 * GRID.target_scale
            )
            assert found.correlation_after > max(found.correlation_before, 0.9)


def test_registered_scores_are_those_of_the_moved_field(scored: Case) -> None:
    statistics = product.read(statistics_file(scored.out, "shift"), RegionStatistics).statistics
    stamp = STAMPS[1]
    target, prediction = scored.target(stamp), scored.prediction(stamp)
    _, moved = PredictionRegistrar(prediction, target, GRID, ALIGN).run("shift")
    found = statistics.frames[stamp][0].result().correlation
    assert found == pytest.approx(correlation(moved, target), abs=1e-9)


def test_the_table_has_scores_gains_and_shifts(scored: Case) -> None:
    lines, text, frames = scored.table([scored.out])
    assert list(lines) == [
        (name, row["name"]) for name in ("header", "shift", "stretched") for row in ROWS
    ]
    header, shift = lines["header", "disk"], lines["shift", "disk"]
    for name, line in (("header", header), ("shift", shift)):
        result = (
            product.read(statistics_file(scored.out, name), RegionStatistics)
            .statistics.result()[0]
            .result()
        )
        assert float(line["correlation"]) == pytest.approx(result.correlation, abs=1e-9)
        assert float(line["rmse"]) == pytest.approx(result.rmse, rel=1e-9)
    gain = float(shift["correlation"]) - float(header["correlation"])
    assert float(shift["gain"]) == pytest.approx(gain, abs=1e-9)
    assert float(shift["gain_low"]) > 0
    assert header["gain"] == ""
    assert f"{float(shift['correlation']):.3f} ({gain:+.3f})" in text
    assert [frame["frame"] for frame in frames] == [s for s in STAMPS for _ in (1, 2)]
    median = np.median([np.hypot(*shift) for shift in SHIFTS.values()]) * GRID.target_scale
    (sentence,) = [line for line in text.splitlines() if line.startswith("- shift: ")]
    assert float(sentence.split(" lie ")[1].split(" ")[0]) == pytest.approx(median, rel=0.05)
    assert "could not be registered" not in text


def test_a_frame_that_cannot_be_registered_counts_nowhere_and_is_listed(case: Case) -> None:
    draw = np.random.default_rng(1)
    noise = draw.normal(0, 20, OFF_DISK.shape).astype(np.float32)
    noise[OFF_DISK] = np.nan
    case.predict({STAMPS[1]: noise})
    case.score(["shift"])
    month = read(case.out)
    assert list(month.frames) == [STAMPS[0], STAMPS[2]]
    assert list(month.refused) == [STAMPS[1]]
    for name in ("header", "shift"):
        statistics = product.read(statistics_file(case.out, name), RegionStatistics).statistics
        assert list(statistics.frames) == [STAMPS[0], STAMPS[2]]
    _, text, _ = case.table([case.out])
    assert (
        f"1 frame could not be registered, so that no column counts it; the first: {STAMPS[1]}"
        in text
    )


def test_without_a_frame_that_can_be_registered_it_stops(case: Case) -> None:
    draw = np.random.default_rng(1)
    noise = draw.normal(0, 20, OFF_DISK.shape).astype(np.float32)
    noise[OFF_DISK] = np.nan
    case.predict(dict.fromkeys(STAMPS, noise))
    with pytest.raises(OneSunError, match="no prediction can be registered, expected at least one"):
        case.score(["shift"])
    assert not case.out.exists()


def test_predictions_of_another_method_are_refused(case: Case) -> None:
    with pytest.raises(ConfigError, match="predictions of mdi-hmi onesun 2011-12, expected"):
        case.score(method="matched")


def test_different_models_do_not_make_one_table(scored: Case, case: Case) -> None:
    case.score(["shift"])
    with pytest.raises(ConfigError, match="registered by different models"):
        case.table([scored.out, case.out])


def test_a_file_of_something_else_is_refused(case: Case) -> None:
    write_json(case.out, {"product": "x"})
    with pytest.raises(DamagedProductError, match="no registrations of a month's predictions"):
        read(case.out)
    write_json(case.out, {"product": "pointing", "frames": {}, "pair": PAIR})
    with pytest.raises(DamagedProductError, match="no registrations of a month's predictions"):
        read(case.out)
    assert read_json(case.out)["pair"] == PAIR
