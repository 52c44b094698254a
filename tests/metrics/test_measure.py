"""From predictions to a month's measures, as files."""

from __future__ import annotations

import json

import numpy as np
import pytest

from helpers.measured import SETTINGS, fields, measures, stamp
from helpers.months import write_aligned, write_split
from onesun.cli.evaluate import measure as command
from onesun.errors import ConfigError, DamagedProductError, OneSunError
from onesun.io.files import folder_listing, read_json, write_json
from onesun.metrics import product
from onesun.metrics.measures import Measures
from onesun.products.aligned import write_field

PAIR, METHOD, MONTH = "mdi-hmi", "bicubic", "2011-12"
SEEDS = (0, 1, 2)
GRID_SETTINGS = {"target_size": 128, "target_scale": 16.5, "factor": 4, "patch": 8}


class Case:
    """A month of aligned frames, predictions of them, a split, and the command on them."""

    def __init__(self, folder) -> None:
        self.folder = folder
        frames = {stamp(seed): fields(seed) for seed in SEEDS}
        # The input plays no part here: any field will do.
        pairs = {name: (target, target) for name, (target, _) in frames.items()}
        self.aligned = write_aligned(folder / "aligned", PAIR, MONTH, pairs)
        self.split = write_split(folder / "split.csv", PAIR, {MONTH: "test"})
        self.guesses = folder / "predictions" / MONTH
        for name, (_, prediction) in frames.items():
            write_field(self.guesses / f"{name}.fits", prediction, {})
        self.out = folder / "measures" / f"{MONTH}.npz"
        self.listed()

    def listed(self) -> None:
        content = {"product": "predictions", "folder": MONTH, "files": folder_listing(self.guesses)}
        content |= {"pair": PAIR, "method": METHOD, "month": MONTH}
        write_json(self.guesses.with_suffix(".json"), content)

    def measure(self, method: str = METHOD, **changes) -> product.MonthOf:
        settings = json.dumps({"measure": SETTINGS | changes, "grid": GRID_SETTINGS})
        command(
            PAIR, method, MONTH, self.aligned, self.guesses.with_suffix(".json"), self.split,
            settings, self.out,
        )  # fmt: skip
        return product.read(self.out.with_suffix(".json"), Measures)


@pytest.fixture
def case(tmp_path) -> Case:
    return Case(tmp_path)


def test_measures_are_those_of_the_frames(case: Case) -> None:
    found = case.measure()
    assert (found.pair, found.method, found.month, found.set) == (PAIR, METHOD, MONTH, "test")
    assert found.simulated is True
    assert found.statistics.stamps == [stamp(seed) for seed in SEEDS]
    expected = measures(*SEEDS)
    # Files hold fields in steps of 0.1 G, from an observer at another distance.
    np.testing.assert_allclose(
        found.statistics.kernels.result().extremes, expected.kernels.result().extremes, rtol=1e-2
    )
    assert found.statistics.kernels.result().n.tolist() == expected.kernels.result().n.tolist()
    assert found.statistics.arrays().keys() == expected.arrays().keys()


def test_the_same_month_gives_the_same_bytes(case: Case) -> None:
    case.measure()
    before = [case.out.with_suffix(kind).read_bytes() for kind in (".npz", ".json")]
    case.measure()
    assert before == [case.out.with_suffix(kind).read_bytes() for kind in (".npz", ".json")]


def test_what_is_read_goes_on_and_merges(case: Case) -> None:
    found = case.measure()
    again = product.read(case.out.with_suffix(".json"), Measures)
    made = found.statistics.comparison(stamp(7), *fields(7), 1.4e11)
    for each in (found, again):
        each.statistics.update(made)
    one, other = found.statistics.arrays(), again.statistics.arrays()
    assert all(np.array_equal(one[name], other[name]) for name in one)
    with pytest.raises(DamagedProductError, match=f"frame {stamp(0)}: counted twice"):
        found.statistics.merge(again.statistics)


def test_frames_outside_the_split_are_left_out(case: Case) -> None:
    write_split(case.split, PAIR, {MONTH: "test"}, buffer="2011-12-03")
    assert case.measure().statistics.stamps == [stamp(0), stamp(1)]


def test_a_month_without_frames_is_empty_and_merges(case: Case) -> None:
    case.split.write_text(
        "pair,month,set,start,end\nmdi-hmi,2011-12,test,2011-12-20,2011-12-31\n", encoding="utf-8"
    )
    empty = case.measure().statistics
    assert empty.stamps == []
    assert measures(1).merge(measures()).stamps == [stamp(1)]


def test_a_prediction_with_holes_names_its_frame(case: Case) -> None:
    _, prediction = fields(1)
    prediction[64, 60:63] = np.nan
    write_field(case.guesses / f"{stamp(1)}.fits", prediction, {})
    case.listed()
    with pytest.raises(OneSunError, match=f"{stamp(1)}: prediction: no value in 3 pixels"):
        case.measure()
    assert not case.out.exists()


def test_predictions_of_another_method_are_refused(case: Case) -> None:
    with pytest.raises(ConfigError, match="predictions of mdi-hmi bicubic 2011-12, expected"):
        case.measure(method="onesun")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kernels": [3]}, "measure.kernels: found 3, expected divisors of grid.target_size 128"),
        ({"within_radius": 0.8}, "expected measure.within_radius 0.8 among them"),
        ({"kernels": []}, r"measure.kernels: found \[\], expected a list of whole numbers"),
    ],
)
def test_settings_that_do_not_fit_are_refused(case: Case, changes, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        case.measure(**changes)
    assert not case.out.exists()


def test_damaged_measures_are_named(case: Case) -> None:
    case.measure()
    manifest = case.out.with_suffix(".json")
    content = case.out.read_bytes()
    case.out.write_bytes(content[:2000] + b"\0" + content[2001:])
    with pytest.raises(DamagedProductError, match=r"2011-12\.npz: its bytes have changed"):
        product.read(manifest, Measures)
    case.out.write_bytes(content[:2000])
    with pytest.raises(DamagedProductError, match=r"2011-12\.npz: 2000 bytes, expected"):
        product.read(manifest, Measures)


def test_files_that_are_no_measures_are_refused(case: Case) -> None:
    case.measure()
    manifest = case.out.with_suffix(".json")
    content = read_json(manifest)
    for key in ("settings", "frames", "set"):
        write_json(manifest, {name: value for name, value in content.items() if name != key})
        with pytest.raises(DamagedProductError, match=f"no measures of a month .'{key}'"):
            product.read(manifest, Measures)
    write_json(manifest, content | {"product": "predictions"})
    with pytest.raises(DamagedProductError, match="no manifest of measures"):
        product.read(manifest, Measures)


def test_measures_from_before_a_statistic_was_added_are_refused(case: Case) -> None:
    case.measure()
    manifest = case.out.with_suffix(".json")
    with np.load(case.out) as kept:
        older = {name: kept[name] for name in kept if not name.startswith("flux/")}
    np.savez_compressed(case.out, **older)
    listed = folder_listing(case.out.parent)[case.out.name]
    write_json(manifest, read_json(manifest) | {"files": {case.out.name: listed}})
    with pytest.raises(DamagedProductError, match=r"no measures of a month .'flux'"):
        product.read(manifest, Measures)
