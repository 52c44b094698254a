"""What the rules plan for networks with an error: calibration, coverage, table and figure."""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise

import pytest
from running import plan_snakemake, shipped_config

COMMON = {"fetch": 1, "simulate": 9, "align": 6, "calibrate": 2, "store": 4, "train": 2}


def planned(text: str) -> dict[str, int]:
    """Jobs by rule, less the total."""
    table = text.split("Job stats:")[1].split("\n\n")[0]
    found = {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.M)}
    return {name: count for name, count in found.items() if name != "total"}


def commands(text: str, name: str) -> list[dict[str, list[str]]]:
    """The options of each call of a command; values by option, in order."""
    found = []
    for line in re.findall(rf"^ *Shell command: onesun {name} (.+?) 2>&1", text, re.M):
        options: dict[str, list[str]] = {}
        for option, value in pairwise(shlex.split(line)):
            if option.startswith("--"):
                options.setdefault(option, []).append(value)
        found.append(options)
    return found


@pytest.fixture(scope="module")
def plan(tmp_path_factory) -> str:
    """What a dry run of the table of errors prints, with the commands."""
    folder = tmp_path_factory.mktemp("errors")
    run = plan_snakemake(
        folder, shipped_config(), "--dry-run", "--printshellcmds", "results/errors.csv"
    )
    assert run.returncode == 0, run.stdout
    return run.stdout


def test_the_table_takes_networks_with_an_error_and_predicts_no_month(plan):
    assert planned(plan) == COMMON | {"errors": 2, "coverage": 2, "table_errors": 1}


def test_an_error_is_calibrated_on_validation_months_and_judged_on_test_months(plan):
    for given in commands(plan, "errors"):
        (pair,) = given["--pair"]
        assert given["--aligned"] == [f"results/aligned/{pair}/2019-06.json"]
        assert {row["set"] for row in json.loads(given["--split"][0])} == {"validation"}
        assert given["--out"] == [f"results/models/{pair}/onesun/errors.json"]
        assert set(json.loads(given["--settings"][0])) == {"errors", "grid"}
    for given in commands(plan, "coverage"):
        (pair,) = given["--pair"]
        assert given["--aligned"] == [f"results/aligned/{pair}/2011-12.json"]
        assert given["--errors"] == [f"results/models/{pair}/onesun/errors.json"]
        assert set(json.loads(given["--settings"][0])) == {"errors", "grid"}


def test_a_method_with_months_of_its_own_is_calibrated_on_these(shipped, snakemake):
    for pair in shipped["pairs"].values():
        pair["split"] |= {"train": ["2016-07", "2016-08"], "validation": ["2019-06", "2019-07"]}
    shipped["methods"]["onesun"]["split"] = {"train": ["2019-07"], "validation": ["2016-08"]}
    target = "results/models/mdi-hmi/onesun/errors.json"
    run = snakemake(shipped, "--dry-run", "--printshellcmds", target)
    (given,) = commands(run.stdout, "errors")
    assert given["--aligned"] == ["results/aligned/mdi-hmi/2016-08.json"]


def test_the_networks_of_table_1_are_made_ready_to_convert(shipped, snakemake):
    run = snakemake(shipped, "--dry-run", "models")
    # No frame of a test month is needed.
    assert planned(run.stdout) == COMMON | {"simulate": 6, "align": 4, "errors": 2, "models": 1}


def test_no_network_with_an_error_no_table_of_errors(shipped, snakemake):
    shipped["networks"]["onesun"]["error"] = False
    shipped["methods"]["onesun"]["loss"] = "full"
    shipped["analyses"]["epochs"]["methods"] = []  # it asks for networks with an error
    run = snakemake(shipped, "--dry-run", "--printshellcmds")
    assert run.returncode == 0, run.stdout
    assert {"errors", "coverage", "table_errors", "fig_errors"}.isdisjoint(planned(run.stdout))
    assert "errors" not in " ".join(commands(run.stdout, "report")[0]["--table"])
    asked = snakemake(shipped, "--dry-run", "results/models/mdi-hmi/onesun/errors.json")
    assert asked.returncode != 0


def test_everything_includes_the_errors(shipped, snakemake):
    run = snakemake(shipped, "--dry-run", "--printshellcmds")
    jobs = planned(run.stdout)
    assert (jobs["table_errors"], jobs["fig_errors"], jobs["coverage"]) == (1, 1, 2)
    (report,) = commands(run.stdout, "report")
    assert "results/errors.csv" in report["--table"]
    assert "results/figures/errors.png" in report["--figure"]
