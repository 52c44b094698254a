"""What the rules plan for the table of pointing."""

from __future__ import annotations

import re

from running import plan_snakemake, shipped_config


def planned(folder, config) -> tuple[dict[str, int], str]:
    """Jobs by rule of a dry run, and what it prints."""
    run = plan_snakemake(folder, config, "--dry-run", "--printshellcmds", "results/pointing.csv")
    assert run.returncode == 0, run.stdout
    table = run.stdout.split("Job stats:")[1].split("\n\n")[0]
    counts = re.findall(r"^(\w+) +(\d+)$", table, re.M)
    return {name: int(count) for name, count in counts}, run.stdout


def test_test_months_are_aligned_a_second_time_by_their_headers(tmp_path):
    config = shipped_config()
    config["pointing"]["methods"] = ["raw"]
    counts, text = planned(tmp_path, config)
    assert counts == {
        "fetch": 1, "simulate": 3, "align_by_header": 2, "predict_by_header": 2, "pointing": 2,
        "table_pointing": 1, "total": 11,
    }  # fmt: skip
    aligned = re.findall(r"onesun align .*?--settings '(.+?)'", text)
    assert len(aligned) == 2
    assert all('"registration":"header"' in settings for settings in aligned)
    scored = re.findall(r"onesun pointing .*?--aligned (\S+) --predictions (\S+) ", text)
    assert sorted(scored) == [
        (
            f"results/pointing/aligned/{pair}/2011-12.json",
            f"results/pointing/predictions/{pair}/raw/2011-12.json",
        )
        for pair in ("gong-hmi", "mdi-hmi")
    ]


def test_frames_that_are_aligned_by_their_headers_anyway_serve_as_they_are(tmp_path):
    config = shipped_config()
    config["pointing"]["methods"] = ["raw"]
    config["align"]["registration"] = "header"
    counts, text = planned(tmp_path, config)
    assert (counts["align"], counts.get("align_by_header")) == (2, None)
    assert "--aligned results/aligned/mdi-hmi/2011-12.json" in text
