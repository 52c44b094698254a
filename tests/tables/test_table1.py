"""Table 1 from statistics files: numbers, intervals, what is bold and what the words say."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from helpers.tabled import DRAWS, TILING, sums_of
from onesun.cli.tables import table1
from onesun.errors import ConfigError, DamagedProductError
from onesun.io import files
from onesun.metrics import product
from onesun.metrics.regions import Region, RegionStatistics

ROWS = [
    {"name": "0 ≤ r ≤ 1", "r": [0, 1]},
    {"name": "10 G ≤ field", "r": [0, 0.9], "field": [10, None]},
    {"name": "600 G ≤ field", "r": [0, 0.9], "field": [600, None]},
]
COLUMNS = [
    {"name": "MDI", "pair": "mdi-hmi", "method": "bicubic"},
    {"name": "SR-MDI", "pair": "mdi-hmi", "method": "onesun"},
    {"name": "GONG", "pair": "gong-hmi", "method": "bicubic"},
    {"name": "SR-GONG", "pair": "gong-hmi", "method": "onesun"},
]
PIXELS = (4000, 1500, 300)
# Noise of the prediction in each row, gauss: SR-MDI wins everywhere, SR-GONG loses the last row.
NOISE = {
    ("mdi-hmi", "bicubic"): (40, 40, 40),
    ("mdi-hmi", "onesun"): (20, 20, 20),
    ("gong-hmi", "bicubic"): (60, 60, 60),
    ("gong-hmi", "onesun"): (30, 30, 90),
}


def values(pair: str, method: str, stamp: str, row: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng([int(stamp[:8]), row])
    x = draw.normal(0, 100, PIXELS[row])
    if method == "matched":  # the baseline by another line
        x, y = values(pair, "bicubic", stamp, row)
        return x, 0.7 * y - 3
    return x, x + NOISE[pair, method][row] * draw.normal(0, 1, x.size)


def write_month(folder, pair, method, month, days=4, rows=ROWS, simulated=True, name="test"):
    """Statistics of one month; returns the file."""
    statistics = RegionStatistics([Region.from_settings(row) for row in rows], TILING)
    for day in range(1, days + 1):
        stamp = f"{month.replace('-', '')}{day:02}_060000_TAI"
        pairs = [values(pair, method, stamp, k) for k in range(len(rows))]
        statistics.update(stamp, sums_of(pairs))
    path = folder / f"{pair}.{method}.{month}.json"
    product.write(path, product.MonthOf(pair, method, month, name, simulated, statistics))
    return path


def make(folder, paths, rows=ROWS, columns=COLUMNS):
    """Run the command; returns the CSV's lines by area, and the Markdown."""
    settings = {"rows": rows, "columns": columns}
    settings["bootstrap"] = DRAWS
    table1(paths, json.dumps({"table1": settings}), folder / "table1.csv")
    with open(folder / "table1.csv", encoding="utf-8", newline="") as handle:
        lines = {line["area"]: line for line in csv.DictReader(handle)}
    return lines, (folder / "table1.md").read_text(encoding="utf-8")


@pytest.fixture
def paths(tmp_path):
    months = ("2011-12", "2012-03")
    return [write_month(tmp_path, *key, month) for key in NOISE for month in months]


def test_csv_holds_the_papers_rows_and_columns(tmp_path, paths) -> None:
    lines, _ = make(tmp_path, paths)
    assert list(lines) == [row["name"] for row in ROWS]
    stamps = [f"{month}{day:02}" for month in ("201112", "201203") for day in range(1, 5)]
    for column in COLUMNS:
        for k, row in enumerate(ROWS):
            parts = [values(column["pair"], column["method"], stamp, k) for stamp in stamps]
            x, y = np.concatenate(parts, axis=1)
            line, name = lines[row["name"]], column["name"]
            assert float(line[name]) == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-9)
            assert float(line[f"{name}_low"]) < float(line[name]) < float(line[f"{name}_high"])
            assert 6 <= float(line[f"{name}_independent"]) <= 8 * 64
            assert int(line[f"{name}_pixels"]) == x.size == 8 * PIXELS[k]
            assert int(line[f"{name}_frames"]) == 8
    assert lines["10 G ≤ field"]["field_min"] == "10"
    assert lines["10 G ≤ field"]["field_max"] == ""


def test_gain_is_the_difference_to_the_first_column_of_the_pair(tmp_path, paths) -> None:
    lines, _ = make(tmp_path, paths)
    line = lines["0 ≤ r ≤ 1"]
    gain = float(line["SR-MDI"]) - float(line["MDI"])
    assert float(line["SR-MDI_gain"]) == pytest.approx(gain, abs=1e-9)
    # The same tiles are drawn in both: the gain is known better than either.
    width = float(line["SR-MDI_gain_high"]) - float(line["SR-MDI_gain_low"])
    alone = float(line["MDI_high"]) - float(line["MDI_low"])
    assert 0 < width < alone
    assert float(lines["600 G ≤ field"]["SR-GONG_gain"]) < 0
    assert "MDI_gain" not in line


def test_markdown_tells_who_wins_and_from_what(tmp_path, paths) -> None:
    _, text = make(tmp_path, paths)
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert table[0] == "| Area | MDI | SR-MDI | GONG | SR-GONG | Pixels |"
    cells = [cell.strip() for cell in table[4].split("|")[1:-1]]
    assert [cell.startswith("**") for cell in cells] == [False, False, True, True, False, False]
    assert cells[-1] == "2,400"
    assert "SR-MDI beats MDI in all 3 rows." in text
    assert "SR-GONG does not beat GONG in: 600 G ≤ field (-0." in text
    assert "The interval of the gain lies above 0 in 2 of 3 rows." in text
    assert "mdi-hmi: 8 frames of the test months 2011-12, 2012-03." in text
    assert "within 0 ≤ r ≤ 0.9" in text
    assert "90 % intervals are from 200 resamples of blocks" in text
    assert "(a tile of 256 target pixels with all frames that show it)" in text
    assert "Effective number of independent blocks, from row to row: MDI " in text
    assert "All frames are simulated MDI/GONG from real HMI." in text


def test_the_papers_rows_stand_apart_from_others(tmp_path) -> None:
    rows = [
        ROWS[0] | {"paper": True},
        ROWS[1] | {"paper": True},
        ROWS[2] | {"name": "600 G ≤ field, B < 0", "polarity": "negative"},
    ]
    paths = [write_month(tmp_path, *key, "2011-12", rows=rows) for key in NOISE]
    lines, text = make(tmp_path, paths, rows=rows)
    assert [line["paper"] for line in lines.values()] == ["true", "true", "false"]
    assert [line["polarity"] for line in lines.values()] == ["both", "both", "negative"]
    before, after = text.split("Rows that the paper does not have:")
    assert before.count("\n| ") - 2 == 2
    assert "| 600 G ≤ field, B < 0 | " in after
    assert "SR-GONG beats GONG in all 2 rows of the paper." in text
    assert "SR-GONG does not beat GONG in: 600 G ≤ field, B < 0 (-0." in text
    assert "lies above 0 in 0 of 1 other rows." in text
    assert "hold one polarity" in text


def test_files_in_any_order_give_the_same_bytes(tmp_path, paths) -> None:
    make(tmp_path, paths)
    before = [(tmp_path / f"table1.{kind}").read_bytes() for kind in ("csv", "md")]
    make(tmp_path, paths[::-1])
    assert before == [(tmp_path / f"table1.{kind}").read_bytes() for kind in ("csv", "md")]


def test_real_frames_are_not_called_simulated(tmp_path) -> None:
    keys = list(NOISE)
    mixed = [write_month(tmp_path, *key, "2011-12", simulated=key[0] == "gong-hmi") for key in keys]
    _, text = make(tmp_path, mixed)
    assert "The frames of GONG, SR-GONG are simulated MDI/GONG from real HMI." in text
    real = [write_month(tmp_path, *key, "2011-12", simulated=False) for key in keys]
    assert "simulated" not in make(tmp_path, real)[1]


def test_too_few_pixels_are_told_not_computed(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(globals(), "PIXELS", (4000, 1500, 24))
    paths = [write_month(tmp_path, *key, "2011-12") for key in NOISE]
    lines, text = make(tmp_path, paths)
    assert text.count("too few pixels (96)") == 4
    assert lines["600 G ≤ field"]["MDI"] == lines["600 G ≤ field"]["MDI_low"] == ""
    assert lines["600 G ≤ field"]["MDI_pixels"] == "96"
    assert "SR-MDI beats MDI in each of the 2 rows compared. Not compared: 600 G" in text
    assert "nan" not in text.lower()


def test_a_constant_prediction_has_no_correlation(tmp_path, paths) -> None:
    regions = [Region.from_settings(row) for row in ROWS]
    for path in [path for path in paths if "gong-hmi.onesun" in path.name]:
        old = product.read(path, RegionStatistics)
        flat = RegionStatistics(regions, TILING)
        for stamp in old.statistics.frames:
            x = values("gong-hmi", "onesun", stamp, 0)[0]
            flat.update(stamp, sums_of([(x, np.zeros_like(x)) for _ in ROWS]))
        key = (old.pair, old.method, old.month, old.set, old.simulated)
        product.write(path, product.MonthOf(*key, flat))
    lines, text = make(tmp_path, paths)
    assert text.count("not determined (a constant field)") == len(ROWS)
    assert lines["0 ≤ r ≤ 1"]["SR-GONG"] == lines["0 ≤ r ≤ 1"]["SR-GONG_gain"] == ""
    assert "SR-GONG cannot be compared with GONG in any of the rows." in text
    assert "SR-GONG beats" not in text


def test_few_tiles_have_no_interval_and_a_few_more_a_warning(tmp_path, monkeypatch) -> None:
    paths = [write_month(tmp_path, *key, "2011-12", days=1) for key in NOISE]
    monkeypatch.setitem(globals(), "DRAWS", DRAWS | {"tile": 1024})
    lines, text = make(tmp_path, paths)
    assert "[" not in text
    assert lines["0 ≤ r ≤ 1"]["MDI"] != ""
    assert lines["0 ≤ r ≤ 1"]["MDI_low"] == ""
    assert "Where they are fewer than 10, the interval is itself uncertain, and of" in text


def test_pixel_counts_of_pairs_stand_apart_where_they_differ(tmp_path, monkeypatch) -> None:
    paths = [write_month(tmp_path, *key, "2011-12") for key in NOISE if key[0] == "mdi-hmi"]
    monkeypatch.setitem(globals(), "PIXELS", (3999, 1500, 300))
    paths += [write_month(tmp_path, *key, "2011-12") for key in NOISE if key[0] == "gong-hmi"]
    assert "mdi-hmi 16,000, gong-hmi 15,996" in make(tmp_path, paths)[1]


def test_a_column_without_files_is_named(tmp_path, paths) -> None:
    some = [path for path in paths if "gong-hmi.onesun" not in path.name]
    with pytest.raises(ConfigError, match="SR-GONG: no statistics of gong-hmi by onesun"):
        make(tmp_path, some)
    assert not (tmp_path / "table1.csv").exists()


def test_a_file_without_a_column_is_named(tmp_path, paths) -> None:
    with pytest.raises(ConfigError, match=r"gong-hmi\.bicubic.*json: statistics of gong-hmi"):
        make(tmp_path, paths, columns=COLUMNS[:2])


def test_a_month_given_twice_is_named(tmp_path, paths) -> None:
    twice = tmp_path / "copy.json"
    twice.write_bytes(paths[0].read_bytes())  # its arrays are those beside the first
    sentence = r"2011-12\.json: statistics of mdi-hmi by bicubic in 2011-12, which .*copy\.json"
    with pytest.raises(ConfigError, match=sentence):
        make(tmp_path, [*paths, twice])


def test_a_file_of_something_else_is_named(tmp_path, paths) -> None:
    files.write_json(paths[0], files.read_json(paths[0]) | {"product": "x"})
    with pytest.raises(DamagedProductError, match=r"2011-12\.json: no manifest of statistics"):
        make(tmp_path, paths)


def test_statistics_over_other_rows_are_refused(tmp_path, paths) -> None:
    with pytest.raises(ConfigError, match="statistics over other rows"):
        make(tmp_path, paths, rows=ROWS[:2])


def test_sets_do_not_mix(tmp_path, paths) -> None:
    paths.append(write_month(tmp_path, "mdi-hmi", "onesun", "2019-06", name="validation"))
    with pytest.raises(ConfigError, match="statistics of test and validation months"):
        make(tmp_path, paths)


def test_columns_of_a_pair_are_of_the_same_frames(tmp_path) -> None:
    paths = [
        write_month(tmp_path, *key, "2011-12", days=3 + (k == 1)) for k, key in enumerate(NOISE)
    ]
    with pytest.raises(ConfigError, match="SR-MDI is of 4 frames and MDI of 3"):
        make(tmp_path, paths)


def test_the_fair_baseline_stands_beside_the_papers_and_networks_are_measured_by_it(tmp_path):
    columns = [
        COLUMNS[0],
        {"name": "MDI-matched", "pair": "mdi-hmi", "method": "matched"},
        COLUMNS[1] | {"baseline": "MDI-matched"},
        COLUMNS[2],
        # Not shown: the pair's first counts.
        COLUMNS[3] | {"baseline": "GONG-matched"},
    ]
    paths = [
        write_month(tmp_path, column["pair"], column["method"], "2011-12") for column in columns
    ]
    lines, text = make(tmp_path, paths, columns=columns)
    line = lines["0 ≤ r ≤ 1"]
    assert float(line["MDI-matched"]) == pytest.approx(float(line["MDI"]), abs=1e-9)
    gain = float(line["SR-MDI"]) - float(line["MDI"])
    assert float(line["SR-MDI_gain"]) == pytest.approx(gain, abs=1e-8)
    x, y = np.concatenate(
        [values("mdi-hmi", "matched", f"201112{d:02}", 0) for d in range(1, 5)], axis=1
    )
    assert float(line["MDI-matched_rmse"]) == pytest.approx(np.sqrt(np.mean((y - x) ** 2)))
    assert "MDI-matched correlates as MDI does: no line changes a correlation." in text
    assert "SR-MDI beats MDI-matched in all 3 rows." in text
    assert "SR-GONG does not beat GONG in: 600 G ≤ field" in text
    assert "MDI, GONG: the paper's baseline, over a slope that belongs to the Sun of" in text
    assert "MDI-matched: the fair baseline" in text
    errors = text.split("Root mean square error, gauss:")[1]
    assert f"| 0 ≤ r ≤ 1 | {float(line['MDI_rmse']):.1f} | " in errors
