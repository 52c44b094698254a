"""What the rules plan for the ablation and for the figures of errors."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from running import plan_snakemake, shipped_config

TARGETS = ["results/ablation.csv", *(f"results/figures/fig{n}.png" for n in ("4", "5", "9"))]


def plan(folder, config, *targets: str) -> str:
    run = plan_snakemake(folder, config, "--dry-run", "--printshellcmds", *targets)
    assert run.returncode == 0, run.stdout
    return run.stdout


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> str:
    """What a dry run of the shipped targets prints, with the commands."""
    return plan(tmp_path_factory.mktemp("ablation"), shipped_config(), *TARGETS)


def words(planned: str, command: str) -> list[str]:
    (line,) = re.findall(rf"^ *Shell command: onesun {command} (.+?) 2>&1", planned, re.M)
    return shlex.split(line)


def settings(planned: str, command: str) -> dict:
    given = words(planned, command)
    return json.loads(given[given.index("--settings") + 1])


def test_every_method_of_the_ablation_is_measured_on_every_pair(planned):
    table = planned.split("Job stats:")[1].split("\n\n")[0]
    counts = {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.M)}
    assert counts["measure"] == counts["predict"] == 2 * 7  # Figure 5 has one of its own
    assert (counts["train"], counts["ablation"]) == (2 * 5, 1)
    assert "table1" not in counts
    assert "fig4_of_pair" not in counts
    given = words(planned, "ablation")
    assert sorted(word for word in given if word.startswith("results/measures/")) == sorted(
        f"results/measures/{pair}/{method}/2011-12.json"
        for pair in ("mdi-hmi", "gong-hmi")
        for method in ("bicubic", "matched", "mse", "mse-grad", "mse-grad-hist", "full")
    )
    pairs = {given[i + 1] for i, word in enumerate(given) if word == "--pair"}
    assert pairs == {"mdi-hmi", "gong-hmi"}


@pytest.mark.parametrize("name", ["fig4", "fig9"])
def test_a_figure_of_losses_is_of_one_pair(planned, name):
    given = words(planned, name)
    measures = [word for word in given if word.startswith("results/measures/")]
    assert len(measures) == 6
    assert all(word.startswith("results/measures/mdi-hmi/") for word in measures)
    found = settings(planned, name)
    assert set(found) == {"figures", "ablation", "methods", "losses"}
    assert set(found["figures"]) == {"style", name}
    assert set(found["losses"]) == {"mse", "mse-grad", "mse-grad-hist", "full"}
    assert set(found["methods"]) == {
        "bicubic",
        "matched",
        "mse",
        "mse-grad",
        "mse-grad-hist",
        "full",
    }


def test_figure_5_is_of_two_methods_on_every_pair(planned):
    given = words(planned, "fig5")
    assert {word for word in given if word.startswith("results/measures/")} == {
        f"results/measures/{pair}/{method}/2011-12.json"
        for pair in ("mdi-hmi", "gong-hmi")
        for method in ("bicubic", "onesun")
    }
    assert (given[given.index("--baseline") + 1], given[given.index("--method") + 1]) == (
        "bicubic", "onesun",
    )  # fmt: skip
    assert set(settings(planned, "fig5")["figures"]) == {"style", "fig5"}


def test_any_pair_has_a_figure_4_and_names_follow_from_the_ablation(tmp_path):
    config = shipped_config()
    config["ablation"]["methods"] = ["bicubic", "mse"]
    config["figures"]["fig5"] = {}
    targets = ["results/figures/fig4-gong-hmi.png", "results/figures/fig5.png"]
    planned = plan(tmp_path, config, *targets)
    given = words(planned, "fig4")
    assert given[given.index("--pair") + 1] == "gong-hmi"
    assert [word for word in given if word.startswith("results/measures/")] == [
        f"results/measures/gong-hmi/{method}/2011-12.json" for method in ("bicubic", "mse")
    ]
    given = words(planned, "fig5")
    assert given[given.index("--method") + 1] == "mse"
