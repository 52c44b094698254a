"""What the rules plan for the grid search, and what an edit of it runs again."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from running import plan_snakemake, shipped_config

TARGETS = ("results/table4.csv", "models")


def planned(text: str) -> dict[str, int]:
    """Jobs by rule, from the table that a dry run prints; none where nothing is to be done."""
    if "Nothing to be done" in text:
        return {}
    table = text.split("Job stats:")[1].split("\n\n")[0]
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.M)}


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """A folder in which everything seems to be done: empty files, and Snakemake's record."""
    folder = tmp_path_factory.mktemp("finished")
    summary = plan_snakemake(folder, shipped_config(), "--summary", *TARGETS).stdout
    for line in summary.splitlines():
        name = line.split("\t")[0]
        if name.startswith(("results/", "data/")):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch() if path.suffix not in ("", ".zarr") else path.mkdir(exist_ok=True)
    touched = plan_snakemake(folder, shipped_config(), "--touch", *TARGETS)
    assert touched.returncode == 0, touched.stdout
    return folder


def again(folder: Path, config: dict) -> dict[str, int]:
    run = plan_snakemake(folder, config, "--dry-run", *TARGETS)
    assert run.returncode == 0, run.stdout
    return planned(run.stdout)


def test_each_weight_is_trained_on_each_pair(shipped, snakemake):
    weights = [w for each in shipped["search"]["weights"].values() for w in each]
    plan = planned(snakemake(shipped, "--dry-run", "searches").stdout)
    assert plan["train_candidate"] == 2 * (1 + len(weights))
    assert (plan["search"], plan["searches"]) == (2, 1)
    assert {"train", "predict", "evaluate"}.isdisjoint(plan)


def test_a_candidate_is_trained_by_its_weight_alone(shipped, snakemake):
    shipped["search"] |= {"epochs": 3, "weights": {"histogram": [1e-5]}}
    target = "results/search/gong-hmi/histogram/1e-05/card.json"
    run = snakemake(shipped, "--dry-run", "--printshellcmds", target)
    (line,) = re.findall(r"^ *Shell command: .*?onesun train (.+?) 2>&1", run.stdout, re.M)
    words = shlex.split(line)
    sections = json.loads(words[words.index("--settings") + 1])
    assert sections["loss"] == {"mse": 1, "histogram": 1e-5}
    learning = {**shipped["training"], "epochs": 3}
    del learning["checkpoint_minutes"]  # an option of its own: no reason to train again
    assert sections["training"] == learning
    method = shipped["methods"][shipped["search"]["method"]]
    assert sections["network"].items() >= shipped["networks"][method["network"]].items()
    assert sections["method"]["seed"] == method["seed"]
    rows = json.loads(words[words.index("--split") + 1])
    assert {row["set"] for row in rows} == {"train", "validation"}
    assert words[words.index("--out") + 1] == target.removesuffix("/card.json")


def test_without_weights_there_is_no_search(shipped, snakemake):
    shipped["search"]["weights"] = {}
    run = snakemake(shipped, "--dry-run", "results/table4.csv")
    assert planned(run.stdout) == {"table4": 1, "total": 1}


def test_nothing_is_done_twice(finished):
    assert again(finished, shipped_config()) == {}


def test_a_changed_weight_runs_its_own_training_and_what_follows(finished):
    config = shipped_config()
    config["search"]["weights"]["gradient"][1] = 7
    # One a pair: both have the same candidates.
    assert again(finished, config) == {
        "train_candidate": 2, "search": 2, "table4": 1, "total": 5
    }  # fmt: skip


def test_a_weight_taken_out_trains_nothing(finished):
    config = shipped_config()
    config["search"]["weights"]["ssim"].pop()
    assert again(finished, config) == {"search": 2, "table4": 1, "total": 3}


def test_epochs_of_the_search_are_its_own(finished):
    config = shipped_config()
    config["search"]["epochs"] += 1
    plan = again(finished, config)
    weights = [w for each in config["search"]["weights"].values() for w in each]
    assert plan["train_candidate"] == 2 * (1 + len(weights))
    assert "train" not in plan


def test_a_loss_that_is_trained_with_is_not_the_searchs(finished):
    config = shipped_config()
    config["losses"]["with-error"]["mdi-hmi"]["gradient"] = 7
    plan = again(finished, config)
    assert plan == {"train": 1, "errors": 1, "table4": 1, "models": 1, "total": 4}


def test_only_a_loss_that_takes_its_weights_waits_for_the_search(shipped, snakemake):
    folder = "results/models/gong-hmi"
    run = snakemake(
        shipped, "--dry-run", "--printshellcmds", f"{folder}/searched/weights.safetensors"
    )
    plan = planned(run.stdout)
    assert (plan["train"], plan["search"]) == (1, 1)
    assert run.stdout.count(" --search results/search/gong-hmi.csv ") == 1
    plan = planned(snakemake(shipped, "--dry-run", f"{folder}/onesun/weights.safetensors").stdout)
    assert {"search", "train_candidate"}.isdisjoint(plan)
