"""A month of an archive, converted by the workflow."""

from __future__ import annotations

import csv
import re

import pytest
from running import run_snakemake, shipped_config

from helpers.cards import ERROR_SCALE
from helpers.convertible import write_mdi, write_weights
from onesun.conversion.output import read_output
from onesun.io.files import open_product, sha256, write_json
from onesun.training.model import ERRORS, ERRORS_PRODUCT, WEIGHTS

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


def planned(folder, config) -> dict[str, int]:
    """Jobs by rule that make a converted month from nothing."""
    run = run_snakemake(folder, config, "--dry-run", "results/converted/gong-hmi/2011-12.json")
    assert run.returncode == 0, run.stdout
    table = run.stdout.split("Job stats:")[1].split("\n\n")[0]
    jobs = {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.M)}
    return {name: count for name, count in jobs.items() if name != "total"}


def test_a_month_is_planned_from_its_raw_frames(tmp_path):
    jobs = planned(tmp_path, shipped_config())
    assert jobs == {"fetch": 1, "simulate": 1, "convert": 1}


@pytest.mark.parametrize(("method", "errors"), [("onesun", {"errors": 1}), ("full", {})])
def test_a_month_is_planned_from_a_network_of_the_run(tmp_path, method, errors):
    config = shipped_config()
    config["convert"]["weights"] = method
    jobs = planned(tmp_path, config)
    # The frame's month is converted as it came; the network's months are aligned.
    trained = {"align": 2, "store": 2, "calibrate": 1, "train": 1}
    frames = {"fetch": 1, "simulate": 5}
    assert jobs == {**frames, **trained, **errors, "convert": 1}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["onesun", "highresnet"])
def test_a_month_is_converted_with_a_network_of_the_run(tmp_path, kind):
    """The network stands there, as a training leaves it."""
    config = own_files(tmp_path)
    config["convert"]["weights"] = "tiny"
    config["networks"]["tiny"] = {"kind": kind, "error": kind == "onesun"}
    loss = "with-error" if kind == "onesun" else "full"
    config["methods"]["tiny"] = {"kind": "network", "network": "tiny", "loss": loss}
    folder = tmp_path / "results/models/mdi-hmi/tiny"
    weights = write_weights(folder, kind=kind, name=WEIGHTS, calibrated=False, method="tiny")
    if kind == "onesun":
        content = {"weights_sha256": sha256(weights), "error_scale": ERROR_SCALE}
        write_json(folder / ERRORS, {"product": ERRORS_PRODUCT, **content})
    run = run_snakemake(tmp_path, config, "--allowed-rules", "convert", "index", "--", TARGET)
    assert run.returncode == 0, run.stdout
    made, content = open_product(tmp_path / TARGET, "converted frames", contents=True)
    (name,) = content["files"]
    header = read_output(made / name).header
    assert (header["METHOD"], header["WTSHA256"]) == ("tiny", sha256(weights))
    assert (read_output(made / name).deviation is None) == (kind == "highresnet")


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
