"""What the rules plan for the benchmark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from running import ROOT, plan_snakemake, shipped_config

from onesun.config import laid_over

WORDS = "submission.yaml"


def planned(folder: Path, config: dict, *targets: str) -> tuple[dict[str, int], str]:
    """Jobs by rule of a dry run, and what it prints."""
    run = plan_snakemake(folder, config, "--dry-run", "--printshellcmds", *targets)
    assert run.returncode == 0, run.stdout
    table = run.stdout.split("Job stats:")[1].split("\n\n")[0]
    counts = re.findall(r"^(\w+) +(\d+)$", table, re.M)
    return {name: int(count) for name, count in counts}, run.stdout


def test_the_runs_own_methods_and_strangers_go_through_the_same_door(tmp_path):
    config = shipped_config()
    config["benchmark"]["methods"] = ["raw", "onesun"]
    for name in ("theirs", "hers"):
        (tmp_path / "submissions" / name).mkdir(parents=True)
        (tmp_path / "submissions" / name / WORDS).write_text("name: theirs\n")
    (tmp_path / "submissions" / "unfinished").mkdir()
    counts, text = planned(tmp_path, config, "benchmark")
    assert counts == {
        "fetch": 1, "simulate": 6, "align": 3, "store": 2, "calibrate": 1, "train": 1, "errors": 1,
        "predict": 2, "benchmark_submit": 2, "benchmark_score": 4, "benchmark_table": 1,
        "benchmark": 1, "total": 25,
    }  # fmt: skip
    scored = re.findall(r"onesun benchmark score (\S+) ", text)
    assert sorted(scored) == [
        "results/benchmark/submissions/onesun",
        "results/benchmark/submissions/raw",
        "submissions/hers",
        "submissions/theirs",
    ]
    # A network states its error, and says what it was trained on.
    (own,) = re.findall(r"onesun benchmark submit --method onesun (.+?) 2>&1", text)
    assert "--errors results/models/mdi-hmi/onesun/errors.json" in own
    assert re.findall(r"--training-month (\S+)", own) == ["2016-07", "2019-06"]


def test_inputs_go_out_without_a_submission(tmp_path):
    config = shipped_config()
    counts, text = planned(tmp_path, config, "results/benchmark/inputs")
    assert counts["benchmark_inputs"] == 1
    assert counts["align"] == 3
    assert "--training results/aligned/mdi-hmi/2016-07.json" in text


@pytest.mark.parametrize(
    ("name", "pair", "downloads"),
    [("march-2011", "mdi-hmi", 12), ("march-2011-gong", "gong-hmi", 53)],
)
def test_march_2011_plans_from_the_archives(tmp_path, name, pair, downloads):
    config = shipped_config()
    for file in ("paper.yaml", "paper-onesun.yaml", "march-2011.yaml"):
        config = laid_over(config, yaml.safe_load((ROOT / "config" / file).read_text()))
    config["benchmark"]["name"] = name
    counts, text = planned(tmp_path, config, "benchmark", "results/benchmark/inputs")
    assert (counts["download"], counts["download_input"]) == (downloads, downloads)
    assert counts["predict"] == 16
    assert (counts["benchmark_submit"], counts["benchmark_score"]) == (8, 8)
    for month in ("2010-06", "2011-03"):
        assert f"--aligned results/aligned/{pair}/{month}.json" in text


def test_a_method_that_is_none_is_one_sentence(tmp_path):
    config = shipped_config()
    config["benchmark"]["methods"] = ["raw", "onsun"]
    run = plan_snakemake(tmp_path, config, "--dry-run", "benchmark")
    assert run.returncode != 0
    (sentence,) = re.findall(r"benchmark.methods\[1\].*", run.stdout)
    assert "onsun" in sentence
    assert "did you mean onesun" in sentence
