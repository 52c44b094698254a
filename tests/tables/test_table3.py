"""Table 3 says which months, frames and patches were used."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from helpers.months import GRID, GRID_SETTINGS, sun, write_aligned
from onesun.cli.tables import table3
from onesun.errors import ConfigError
from onesun.io.files import read_json, write_json
from onesun.products import split

MONTHS = {"2011-09": "train", "2011-10": "train", "2011-11": "validation", "2011-12": "test"}


@pytest.fixture
def case(tmp_path):
    """Splits and manifests of two pairs; GONG's October holds a frame that the split leaves out."""
    splits, manifests = [], []
    field, target = sun(1)
    for pair in ("mdi-hmi", "gong-hmi"):
        rows = [
            split.SplitRow(pair, month, name, f"{month}-01", f"{month}-20")
            for month, name in MONTHS.items()
        ]
        splits.append(tmp_path / f"{pair}.csv")
        split.write(splits[-1], rows)
        for month in MONTHS:
            days = (3, 19) if (pair, month) != ("gong-hmi", "2011-10") else (3, 19, 20)
            stamps = [f"{month.replace('-', '')}{day:02}_060000_TAI" for day in days]
            frames = {stamp: (field, target) for stamp in stamps}
            simulated = pair == "gong-hmi"
            path = write_aligned(tmp_path / pair, pair, month, frames, simulated=simulated)
            write_json(path, read_json(path) | {"refused": len(manifests)})
            manifests.append(path)
    return splits, manifests


def make(folder, splits, manifests):
    settings = json.dumps({"grid": GRID_SETTINGS, "training": {"min_on_disk": 0.5}})
    table3(splits, manifests, settings, folder / "table3.csv")
    with open(folder / "table3.csv", encoding="utf-8", newline="") as handle:
        lines = {(row["pair"], row["month"]): row for row in csv.DictReader(handle)}
    return lines, (folder / "table3.md").read_text(encoding="utf-8")


def test_csv_has_a_line_for_each_month_used(tmp_path, case) -> None:
    lines, _ = make(tmp_path, *case)
    assert [line["set"] for line in lines.values()] == 2 * ["train", "train", "validation", "test"]
    line = lines["gong-hmi", "2011-10"]
    assert (line["start"], line["end"]) == ("2011-10-01", "2011-10-20")
    assert (line["first"], line["last"]) == ("20111003_060000_TAI", "20111019_060000_TAI")
    assert (line["aligned"], line["used"], line["refused"]) == ("3", "2", "5")
    assert line["simulated"] == "True"
    assert line["days_left_out"] == "12"  # the 20th to the 31st
    assert lines["gong-hmi", "2011-09"]["days_left_out"] == "11"
    assert lines["mdi-hmi", "2011-10"]["simulated"] == "False"
    assert int(line["patches"]) == 2 * GRID.patches
    # 128 target pixels a patch, 4 x 4 patches: those with half of their pixels on the disk.
    inside = (GRID.radius("target") < 1).reshape(4, 128, 4, 128).mean(axis=(1, 3))
    assert int(line["trained"]) == 2 * np.count_nonzero(inside >= 0.5)
    assert lines["gong-hmi", "2011-12"]["trained"] == "0"


def test_markdown_sums_up_each_set(tmp_path, case) -> None:
    _, text = make(tmp_path, *case)
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 2 + 6
    assert "2011-09 (03 to 19), 2011-10 (03 to 19)" in rows[2]
    assert "| 4 of 5 |" in rows[2]
    assert "| 9 |" in rows[2]
    assert "The frames of gong-hmi are simulated MDI/GONG from real HMI." in text
    assert "June 2010 and March 2011" in text


def test_what_the_days_between_sets_cost_is_told(tmp_path, case) -> None:
    splits, manifests = case
    _, text = make(tmp_path, *case)
    assert "(split.buffer_days): 23 of gong-hmi train, 11 of gong-hmi validation, 12 of " in text
    for pair, path in zip(("mdi-hmi", "gong-hmi"), splits, strict=True):
        sets = {name: [m for m in MONTHS if MONTHS[m] == name] for name in split.SETS}
        split.write(path, split.assign(pair, sets))
    _, text = make(tmp_path, splits, manifests)
    assert "left out" not in text


def test_files_in_any_order_give_the_same_bytes(tmp_path, case) -> None:
    make(tmp_path, *case)
    before = [(tmp_path / f"table3.{kind}").read_bytes() for kind in ("csv", "md")]
    make(tmp_path, case[0][::-1], case[1][::-1])
    assert before == [(tmp_path / f"table3.{kind}").read_bytes() for kind in ("csv", "md")]


def test_a_month_without_frames_is_told(tmp_path, case) -> None:
    splits, manifests = case
    rows = [
        split.SplitRow("mdi-hmi", month, name, f"{month}-04", f"{month}-05")
        for month, name in MONTHS.items()
    ]
    split.write(splits[0], rows)
    lines, text = make(tmp_path, splits[:1], manifests[:4])
    assert "2011-12 (no frame)" in text
    assert (lines["mdi-hmi", "2011-12"]["first"], lines["mdi-hmi", "2011-12"]["used"]) == ("", "0")
    assert "simulated" not in text


def test_months_and_manifests_must_fit(tmp_path, case) -> None:
    splits, manifests = case
    with pytest.raises(ConfigError, match=r"no aligned frames of gong-hmi 2011-12 \(test\) given"):
        make(tmp_path, splits, manifests[:-1])
    with pytest.raises(ConfigError, match="gong-hmi 2011-09 is in no split given"):
        make(tmp_path, splits[:1], manifests)
    assert not (tmp_path / "table3.csv").exists()
