"""The files that the package carries: collected from a run, scored on Suns left out, described."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from helpers.cards import ERROR_SCALE, RANGES, save_model
from helpers.measured import DSUN, GRID, SETTINGS, fields
from onesun.cli.weights import collect, page
from onesun.errors import ConfigError, DamagedProductError
from onesun.io.files import read_json, sha256, write_json
from onesun.metrics import covered, product
from onesun.metrics.coverage import Coverage, Promised, Uncertainty
from onesun.metrics.measures import Measures
from onesun.networks import Calibration
from onesun.training import model

PAIR = "mdi-hmi"
MONTHS = {"2011-12": "2012-01", "2016-07": "2016-08"}
ROWS = ("raw", "ridge", "network")
ERRORS = {"raw": 1.0, "ridge": 0.5, "network": 0.25}  # of the differences of fields()
RELEASE = {
    "method": "all-suns",
    "baselines": ["raw"],
    "bar": "ridge",
    "suns": {
        sun: {"month": month, "methods": {"network": f"without-{sun}", "ridge": f"ridge-{sun}"}}
        for sun, month in MONTHS.items()
    },
}
BOOTSTRAP = {"resamples": 200, "confidence": 0.95, "seed": 1, "tile": 32}


def method(row: str, sun: str) -> str:
    return {"raw": "raw", "ridge": f"ridge-{sun}", "network": f"without-{sun}"}[row]


def write_measures(folder: Path, row: str, sun: str) -> Path:
    """Two frames whose prediction misses by a share of what :func:`fields` misses."""
    measures = Measures(SETTINGS, GRID)
    for seed in (0, 1):
        target, guess = fields(seed + 10 * list(MONTHS).index(sun), holes=False)
        prediction = target + np.float32(ERRORS[row]) * (guess - target)
        when = f"{MONTHS[sun].replace('-', '')}01_{9 * seed:02}0000_TAI"
        measures.update(measures.comparison(when, target, prediction, DSUN))
    name, month = method(row, sun), MONTHS[sun]
    out = folder / name / f"{month}.npz"
    out.parent.mkdir(parents=True, exist_ok=True)
    product.write(
        out.with_suffix(".json"), product.MonthOf(PAIR, name, month, "test", True, measures)
    )
    return out.with_suffix(".json")


def write_coverage(folder: Path, sun: str) -> Path:
    """1,000 pixels, of which seven in ten lie within the 68 % half-width."""
    coverage = Coverage([0, 10], [0, 0.5, 1])
    misfit = np.linspace(0, 1 / 0.7, 1000, dtype=np.float32) * 5
    ones = np.ones(1000, dtype=np.float32)
    delivered, with_noise = (Uncertainty(w * ones, w * ones, 2 * w * ones) for w in (5, 5.5))
    coverage.update(Promised(sun, 0 * ones, misfit, 0.3 * ones, delivered, with_noise))
    out = folder / f"{sun}.json"
    found = covered.CoveredMonth(
        pair=PAIR, method=f"without-{sun}", month=MONTHS[sun], set="test", simulated=True,
        weights_sha256="0" * 64, noise=6.0, promised_noise=5.0, fewest=10, coverage=coverage,
    )  # fmt: skip
    out.parent.mkdir(parents=True, exist_ok=True)
    covered.write(out, found)
    return out


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> dict[str, list[Path]]:
    """What the rules would have made."""
    folder = tmp_path_factory.mktemp("run")
    network = {"kind": "onesun", "channels": 4, "blocks": 1, "error": True}
    weights = save_model(
        folder / "model",
        network,
        Calibration(0.0, 1.4, 100.0),
        method="all-suns",
        grid={"target_size": 4096, "target_scale": 0.504273, "factor": 4, "patch": 32},
        parameters=1234,
        precision="bfloat16",
        best_epoch=7,
        training={"epochs": 8, "batch": 8, "sampling": {"kind": "crops", "per_frame": 160}},
        data={"training": {"frames": 32, "manifests_sha256": {"2011-12": "a", "2016-07": "b"}}},
    )
    write_json(
        weights.with_name(model.ERRORS),
        {
            "product": model.ERRORS_PRODUCT,
            "weights_sha256": sha256(weights),
            "error_scale": ERROR_SCALE,
        },
    )
    truth = folder / "2011-12.truth.json"
    frames = {f"{i}.fits": {"fwhm": 2.5 + i, "gain": 1.3 + i / 10} for i in range(2)}
    write_json(truth, {"instrument": "mdi", "month": "2011-12", "frames": frames})
    return {
        "weights": [weights],
        "truth": [truth],
        "measures": [write_measures(folder / "m", row, sun) for row in ROWS for sun in MONTHS],
        "coverage": [write_coverage(folder / "c", sun) for sun in MONTHS],
    }


def collected(run: dict[str, list[Path]], out: Path, **changed) -> Path:
    given = run | changed
    settings = {"release": RELEASE, "table1": {"columns": [], "bootstrap": BOOTSTRAP}}
    collect(
        pair=PAIR,
        weights=given["weights"][0],
        measures=given["measures"],
        coverage=given["coverage"],
        settings=json.dumps(settings),
        out=out,
        truth=given["truth"],
    )
    return out


def test_collected_weights_are_those_that_convert(run, tmp_path):
    out = collected(run, tmp_path)
    found = model.load(out / f"{PAIR}.safetensors")
    assert found.digest == sha256(run["weights"][0])
    assert found.errors is not None
    assert found.errors.target_noise == 5.0
    assert found.card["ranges"] == RANGES | {"fwhm": [2.5, 3.5], "gain": [1.3, 1.3 + 0.1]}
    assert found.method == "all-suns"


def test_scores_are_those_of_suns_left_out(run, tmp_path):
    found = read_json(collected(run, tmp_path) / f"{PAIR}.scores.json")
    assert set(found["suns"]) == set(MONTHS)
    for part in (*found["suns"].values(), found["together"]):
        rmse = {row: part["methods"][row]["rmse"] for row in ROWS}
        assert rmse["ridge"]["value"] == pytest.approx(0.5 * rmse["raw"]["value"], rel=1e-5)
        assert rmse["network"]["value"] == pytest.approx(0.25 * rmse["raw"]["value"], rel=1e-5)
        assert rmse["ridge"]["gain"] == 0
        low, high = rmse["network"]["gain_interval"]
        assert low <= rmse["network"]["gain"] <= high < 0
        row = part["coverage"][0]
        assert (row["by"], row["delivered"]["half_68"]) == ("all", pytest.approx(70, abs=0.2))
        assert row["with_noise"]["half_68"] > row["delivered"]["half_68"]
    assert found["together"]["coverage"][0]["pixels"] == 2000
    assert found["suns"]["2011-12"]["coverage"][0]["pixels"] == 1000


def test_page_shows_every_figure(run, tmp_path):
    collected(run, tmp_path)
    page(weights=tmp_path, out=tmp_path / "weights.md")
    text = (tmp_path / "weights.md").read_text("utf-8")
    scores = read_json(tmp_path / f"{PAIR}.scores.json")
    value = scores["suns"]["2011-12"]["methods"]["network"]["correlation"]["value"]
    assert f"| network | {value:.3f} [" in text
    assert " independent tiles\n" in text
    assert "FWHM 2.5 to 3.5 arcsec, gain 1.3 to 1.4" in text
    assert "6.00 G (2011-12), 6.00 G (2016-07)" in text
    assert "8 epochs of 5,120 crops" in text
    assert "all Suns together, as delivered: 70.0 % and " in text
    assert "| k | 2 | 4 |\n|:---|---:|---:|\n| mdi-hmi | 1.50 | 2.50 |" in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    for above, line in pairwise(tables):
        if set(line) <= set("|-: "):
            assert line.count("|") == above.count("|")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"measures": []}, "--measures: none of raw 2012-01 found, expected one"),
        ({"coverage": []}, "--coverage: none of without-2011-12 2012-01 found, expected one"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_written(run, tmp_path, changed, sentence):
    with pytest.raises(ConfigError, match=sentence):
        collected(run, tmp_path / "out", **changed)
    assert not (tmp_path / "out").exists()


def test_weights_without_a_calibrated_error_are_refused(run, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    for name in (model.WEIGHTS, model.CARD):
        (folder / name).write_bytes(run["weights"][0].with_name(name).read_bytes())
    with pytest.raises(ConfigError, match=r"has no calibrated error, expected one in errors\.json"):
        collected(run, tmp_path / "out", weights=[folder / model.WEIGHTS])


def test_page_of_a_folder_without_weights_is_refused(run, tmp_path):
    with pytest.raises(ConfigError, match=r"no \*\.card\.json found, expected at least one"):
        page(weights=tmp_path, out=tmp_path / "weights.md")
    collected(run, tmp_path)
    write_json(tmp_path / f"{PAIR}.scores.json", {"product": "cake"})
    with pytest.raises(DamagedProductError, match="cake found, expected scores of weights"):
        page(weights=tmp_path, out=tmp_path / "weights.md")
    assert not (tmp_path / "weights.md").exists()
