"""The rule that downloads: what is planned from the archives, and what a download is asked for."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml
from running import ROOT, run_snakemake

from onesun.products import split

PAPER = ROOT / "config" / "paper.yaml"
DRAWN = {"mode": "random", "seed": 1}
PINNED = {
    "mdi-hmi": ["2010-06", "2011-03"],
    "gong-hmi": ["2010-06", "2011-03", "2012-04", "2014-12", "2016-02", "2018-11"],
}
MONTHS = {
    "mdi-hmi": {"first": "2010-05", "last": "2011-04"},
    "gong-hmi": {"first": "2010-05", "last": "2018-12", "years": [2010, 2012, 2014, 2016, 2018]},
}


# How the authors' released runs train, and the weights of Table 4.
RELEASED = {
    "epochs": 20, "learning_rate": 1e-4, "betas": [0.5, 0.999], "warmup": 0, "decay": "none",
    "augment": "flips", "sampling": {"kind": "patches"}, "field_scale": 3500,
}  # fmt: skip
TABLE_4 = {
    "mdi-hmi": {"mse": 1, "gradient": 5, "histogram": 1e-5, "ssim": 5e-4, "likelihood": 0},
    "gong-hmi": {"mse": 1, "gradient": 5, "histogram": 1e-6, "ssim": 5e-5, "likelihood": 0},
}
BATCH = {"mdi-hmi": 64, "gong-hmi": 128}


def over_the_shipped(folder: Path, *words: str, last: str | None = None):
    """Run in ``folder`` with config/paper.yaml laid over config/config.yaml, as a user does."""
    shutil.copytree(ROOT / "config", folder / "config", dirs_exist_ok=True)
    over = [folder / name for name in ("config/paper.yaml", last) if name]
    return run_snakemake(folder, None, *words, "--configfile", *map(str, over))


def planned(text: str) -> dict[str, int]:
    """Jobs by rule, from the table that a dry run prints."""
    table = text.split("Job stats:")[1].split("\n\n")[0]
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.M)}


@pytest.fixture(scope="module")
def paper_plan(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("paper")
    run = over_the_shipped(folder, "--dry-run", "--printshellcmds", "results/table1.csv")
    assert run.returncode == 0, run.stdout
    return run.stdout


@pytest.fixture(scope="module")
def downloads(paper_plan) -> dict[tuple[str, str], dict]:
    """What each download is asked for: its settings, by instrument and month."""
    found = re.findall(
        r"onesun archive fetch --instrument (\w+) --month (\S+) --settings '(.*?)' --out",
        paper_plan,
    )
    return {(instrument, month): json.loads(text) for instrument, month, text in found}


def test_the_papers_table_1_is_a_job_per_month_not_per_frame(paper_plan):
    # 12 months of MDI and 57 of GONG, less the test months that Table 1 does not show (1 and 5).
    assert planned(paper_plan) == {
        "download": 55, "download_input": 63, "align": 63, "store": 61, "calibrate": 2,
        "line": 2, "train": 2, "predict": 6, "evaluate": 6, "table1": 1, "total": 261,
    }  # fmt: skip


def trained(text: str) -> dict[str, dict]:
    """The settings of each training in a plan, by the folder that it writes."""
    found = re.findall(r"onesun train --pair .*?--settings '(.*?)' --out (\S+)", text)
    return {out: json.loads(settings) for settings, out in found}


def model(pair: str, method: str) -> str:
    return f"results/models/{pair}/{method}"


def test_the_papers_network_is_trained_as_the_paper_does(paper_plan):
    found = trained(paper_plan)
    assert found.keys() == {model(pair, "full") for pair in PINNED}
    for pair in PINNED:
        sections = found[model(pair, "full")]
        assert sections["network"] == {
            "kind": "highresnet", "channels": 64, "blocks": 2, "kernel": 3, "dropout": 0.0,
            "error": False,
        }  # fmt: skip
        assert sections["training"].items() >= (RELEASED | {"batch": BATCH[pair]}).items()
        assert sections["loss"] == TABLE_4[pair]


def test_every_network_of_the_papers_run_is_the_papers(tmp_path):
    run = over_the_shipped(tmp_path, "--dry-run", "--printshellcmds", "all")
    found = trained(run.stdout)
    # Four networks from five seeds each, and those of the search.
    assert len(found) == 2 * (4 * 5 + 13)
    for out, sections in found.items():
        assert sections["network"]["kind"] == "highresnet"
        expected = RELEASED | {"batch": BATCH[out.split("/")[2]]}
        if out.startswith("results/search/"):
            expected |= {"epochs": 1}
        assert sections["training"].items() >= expected.items()


def test_onesuns_network_joins_the_papers_and_is_trained_as_shipped(tmp_path, paper_plan):
    words = ("--dry-run", "--printshellcmds", "results/table1.csv")
    run = over_the_shipped(tmp_path, *words, last="config/paper-onesun.yaml")
    found, of_the_paper = trained(run.stdout), trained(paper_plan)
    assert found.keys() == of_the_paper.keys() | {model(pair, "onesun") for pair in PINNED}
    # What the paper's run trained is not trained again.
    assert {out: found[out] for out in of_the_paper} == of_the_paper
    shipped = yaml.safe_load((ROOT / "config" / "config.yaml").read_text("utf-8"))
    del shipped["training"]["checkpoint_minutes"]  # an option of its own
    for pair in PINNED:
        sections = found[model(pair, "onesun")]
        assert sections["network"] == shipped["networks"]["onesun"]
        assert sections["training"] == shipped["training"]


@pytest.mark.parametrize(
    ("last", "method", "errors"), [(None, "full", 0), ("config/paper-onesun.yaml", "onesun", 2)]
)
def test_the_archives_months_are_converted_by_what_they_trained(tmp_path, last, method, errors):
    run = over_the_shipped(tmp_path, "--dry-run", "--printshellcmds", "converted", last=last)
    plan = planned(run.stdout)
    assert (plan["convert"], plan["train"], plan.get("errors", 0)) == (12 + 57, 2, errors)
    weights = re.findall(r"onesun convert .*? --weights (\S+)", run.stdout)
    assert set(weights) == {f"{model(pair, method)}/weights.safetensors" for pair in PINNED}


def test_everything_is_planned_from_the_archives_too(tmp_path):
    run = over_the_shipped(tmp_path, "--dry-run", "all")
    plan = planned(run.stdout)
    assert (plan["download"], plan["download_input"], plan["align"]) == (60, 69, 69)
    # No longer series is simulated: the region is cut out of the test month itself.
    assert plan["crop"] == 2
    assert not {"simulate", "simulate_series", "align_series", "fetch"} & plan.keys()
    assert "report" in plan


def test_each_instrument_is_asked_for_what_the_paper_says(downloads):
    march = {"start": "2011-03-01", "end": "2011-04-01"}
    assert downloads["gong", "2011-03"]["request"] == [{"input": "gong", **march, "cadence": 10}]
    assert downloads["mdi", "2011-03"]["request"] == [{"input": "mdi", **march, "cadence": 96}]
    assert len(downloads["hmi", "2011-03"]["request"]) == 2
    cadences = Counter(
        request["cadence"] for each in downloads.values() for request in each["request"]
    )
    assert cadences.keys() == {10, 96}
    assert all(each["archive"]["keep"] is False for each in downloads.values())


def test_the_papers_months_are_drawn_as_it_says():
    pairs = yaml.safe_load(PAPER.read_text("utf-8"))["pairs"]
    assert pairs.keys() == PINNED.keys()
    for name, pair in pairs.items():
        own = {"months": MONTHS[name], "pinned": PINNED[name], "buffer_days": 3}
        drawn = split.assign(name, DRAWN | own)
        listed = split.assign(name, pair["split"])
        assert listed == drawn, name


def test_a_configuration_over_another_does_not_mix_the_pairs(downloads):
    # config.yaml gives both pairs one split by an alias: changes of one are not the other's.
    assert {month for name, month in downloads if name == "mdi"} == {
        "2010-05", "2010-07", "2010-08", "2010-09", "2010-10", "2010-11", "2010-12",
        "2011-01", "2011-02", "2011-03", "2011-04",
    }  # fmt: skip


def test_profiles_let_one_month_at_a_time_come_from_each_archive():
    rule = (ROOT / "workflow" / "rules" / "source.smk").read_text("utf-8")
    asked = dict(re.findall(r'^ +(\w+)=downloads\("(\w+)"\)', rule, re.M))
    assert asked == {"jsoc": "jsoc", "nso": "nso"}
    for profile in ("default", "slurm"):
        content = yaml.safe_load((ROOT / "profiles" / profile / "profile.yaml").read_text("utf-8"))
        assert {name: content["resources"][name] for name in asked} == {"jsoc": 1, "nso": 1}


def test_without_an_address_for_jsoc_nothing_starts(tmp_path, monkeypatch):
    monkeypatch.delenv("JSOC_EMAIL", raising=False)
    run = over_the_shipped(tmp_path, "results/table1.csv")
    assert run.returncode != 0
    assert "archive.jsoc.email: found nothing, and no JSOC_EMAIL in the environment" in run.stdout
    assert not (tmp_path / "results").exists()


def test_raw_files_go_after_their_last_use(paper_plan):
    lines = paper_plan.splitlines()
    gone = [line.split()[-1] for line in lines if line.startswith("Would remove temporary output")]
    assert len(gone) == len(set(gone)) == 118
    # Both pairs use HMI's frames of March 2011.
    last = lines.index("Would remove temporary output results/raw/hmi/2011-03")
    for pair in PINNED:
        (aligned,) = (n for n, line in enumerate(lines) if f"Aligning {pair}, 2011-03" in line)
        assert aligned < last


def test_raw_files_may_stay(tmp_path):
    (tmp_path / "keep.yaml").write_text("archive: {keep: true}\n", encoding="utf-8")
    run = over_the_shipped(tmp_path, "--dry-run", "results/table1.csv", last="keep.yaml")
    assert planned(run.stdout)["align"] == 63
    assert "temporary output" not in run.stdout
