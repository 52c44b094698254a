"""The ladder: numbers, gains over the bar, and that a reference never passes for a prediction."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from helpers.tabled import DRAWS, TILING, sums_of
from onesun import methods
from onesun.cli.tables import ladder
from onesun.errors import ConfigError
from onesun.methods.kinds import ABOUT
from onesun.metrics import product
from onesun.metrics.regions import Region, RegionStatistics

ROWS = [{"name": "disk", "r": [0, 1]}, {"name": "strong", "r": [0, 0.9], "field": [100, None]}]
STAMPS = [f"2011120{day}_060000_TAI" for day in (1, 2, 3)]
METHODS = {
    "bicubic": {"kind": "bicubic"},
    "ridge": {"kind": "ridge"},
    "onesun": {"kind": "network", "network": "onesun", "loss": "mse"},
    "best-linear": {"kind": "wiener"},
    "limit": {"kind": "ceiling"},
}
# Noise in each row, gauss: the network loses the second row; the reference beats everything.
NOISE = {
    "bicubic": (60, 60), "ridge": (40, 30), "onesun": (20, 50), "best-linear": (35, 25),
    "limit": (5, 5),
}  # fmt: skip
PAIRS = ("gong-hmi", "mdi-hmi")


def values(method: str, stamp: str, row: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng([int(stamp[:8]), row])
    x = draw.normal(0, 100, 2000)
    return x, 3 + 0.9 * x + NOISE[method][row] * draw.normal(0, 1, x.size)


def write_month(folder: Path, pair: str, method: str) -> Path:
    statistics = RegionStatistics([Region.from_settings(row) for row in ROWS], TILING)
    for stamp in STAMPS:
        statistics.update(stamp, sums_of([values(method, stamp, k) for k in range(len(ROWS))]))
    path = folder / f"{pair}.{method}.json"
    product.write(path, product.MonthOf(pair, method, "2011-12", "test", True, statistics))
    return path


@pytest.fixture
def paths(tmp_path) -> list[Path]:
    return [write_month(tmp_path, pair, method) for pair in PAIRS for method in METHODS]


def make(folder: Path, paths: list[Path], **changes) -> tuple[dict, str]:
    """Run the command; returns the CSV's lines by pair, method and area, and the Markdown."""
    settings = {
        "ladder": {"methods": list(METHODS), "bar": "ridge"} | changes,
        "table1": {"rows": ROWS, "bootstrap": DRAWS},
        "methods": METHODS,
    }
    ladder(paths, json.dumps(settings), folder / "ladder.csv")
    with open(folder / "ladder.csv", encoding="utf-8", newline="") as handle:
        lines = list(csv.DictReader(handle))
    keyed = {(line["pair"], line["method"], line["area"]): line for line in lines}
    assert len(keyed) == len(lines)
    return keyed, (folder / "ladder.md").read_text(encoding="utf-8")


def test_every_method_on_every_pair_in_every_row(tmp_path, paths) -> None:
    lines, _ = make(tmp_path, paths)
    areas = [row["name"] for row in ROWS]
    assert list(lines) == [(p, m, area) for p in PAIRS for m in METHODS for area in areas]
    for (_, method, area), line in lines.items():
        row = areas.index(area)
        x, y = np.concatenate([values(method, stamp, row) for stamp in STAMPS], axis=1)
        assert float(line["correlation"]) == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-9)
        assert float(line["rmse"]) == pytest.approx(np.sqrt(np.mean((y - x) ** 2)), rel=1e-9)
        assert float(line["bias"]) == pytest.approx(np.mean(y - x), rel=1e-6)
        assert float(line["slope"]) == pytest.approx(np.polyfit(x, y, 1)[0], rel=1e-9)
        assert (int(line["pixels"]), int(line["frames"])) == (6000, 3)


def test_gains_are_measured_from_the_bar(tmp_path, paths) -> None:
    lines, _ = make(tmp_path, paths)
    bar = lines["mdi-hmi", "ridge", "disk"]
    assert (bar["gain"], bar["gain_low"]) == ("", "")
    for method in ("bicubic", "onesun"):
        line = lines["mdi-hmi", method, "disk"]
        gain = float(line["correlation"]) - float(bar["correlation"])
        assert float(line["gain"]) == pytest.approx(gain, abs=1e-9)
        assert float(line["gain_low"]) < gain < float(line["gain_high"])
        assert float(line["independent"]) > 6


def test_without_a_bar_the_first_rung_is_it(tmp_path, paths) -> None:
    lines, _ = make(tmp_path, paths, bar=None)
    assert lines["mdi-hmi", "bicubic", "disk"]["gain"] == ""
    assert float(lines["mdi-hmi", "ridge", "disk"]["gain"]) > 0


def test_a_reference_never_passes_for_a_prediction(tmp_path, paths) -> None:
    lines, text = make(tmp_path, paths)
    references = {line["method"] for line in lines.values() if line["prediction"] == "false"}
    assert references == {"best-linear", "limit"}
    for name in references:
        shown = [
            line
            for line in text.splitlines()
            if f"{name} (" in line and line.startswith(("-", "|"))
        ]
        assert len(shown) == 1 + 2 * len(PAIRS)
        assert all(f"*{name} (no prediction)*" in line for line in shown)
        assert "NO PREDICTION" in shown[0]
        # Its numbers are the highest of all, yet not marked as the best.
        assert not any("**" in line for line in shown)
        assert f"{name} correlates" not in text


def test_networks_are_held_against_the_bound_of_linear_filters(tmp_path, paths) -> None:
    _, text = make(tmp_path, paths)
    sentence = (
        "onesun correlates better than best-linear, the bound of linear filters on these frames, "
        "in 1 of 2 areas. Not in: strong (-0."
    )
    assert text.count(sentence) == len(PAIRS)


def test_the_best_prediction_is_bold(tmp_path, paths) -> None:
    lines, text = make(tmp_path, paths)
    correlation, rmse = (
        [line for line in text.splitlines() if line.startswith("| onesun")][k] for k in (0, 1)
    )
    disk, strong = (lines["gong-hmi", "onesun", area] for area in ("disk", "strong"))
    for line, key, digits in ((correlation, "correlation", 3), (rmse, "rmse", 1)):
        cells = [f"{float(each[key]):.{digits}f}" for each in (disk, strong)]
        assert line == f"| onesun | **{cells[0]}** | {cells[1]} |"


def test_the_words_say_who_clears_the_bar(tmp_path, paths) -> None:
    _, text = make(tmp_path, paths)
    sentence = (
        "onesun correlates better than ridge in 1 of 2 areas; the interval of the gain lies above "
        "0 in 1. Not in: strong (-0."
    )
    assert text.count(sentence) == len(PAIRS)
    assert "bicubic correlates" not in text
    assert "simulated MDI/GONG from real HMI" in text


def test_the_same_files_in_any_order_give_the_same_bytes(tmp_path, paths) -> None:
    first = make(tmp_path, paths)
    assert make(tmp_path, paths[::-1]) == first


def test_a_missing_rung_is_named(tmp_path, paths) -> None:
    with pytest.raises(ConfigError, match="limit: no statistics of mdi-hmi by limit"):
        make(tmp_path, paths[:-1])
    assert not (tmp_path / "ladder.csv").exists()


def test_a_ladder_without_rungs_is_refused(tmp_path, paths) -> None:
    with pytest.raises(ConfigError, match=r"ladder\.methods: found an empty list"):
        make(tmp_path, paths, methods=[], bar=None)


def test_every_kind_of_method_is_described():
    assert ABOUT.keys() == methods._KINDS.keys()
