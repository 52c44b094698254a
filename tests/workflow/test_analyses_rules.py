"""What the rules plan for the null test, the calibration maps and the continuity of flux."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from analysis_edits import TARGETS_OF_ANALYSES
from running import plan_snakemake, shipped_config


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> str:
    """What a dry run of the shipped configuration prints, with the commands."""
    folder = tmp_path_factory.mktemp("analyses")
    words = ("--dry-run", "--printshellcmds", *TARGETS_OF_ANALYSES["analyses"])
    run = plan_snakemake(folder, shipped_config(), *words)
    assert run.returncode == 0, run.stdout
    return run.stdout


def commands(planned: str, command: str) -> list[list[str]]:
    found = re.findall(rf"^ *Shell command: onesun {command} (.+?) 2>&1", planned, re.M)
    return [shlex.split(line) for line in found]


def settings(words: list[str]) -> dict:
    return json.loads(words[words.index("--settings") + 1])


def test_a_job_is_a_month(planned):
    rows = planned.split("Job stats:")[1].split("\n\n")[0]
    counts = {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", rows, re.M)}
    # Four methods in the test month, two in every month, of two pairs.
    assert counts["null_restored"] == 2 * 4
    assert counts["null_repeated"] == 2
    assert counts["calibration_month"] == 2 * 3
    assert counts["continuity_month"] == 2 * 3 * 2
    assert {counts[name] for name in ("null", "calibration", "continuity")} == {2}
    assert "predict" not in counts  # no predictions are kept for them


def test_the_null_test_is_of_test_months_alone(planned):
    for words in commands(planned, "analyse-null restored"):
        assert words[words.index("--month") + 1] == "2011-12"
        assert set(settings(words)) == {"analyses", "grid", "method"}
        assert "methods" not in settings(words)["analyses"]["null_test"]


def test_tables_are_made_of_every_month_and_method(planned):
    (words,) = [each for each in commands(planned, "analyse-continuity show") if "gong-hmi" in each]
    assert sorted(word for word in words if word.endswith(".json")) == sorted(
        f"results/analyses/continuity/gong-hmi/{method}/{month}.json"
        for method in ("matched", "onesun")
        for month in ("2011-12", "2016-07", "2019-06")
    )
    assert set(settings(words)) == {"analyses", "figures", "table1"}
    assert set(settings(words)["table1"]) == {"bootstrap"}
