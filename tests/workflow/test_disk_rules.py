"""What the rules plan for Figures 1, 2, 3 and 7, and what a change of the configuration redraws."""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise

import pytest
from running import plan_snakemake, run_snakemake, shipped_config

FIGURES = "results/figures/fig{}.png"
PAIRS = ("gong-hmi", "mdi-hmi")  # as the configuration is written: sorted


def planned(text: str) -> dict[str, int]:
    table = text.split("Job stats:")[1].split("\n\n")[0]
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.M)}


def words(text: str, command: str) -> list[str]:
    """The words of the one call of a command."""
    (line,) = re.findall(rf"^ *Shell command: onesun {command} (.+?) 2>&1", text, re.M)
    return shlex.split(line)


def values(found: list[str], option: str) -> list[str]:
    return [value for name, value in pairwise(found) if name == option]


def test_figures_2_and_3_show_the_same_month_of_every_pair(shipped, snakemake):
    text = snakemake(
        shipped, "--dry-run", "--printshellcmds", FIGURES.format(2), FIGURES.format(3)
    ).stdout
    plan = planned(text)
    # Six methods on two pairs, of which eight are networks.
    assert (plan["predict"], plan["train"], plan["fig2"], plan["fig3"]) == (12, 8, 1, 1)
    disks, region = words(text, "fig2"), words(text, "fig3")
    months = [f"results/aligned/{pair}/2011-12.json" for pair in PAIRS]
    assert values(disks, "--aligned") == values(region, "--aligned") == months
    assert values(disks, "--predictions") == [
        f"results/predictions/{pair}/full/2011-12.json" for pair in PAIRS
    ]
    assert len(values(region, "--predictions")) == 12
    (given,) = values(region, "--settings")
    sections = json.loads(given)
    assert sections.keys() == {"figures", "grid", "ablation", "methods", "losses"}
    assert sections["figures"].keys() == {"style", "fig3"}
    assert list(sections["losses"]) == ["full", "mse", "mse-grad", "mse-grad-hist"]


def test_a_frame_chooses_its_month(shipped, snakemake):
    for pair in shipped["pairs"].values():
        pair["split"] |= {"test": ["2011-12", "2012-03"]}
    shipped["figures"]["fig2"] |= {"frame": "20111217_060000_TAI", "method": "raw"}
    shipped["figures"]["fig3"]["frame"] = None
    text = snakemake(
        shipped, "--dry-run", "--printshellcmds", FIGURES.format(2), FIGURES.format(3)
    ).stdout
    assert values(words(text, "fig2"), "--predictions") == [
        f"results/predictions/{pair}/raw/2011-12.json" for pair in PAIRS
    ]
    assert values(words(text, "fig3"), "--aligned")[0] == "results/aligned/gong-hmi/2012-03.json"


def test_pairs_without_a_common_month_plan_their_own_last(shipped, snakemake):
    # The command then says that they share no frame.
    shipped["pairs"]["gong-hmi"]["split"]["test"] = ["2012-03"]
    text = snakemake(shipped, "--dry-run", "--printshellcmds", FIGURES.format(3)).stdout
    assert values(words(text, "fig3"), "--aligned") == [
        "results/aligned/gong-hmi/2012-03.json", "results/aligned/mdi-hmi/2011-12.json",
    ]  # fmt: skip


def test_without_an_ablation_the_figure_says_so_and_the_tables_stand(shipped, snakemake):
    shipped["ablation"]["methods"] = []
    refused = snakemake(shipped, "--dry-run", FIGURES.format(3))
    assert refused.returncode != 0
    assert "ablation.methods: found an empty list" in refused.stdout
    assert snakemake(shipped, "--dry-run", "results/table1.csv").returncode == 0


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A folder with Figure 1, and the configuration that it was drawn by."""
    folder, config = tmp_path_factory.mktemp("drawn"), shipped_config()
    config["figures"]["style"]["dpi"] = 60
    run = run_snakemake(folder, config, FIGURES.format(1))
    assert run.returncode == 0, run.stdout
    return folder, config


def replanned(drawn, change) -> dict[str, int]:
    folder, config = drawn
    changed = json.loads(json.dumps(config))
    change(changed["figures"])
    text = plan_snakemake(folder, changed, "--dry-run", FIGURES.format(1)).stdout
    return {} if "Nothing to be done" in text else planned(text)


def test_figure_1_stands_with_its_pdf_and_caption(drawn):
    folder, _ = drawn
    names = sorted(path.name for path in (folder / "results" / "figures").iterdir())
    assert names == ["fig1.md", "fig1.pdf", "fig1.png"]
    assert sorted(path.name for path in (folder / "data").iterdir()) == [
        "sunspots.csv", "sunspots.json",
    ]  # fmt: skip


def test_a_change_of_style_redraws_and_nothing_else(drawn):
    plan = replanned(drawn, lambda figures: figures["style"].update(size=9))
    assert plan == {"fig1": 1, "total": 1}


def test_another_figure_s_key_changes_nothing(drawn):
    assert replanned(drawn, lambda figures: figures["fig3"].update(limit=900)) == {}


def test_another_source_fetches_and_redraws(drawn):
    plan = replanned(drawn, lambda figures: figures["fig1"].update(sunspots="observatory"))
    assert plan == {"sunspots": 1, "fig1": 1, "total": 2}
