"""Table 2 from measures: numbers, intervals, what is bold and what the words say."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from helpers.measured import DSUN, GRID, SETTINGS, fields
from onesun.cli.tables import table2
from onesun.errors import ConfigError
from onesun.metrics import bootstrap, product
from onesun.metrics.measures import Measures
from onesun.metrics.units import make_units

COLUMNS = [
    {"name": "MDI", "pair": "mdi-hmi", "method": "bicubic"},
    {"name": "SR-MDI", "pair": "mdi-hmi", "method": "onesun"},
    {"name": "GONG", "pair": "gong-hmi", "method": "bicubic"},
    {"name": "SR-GONG", "pair": "gong-hmi", "method": "onesun"},
]
# What is left of the prediction's error: SR-MDI is better everywhere, SR-GONG nowhere.
SHARE = {"MDI": 0.8, "SR-MDI": 0.4, "GONG": 1.0, "SR-GONG": 1.2}
KERNELS = [2, 4, 8, 16]
DRAWS = {"resamples": 200, "confidence": 0.9, "seed": 1, "tile": 32}
FULL_DRAWS = DRAWS | {"days": 27, "fewest_rotations": 10}
MONTHS = ("2011-12", "2012-03")


def write_month(folder, column, month, days=3, simulated=True, name="test", settings=SETTINGS):
    """Measures of one month; returns the manifest."""
    measures = Measures(settings, GRID)
    for day in range(1, days + 1):
        target, guess = fields(int(month[:4] + month[5:]) * 10 + day)
        prediction = target + np.float32(SHARE[column["name"]]) * (guess - target)
        prediction[np.isnan(target)] = 0
        stamp = f"{month.replace('-', '')}{day:02}_060000_TAI"
        measures.update(measures.comparison(stamp, target, prediction, DSUN))
    out = folder / column["pair"] / column["method"] / f"{month}.json"
    key = (column["pair"], column["method"], month, name, simulated)
    product.write(out, product.MonthOf(*key, measures))
    return out


def make(folder, paths, columns=COLUMNS, names=None, draws=DRAWS):
    """Run the command; returns the CSV's lines by quantity and kernel, and the Markdown."""
    settings = {"table1": {"columns": columns, "bootstrap": draws}, "table2": {"columns": names}}
    table2(paths, json.dumps(settings), folder / "table2.csv")
    with open(folder / "table2.csv", encoding="utf-8", newline="") as handle:
        lines = {(row["quantity"], int(row["kernel"])): row for row in csv.DictReader(handle)}
    return lines, (folder / "table2.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    folder = tmp_path_factory.mktemp("measures")
    return [write_month(folder, column, month) for column in COLUMNS for month in MONTHS]


def test_csv_holds_means_over_all_blocks(tmp_path, paths) -> None:
    lines, _ = make(tmp_path, paths)
    quantities = ("gradient", "extremes", "maximum", "minimum", "maximum_bias", "minimum_bias")
    assert list(lines) == [(name, kernel) for name in quantities for kernel in KERNELS]
    for column in COLUMNS:
        found = Measures(SETTINGS, GRID)
        for path in [p for p in paths if p.parts[-3:-1] == (column["pair"], column["method"])]:
            found.merge(product.read(path, Measures).statistics)
        result, name = found.kernels.result(), column["name"]
        for (quantity, kernel), line in lines.items():
            index = KERNELS.index(kernel)
            assert float(line[name]) == pytest.approx(getattr(result, quantity)[index], rel=1e-9)
            assert float(line[f"{name}_low"]) <= float(line[name]) <= float(line[f"{name}_high"])
            assert int(line[f"{name}_blocks"]) == result.n[index]
            assert int(line[f"{name}_frames"]) == 6
            assert line["unit"] == ("G/px" if quantity == "gradient" else "G")


def test_change_is_relative_to_the_first_column_of_the_pair(tmp_path, paths) -> None:
    lines, _ = make(tmp_path, paths)
    line = lines["gradient", 4]
    # The gradient is linear in the error, in every frame: the change has no spread.
    assert float(line["SR-MDI_change"]) == pytest.approx(0.4 / 0.8 - 1, rel=1e-5)
    assert float(line["SR-MDI_change_low"]) == pytest.approx(-0.5, rel=1e-5)
    assert float(line["SR-GONG_change"]) == pytest.approx(0.2, rel=1e-5)
    assert float(line["MDI_low"]) < float(line["MDI_high"])
    assert "MDI_change" not in line
    assert lines["maximum_bias", 4]["SR-MDI_change"] == ""


def test_intervals_are_of_resampled_tiles(tmp_path, paths) -> None:
    lines, _ = make(tmp_path, paths)
    kernels = (
        product.read(paths[0], Measures)
        .statistics.merge(product.read(paths[1], Measures).statistics)
        .kernels
    )
    units = make_units(sorted(kernels.tiles.days), kernels.tiling, FULL_DRAWS)
    sums = units.sums(kernels.tiles.table("blocks"))[:, KERNELS.index(8)]
    found = bootstrap.spread(
        lambda each: each[..., 5] / each[..., 0],
        sums, sums[:, 0], units, FULL_DRAWS, bootstrap.LOGARITHM,
    )  # fmt: skip
    line = lines["gradient", 8]
    assert (float(line["MDI_low"]), float(line["MDI_high"])) == pytest.approx(found.interval)
    assert float(line["MDI_independent"]) == pytest.approx(found.independent)
    # Where frames differ by their own Suns as here, tiles are not fewer than frames.
    assert found.independent > 6


def test_markdown_tells_who_is_closer_and_from_what(tmp_path, paths) -> None:
    lines, text = make(tmp_path, paths)
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert len(tables) == 2 * (2 + len(KERNELS))
    assert tables[0] == "| Kernel, pixels | MDI | SR-MDI | GONG | SR-GONG | Blocks |"
    cells = [cell.strip() for cell in tables[2].split("|")[1:-1]]
    assert [cell.startswith("**") for cell in cells] == [False, False, True, True, False, False]
    assert cells[0] == "2"
    assert cells[2].startswith(f"**{float(lines['gradient', 2]['SR-MDI']):.2f}** [")
    assert "Gradient: SR-MDI is closer to the target than MDI at 4 of 4 kernels (-50.0 %" in text
    assert "SR-GONG is closer to the target than GONG at 0 of 4 kernels (+20.0 % at 2" in text
    assert "wholly within r ≤ 0.9 solar radii" in text
    assert "mdi-hmi: 6 frames of the test months 2011-12, 2012-03." in text
    assert "90 % intervals are from 200 resamples of blocks" in text
    assert "All frames are simulated MDI/GONG from real HMI." in text
    assert "nan" not in text.lower()


def test_files_in_any_order_give_the_same_bytes(tmp_path, paths) -> None:
    make(tmp_path, paths)
    before = [(tmp_path / f"table2.{kind}").read_bytes() for kind in ("csv", "md")]
    make(tmp_path, paths[::-1])
    assert before == [(tmp_path / f"table2.{kind}").read_bytes() for kind in ("csv", "md")]


def test_only_the_columns_named_are_shown(tmp_path, paths) -> None:
    chosen = [path for path in paths if "gong-hmi" in path.parts]
    lines, text = make(tmp_path, chosen, names=["SR-GONG", "GONG"])
    # The first of a pair is what the other is measured by.
    assert "GONG_change" in lines["gradient", 2]
    assert "SR-GONG_change" not in lines["gradient", 2]
    assert "| Kernel, pixels | SR-GONG | GONG | Blocks |" in text


def test_a_kernel_without_blocks_is_told(tmp_path) -> None:
    wide = SETTINGS | {"kernels": [4, 128]}
    paths = [write_month(tmp_path, column, "2011-12", settings=wide) for column in COLUMNS]
    lines, text = make(tmp_path, paths)
    assert text.count("no block") == 8
    assert lines["extremes", 128]["MDI"] == lines["extremes", 128]["MDI_low"] == ""
    assert lines["extremes", 128]["MDI_blocks"] == "0"
    assert "at 1 of 1 kernels" in text
    assert "nan" not in text.lower()


def test_few_tiles_have_no_interval(tmp_path) -> None:
    paths = [write_month(tmp_path, column, "2011-12", days=1) for column in COLUMNS]
    lines, text = make(tmp_path, paths, draws=DRAWS | {"tile": 64})
    assert "[" not in text
    assert lines["extremes", 2]["MDI_low"] == lines["extremes", 2]["SR-MDI_change_low"] == ""
    assert float(lines["extremes", 2]["SR-MDI_change"]) < 0


def test_a_perfect_baseline_cannot_be_compared_with(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(SHARE, "GONG", 0.0)
    columns = COLUMNS[2:]
    paths = [write_month(tmp_path, column, "2011-12") for column in columns]
    lines, text = make(tmp_path, paths, columns=columns)
    assert lines["gradient", 2]["SR-GONG_change"] == ""
    assert "Gradient: SR-GONG cannot be compared with GONG." in text


def test_columns_and_files_must_fit(tmp_path, paths) -> None:
    some = [path for path in paths if path.parts[-3:-1] != ("gong-hmi", "onesun")]
    with pytest.raises(ConfigError, match="SR-GONG: no statistics of gong-hmi by onesun"):
        make(tmp_path, some)
    with pytest.raises(ConfigError, match="expected those of a column of"):
        make(tmp_path, paths, columns=COLUMNS[:2])
    assert not (tmp_path / "table2.csv").exists()
    assert not (tmp_path / "table2.md").exists()


def test_files_must_fit_each_other(tmp_path) -> None:
    columns = COLUMNS[:2]
    usual = [write_month(tmp_path / "a", column, "2011-12") for column in columns]
    other = SETTINGS | {"kernels": [2]}
    changed = write_month(tmp_path / "b", columns[1], "2011-12", settings=other)
    with pytest.raises(ConfigError, match="measures of other settings, expected the same"):
        make(tmp_path, [usual[0], changed], columns=columns)
    other = SETTINGS | {"min_share": 0.7}
    changed = write_month(tmp_path / "c", columns[1], "2012-03", settings=other)
    with pytest.raises(ConfigError, match="measures of other settings"):
        make(tmp_path, [*usual, changed], columns=columns)
    fewer = write_month(tmp_path / "d", columns[1], "2011-12", days=2)
    with pytest.raises(ConfigError, match="SR-MDI is of 2 frames and MDI of 3"):
        make(tmp_path, [usual[0], fewer], columns=columns)
    none = [write_month(tmp_path / "e", column, "2011-12", days=0) for column in columns]
    with pytest.raises(ConfigError, match="MDI: no frame measured"):
        make(tmp_path, none, columns=columns)
