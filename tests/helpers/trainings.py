"""A small training, as the stage ``train`` does it: data, settings, and what comes of it."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

from helpers.months import GRID, sun, write_aligned
from onesun.cli.train import train as train_command
from onesun.geometry.grid import Grid
from onesun.io.files import folder_listing, write_json
from onesun.products import split
from onesun.products.split import SplitRow
from onesun.store.write import write_month

PAIR = "mdi-hmi"
SMALL = Grid(GRID.target_size, GRID.target_scale, GRID.factor, patch=16)
MONTHS = {"2016-07": 3, "2019-06": 1}  # frames
ROWS = [
    SplitRow(PAIR, "2016-07", "train", "2016-07-01", "2016-08-01"),
    SplitRow(PAIR, "2019-06", "validation", "2019-06-01", "2019-07-01"),
]


def write_stage(folder: Path) -> Path:
    """Write patch stores of two months, a split and a calibration into ``folder``; returns it."""
    for month, count in MONTHS.items():
        frames = {
            f"{month.replace('-', '')}{10 + day}_000000_TAI": sun(int(month[:4]) + day)
            for day in range(count)
        }
        aligned = write_aligned(folder / "aligned", PAIR, month, frames)
        write_month(aligned, folder / "patches" / f"{month}.zarr", SMALL, 0.1)
    split.write(folder / "split.csv", ROWS)
    write_json(
        folder / "calibration.json",
        {"pair": PAIR, "fits": {"matched": {"uniform": {"a": -1.0, "b": 1.2}}}},
    )
    return folder


def manifests(stage: Path) -> list[Path]:
    return [stage / "patches" / f"{month}.json" for month in MONTHS]


def settings(**training) -> dict:
    return {
        "method": {"kind": "network", "network": "onesun", "loss": "full", "seed": 3},
        "network": {"kind": "onesun", "channels": 8, "blocks": 1, "dropout": 0.1},
        "loss": {"mse": 1, "gradient": 5, "histogram": 1e-5, "ssim": 5e-4},
        "loss_terms": {},
        "training": {"batch": 16, "epochs": 2, "precision": "float32"} | training,
    }


def run(
    stage: Path, out: Path, sections: dict | None = None, search: Path | None = None, **training
) -> Path:
    train_command(
        pair=PAIR,
        method="onesun",
        patches=manifests(stage),
        split=stage / "split.csv",
        calibration=stage / "calibration.json",
        settings=json.dumps(sections or settings(**training)),
        out=out,
        search=search,
    )
    return out


def hashes(folder: Path) -> dict[str, str]:
    return {name: entry["sha256"] for name, entry in folder_listing(folder).items()}


def curve(folder: Path) -> list[dict[str, str]]:
    with open(folder / "learning_curve.csv", newline="") as handle:
        return list(csv.DictReader(handle))


def command(stage: Path, out: Path, sections: dict) -> list[str]:
    """The words of `onesun train` for a process of its own."""
    words = [sys.executable, "-c", "from onesun.cli.app import main; main()", "train"]
    words += ["--pair", PAIR, "--method", "onesun", "--split", str(stage / "split.csv")]
    words += ["--calibration", str(stage / "calibration.json")]
    for manifest in manifests(stage):
        words += ["--patches", str(manifest)]
    return [*words, "--settings", json.dumps(sections), "--out", str(out)]
