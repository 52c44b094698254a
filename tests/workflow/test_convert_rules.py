"""A month of an archive, converted by the workflow."""

from __future__ import annotations

import csv
import re

import pytest
from running import run_snakemake, shipped_config

from convertible import write_mdi
from onesun.convert.output import read_output
from onesun.files import open_product

TARGET = "results/converted/mdi-hmi/2010-10.json"


def own_files(folder) -> dict:
    """A configuration for a folder of one's own, in which there is a good and a bad frame."""
    config = shipped_config()
    config["source"] = {"kind": "folder", "folder": "archive"}
    months = {"train": ["2010-10"], "validation": ["2010-11"], "test": ["2010-12"]}
    for pair in config["pairs"].values():
        pair["split"] = {"mode": "explicit", **months}
    for instrument in ("mdi", "gong", "hmi"):
        for (month,) in months.values():
            (folder / "archive" / instrument / month).mkdir(parents=True)
    place = folder / "archive" / "mdi" / "2010-10"
    write_mdi(place / "mdi.fd_M_96m_lev182.20101015_000000_TAI.data.fits")
    (place / "broken.fits").write_bytes(b"nothing")
    return config


def test_a_month_is_planned_from_its_raw_frames(tmp_path):
    run = run_snakemake(
        tmp_path, shipped_config(), "--dry-run", "results/converted/gong-hmi/2011-12.json"
    )
    table = run.stdout.split("Job stats:")[1].split("\n\n")[0]
    assert dict(re.findall(r"^(\w+) +(\d+)$", table, re.M)) == {
        "fetch": "1", "simulate": "1", "convert": "1", "total": "3",
    }  # fmt: skip


@pytest.mark.slow
def test_a_month_of_ones_own_files_is_converted_and_its_refusals_listed(tmp_path):
    run = run_snakemake(tmp_path, own_files(tmp_path), TARGET)
    assert run.returncode == 0, run.stdout
    folder, content = open_product(tmp_path / TARGET, "converted frames", contents=True)
    (name,) = content["files"]
    assert content["refused"] == 1
    assert read_output(folder / name).header["WEIGHTS"] == "mdi-hmi"
    assert content["frames"][name]["wtsha256"] == read_output(folder / name).header["WTSHA256"]
    with open(tmp_path / TARGET.replace(".json", ".refused.csv"), encoding="utf-8") as rows:
        (refused,) = csv.DictReader(rows)
    assert refused["file"].endswith("broken.fits")
    assert "damaged or not FITS" in refused["reason"]
    again = run_snakemake(tmp_path, None, TARGET)
    assert "Nothing to be done" in again.stdout
