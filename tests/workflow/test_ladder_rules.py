"""What the rules plan for the ladder of baselines."""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise

import pytest
from running import plan_snakemake, shipped_config


@pytest.fixture(scope="module")
def plan(tmp_path_factory) -> str:
    """What a dry run of the shipped ladder prints, with the commands."""
    folder = tmp_path_factory.mktemp("ladder")
    run = plan_snakemake(
        folder, shipped_config(), "--dry-run", "--printshellcmds", "results/ladder.csv"
    )
    assert run.returncode == 0, run.stdout
    return run.stdout


def commands(plan: str, name: str) -> list[dict[str, list[str]]]:
    """The options of each call of a command; values by option, in order."""
    found = []
    for line in re.findall(rf"^ *Shell command: onesun {name} (.+?) 2>&1", plan, re.M):
        options: dict[str, list[str]] = {}
        words = shlex.split(line)
        for option, value in pairwise(words):
            if option.startswith("--"):
                options.setdefault(option, []).append(value)
        found.append(options)
    return found


def test_the_ladder_is_every_method_on_every_pair(plan):
    table = plan.split("Job stats:")[1].split("\n\n")[0]
    counts = {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.M)}
    ladder = shipped_config()["ladder"]["methods"]
    rungs = 2 * len(ladder)
    assert counts["predict"] == counts["evaluate"] == rungs
    assert (counts["fit"], counts["train"], counts["ladder"]) == (4, 2, 1)
    assert counts["fit_bound"] == 2
    assert "table1" not in counts
    predicted = {(o["--pair"][0], o["--method"][0]) for o in commands(plan, "predict")}
    assert predicted == {(pair, name) for pair in ("mdi-hmi", "gong-hmi") for name in ladder}


def test_a_method_is_given_what_it_needs(plan):
    needs = {"--calibration", "--line", "--fit", "--weights", "--input-instrument"}
    for options in commands(plan, "predict"):
        pair, name = options["--pair"][0], options["--method"][0]
        expected = {
            "raw": {},
            "bicubic": {"--calibration": [f"results/calibration/{pair}.json"]},
            "matched": {"--line": [f"results/calibration/{pair}.line.json"]},
            "equated": {"--fit": [f"results/models/{pair}/equated/fit.safetensors"]},
            "ridge": {"--fit": [f"results/models/{pair}/ridge/fit.safetensors"]},
            "onesun": {"--weights": [f"results/models/{pair}/onesun/weights.safetensors"]},
            "wiener": {"--fit": [f"results/models/{pair}/wiener/fit.safetensors"]},
            "ceiling": {"--input-instrument": [pair.removesuffix("-hmi")]},
        }[name]
        assert {key: options[key] for key in needs & options.keys()} == expected


def test_fits_see_training_and_validation_months_only_and_the_bound_the_test_months(plan):
    fits = commands(plan, "fit")
    assert sorted(options["--method"][0] for options in fits) == sorted(
        2 * ["equated", "ridge", "wiener"]
    )
    for options in fits:
        bound = options["--method"] == ["wiener"]
        months = [path.rsplit("/", 1)[1] for path in options["--aligned"]]
        assert months == (["2011-12.json"] if bound else ["2016-07.json", "2019-06.json"])
        assert ("--calibration" in options) is not bound
        sections = json.loads(options["--settings"][0])
        assert set(sections) == {"method", "fitting", "calibration", "grid"}


def test_the_ladder_is_given_the_sections_it_uses(plan):
    (options,) = commands(plan, "ladder")
    sections = json.loads(options["--settings"][0])
    assert set(sections) == {"ladder", "methods", "table1"}
    assert set(sections["table1"]) == {"rows", "bootstrap"}
    assert sorted(sections["methods"]) == sorted(sections["ladder"]["methods"])


def test_fits_may_be_asked_for_by_name(shipped, snakemake):
    run = snakemake(shipped, "--dry-run", "fits")
    table = run.stdout.split("Job stats:")[1].split("\n\n")[0]
    assert dict(re.findall(r"^(\w+) +(\d+)$", table, re.M)) == {
        "fetch": "1", "simulate": "9", "align": "6", "calibrate": "2", "fit": "4",
        "fit_bound": "2", "fits": "1", "total": "25",
    }  # fmt: skip
