"""OneSun as a module of another workflow, which renames its rules and builds on its results."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from running import ROOT, plan_snakemake, shipped_config

IMPORT = f"""
configfile: "study.yaml"

module onesun:
    snakefile: "{ROOT / "Snakefile"}"
    config: config["onesun"]
"""
STUDY = """
rule study:
    input:
        rules.onesun_table1.output.csv,
    output:
        "study.txt",
    shell:
        "cp {input} {output}"
"""
# As docs/module.md has it.
OUTER = IMPORT + "\nuse rule * from onesun as onesun_*\n" + STUDY


def outer(
    folder: Path, snakefile: str, config: dict[str, Any], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Call Snakemake with a workflow of the user's, in a folder of its own."""
    file = folder / "study.smk"
    file.write_text(snakefile, encoding="utf-8")
    content = yaml.safe_dump({"onesun": config, "mine": 1}, allow_unicode=True)
    (folder / "study.yaml").write_text(content, encoding="utf-8")
    # Of two --snakefile the last one counts.
    return plan_snakemake(folder, None, "--snakefile", str(file), *arguments)


def planned(run: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """Jobs by rule that a dry run prints; rules of the module without what was put before them."""
    assert run.returncode == 0, run.stdout
    rows = run.stdout.split("Job stats:")[1].split("\n\n")[0]
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", rows, re.M)}


def of_module(jobs: dict[str, int]) -> dict[str, int]:
    return {name.removeprefix("onesun_"): count for name, count in jobs.items()}


@pytest.fixture(scope="module")
def everything(tmp_path_factory) -> subprocess.CompletedProcess[str]:
    """A dry run of `all` and of a rule of the outer workflow, all paths with a prefix."""
    text = OUTER.replace('config["onesun"]', 'config["onesun"]\n    prefix: "sub"')
    return outer(
        tmp_path_factory.mktemp("outer"), text, shipped_config(),
        "--dry-run", "--printshellcmds", "onesun_all", "study.txt",
    )  # fmt: skip


def test_all_is_planned_as_by_onesun_itself(everything, shipped, snakemake):
    own = planned(snakemake(shipped, "--dry-run"))
    jobs = planned(everything)
    own["total"] += jobs.pop("study")
    assert of_module(jobs) == own


def test_every_path_of_a_command_has_the_modules_prefix(everything):
    commands = re.findall(r"Shell command: (.*\bonesun .+)", everything.stdout)
    assert len(commands) > 100
    words = [word for command in commands for word in re.findall(r"[\w./-]+", command)]
    own = ("results/", "data/", "logs/")
    # `archive.folder`, told with the rest of the configuration, is the user's own.
    assert {word for word in words if word.startswith(own)} <= {"data/archive"}
    assert sum(word.startswith(tuple(f"sub/{place}" for place in own)) for word in words) > 300


def test_own_files_are_read_where_they_are_without_the_prefix(tmp_path, shipped):
    shipped["source"] = {"kind": "folder", "folder": "archive"}
    for instrument in ("hmi", "mdi", "gong"):
        for month in ("2016-07", "2019-06", "2011-12"):
            (tmp_path / "archive" / instrument / month).mkdir(parents=True)
    text = OUTER.replace('config["onesun"]', 'config["onesun"]\n    prefix: "sub"')
    run = outer(tmp_path, text, shipped, "--dry-run", "sub/results/raw/mdi/2011-12.json")
    assert planned(run) == {"onesun_index": 1, "total": 1}


def test_what_is_local_is_local_under_its_new_name(everything):
    assert "localrules directive specifies rules that are not present" not in everything.stdout


def test_an_outer_rule_takes_table_1(tmp_path, shipped):
    jobs = planned(outer(tmp_path, OUTER, shipped, "--dry-run", "study"))
    assert jobs == {
        "onesun_fetch": 1, "onesun_simulate": 9, "onesun_align": 6, "onesun_store": 4,
        "onesun_calibrate": 2, "onesun_line": 2, "onesun_train": 2, "onesun_predict": 6,
        "onesun_evaluate": 6, "onesun_table1": 1, "study": 1, "total": 40,
    }  # fmt: skip


def test_the_outer_workflows_first_rule_stays_its_target(tmp_path, shipped):
    first = (
        '\nrule first:\n    output:\n        "first.txt"\n    shell:\n        "touch {output}"\n'
    )
    run = outer(tmp_path, first + OUTER, shipped, "--dry-run")
    assert planned(run) == {"first": 1, "total": 1}


def test_settings_come_from_the_outer_workflow_alone(tmp_path, shipped):
    shipped["training"]["epochs"] = 17
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text("not: [ours\n", encoding="utf-8")
    run = outer(tmp_path, OUTER, shipped, "--dry-run", "--printshellcmds", "results/table1.csv")
    assert run.returncode == 0, run.stdout
    assert run.stdout.count('"epochs":17') == 2


def test_a_mistake_in_the_settings_is_one_sentence(tmp_path, shipped):
    shipped["training"]["epochs"] = 0
    run = outer(tmp_path, OUTER, shipped, "--dry-run")
    assert run.returncode != 0
    assert "Traceback" not in run.stdout
    lines = run.stdout.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("WorkflowError"))
    sentence, *places = [line for line in lines[start + 1 :] if line]
    assert sentence == "training.epochs: found 0, expected a whole number of at least 1"
    assert all(place.startswith('  File "') for place in places)


def test_a_rule_may_be_changed_by_the_outer_workflow(tmp_path, shipped):
    # Its message, and all of its resources: no GPU any more.
    change = 'message: "Ours: {wildcards.pair}"\n    resources: mem_mb=1000\n'
    text = f"{OUTER}\nuse rule train from onesun as onesun_train with:\n    {change}"
    run = outer(tmp_path, text, shipped, "--dry-run", "results/table1.csv")
    assert planned(run)["onesun_train"] == 2
    assert re.findall(r"Ours: (\S+)", run.stdout).count("mdi-hmi") == 1


def test_two_studies_side_by_side(tmp_path, shipped):
    second = IMPORT.replace("module onesun:", "module other:").partition("module")[2]
    text = OUTER + f'\nmodule{second}    prefix: "other"\n\nuse rule * from other as other_*\n'
    run = outer(
        tmp_path, text, shipped, "--dry-run", "results/table1.csv", "other/results/table1.csv"
    )
    jobs = planned(run)
    assert jobs.pop("total") == 78
    assert {
        name: jobs[name.replace("onesun_", "other_")] for name in jobs if "onesun_" in name
    } == {name: count for name, count in jobs.items() if "onesun_" in name}


def test_the_manual_shows_what_is_tested():
    text = (ROOT / "docs" / "module.md").read_text(encoding="utf-8")
    shown = text.split("```python\n")[1].split("```")[0].replace("/path/to/onesun", str(ROOT))
    assert re.sub(r"\n+", "\n", shown).strip() == re.sub(r"\n+", "\n", OUTER).strip()
