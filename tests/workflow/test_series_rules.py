"""What the rules plan for a region through time."""

from __future__ import annotations

import json
import re

import pytest
from running import plan_snakemake, shipped_config

FIGURES = ("results/figures/fig6.png", "results/figures/fig8.png")


def planned(text: str) -> dict[str, int]:
    table = text.split("Job stats:")[1].split("\n\n")[0]
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.M)}


@pytest.fixture(scope="module")
def plan(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("series")
    run = plan_snakemake(folder, shipped_config(), "--dry-run", "--printshellcmds", *FIGURES)
    assert run.returncode == 0, run.stdout
    return run.stdout


def test_the_sample_makes_a_longer_series_of_the_test_month(plan):
    # The training and validation months of three instruments, and the test month anew.
    found = planned(plan)
    made = ("simulate", "align", "simulate_series", "align_series", "crop", "noise", "series")
    assert [found[name] for name in made] == [6, 4, 3, 2, 2, 2, 2]
    assert (found["variability"], found["fig6"], found["fig8"]) == (1, 1, 1)
    assert {"evaluate", "predict", "table1"}.isdisjoint(found)


def test_the_longer_series_is_told_so(plan):
    (settings,) = {
        match for match in re.findall(r"--settings '(\S+)' --out results/series/raw", plan)
    }
    sections = json.loads(settings)
    longer = sections["series"]["sample"]
    assert (longer["frames"], longer["hmi_modulation"]["amplitude_24h"]) == (31, 0.02)
    assert sections["sample"]["seed"] == 20111217  # the rest is the sample's


def test_what_was_put_in_is_told_to_the_fit(plan):
    (words,) = re.findall(r"onesun variability .* --out results/variability/mdi-hmi.json", plan)
    assert "--put-in-24h 0.02" in words
    assert "--put-in-12h 0.0" in words


def test_the_noise_knows_how_often_targets_were_resampled(plan):
    # By the turning of the sample's Sun, and by alignment.
    assert "--resampled 2 --out results/noise/mdi-hmi.json" in plan


def test_frames_go_when_the_region_is_cut_out(plan):
    gone = re.findall(r"Would remove temporary output (\S+)", plan)
    assert "results/series/aligned/mdi-hmi/2011-12" in gone
    # Not before they were used.
    crop = plan.index("Cutting out the region: mdi-hmi")
    assert plan.index("output results/series/aligned/mdi-hmi/2011-12\n") > crop
    align = plan.index("Aligning the longer series of gong-hmi")
    assert plan.index("output results/series/raw/gong/2011-12\n") > align


def test_own_files_are_followed_where_they_are_aligned(shipped, snakemake, tmp_path):
    for instrument in ("hmi", "mdi", "gong"):
        for month in ("2016-07", "2019-06", "2011-12"):
            (tmp_path / "archive" / instrument / month).mkdir(parents=True)
    shipped["source"] = {"kind": "folder", "folder": "archive"}
    text = snakemake(shipped, "--dry-run", "--printshellcmds", FIGURES[1]).stdout
    found = planned(text)
    assert (found["crop"], found["series"], found["align"]) == (1, 1, 3)
    assert {"simulate_series", "align_series"}.isdisjoint(found)
    assert "--aligned results/aligned/mdi-hmi/2011-12.json" in text
    assert "--resampled 1 --out results/noise/mdi-hmi.json" in text
    assert "--put-in" not in text  # real frames were given nothing


def test_a_month_named_is_the_one_followed(shipped, snakemake):
    for pair in shipped["pairs"].values():
        pair["split"]["train"], pair["split"]["test"] = ["2019-06"], ["2016-07", "2011-12"]
        pair["split"]["validation"] = ["2019-07"]
    shipped["series"] |= {"month": "2016-07", "method": "bicubic"}
    text = snakemake(shipped, "--dry-run", "--printshellcmds", FIGURES[1]).stdout
    assert "results/series/mdi-hmi/bicubic/2016-07.json" in text
    assert "train" not in planned(text)
