"""The profile for SLURM against the rules: who asks for what. `make test-slurm` runs it."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys

import pytest
import yaml
from running import ROOT

PROFILE = ROOT / "profiles" / "slurm"
CONFIG = str(ROOT / "config" / "config.yaml")
# Rules that other rule files may bring along.
TEXT = "\n".join(file.read_text("utf-8") for file in (ROOT / "workflow/rules").glob("*.smk"))


@pytest.fixture(scope="module")
def profile() -> dict:
    return yaml.safe_load((PROFILE / "profile.yaml").read_text("utf-8"))


@pytest.fixture
def plan(shipped, snakemake):
    """A dry run of Table 1 by the profile, with the commands."""
    if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
        pytest.skip("needs snakemake-executor-plugin-slurm (pip install -e '.[slurm]')")
    every = ("--dry-run", "--printshellcmds", "--workflow-profile", str(PROFILE))

    def run(*arguments: str) -> str:
        found = snakemake(shipped, *every, *arguments, "--", "results/table1.csv")
        assert found.returncode == 0, found.stdout
        return found.stdout

    return run


def submitted() -> set[str]:
    """The rules that run a command and are not said to be local."""
    rules = {}
    parts = re.split(r"^ *(?:use rule (\w+) as|rule) (\w+)", TEXT, flags=re.M)[1:]
    for origin, name, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        rules[name] = (origin, body)
    return {
        name
        for name, (origin, body) in rules.items()
        if "output:" in body and "localrule: True" not in body + rules.get(origin, ("", ""))[1]
    }


def test_every_rule_that_is_submitted_has_an_entry(profile):
    rules = submitted()
    assert {"align", "train", "measure"} <= rules
    assert {"fetch", "index", "split", "table1"}.isdisjoint(rules)
    assert rules <= set(profile["set-resources"])


def test_attempts_ask_for_more(profile):
    for rule, asks in profile["set-resources"].items():
        for name in ("mem_mb", "runtime"):
            first, second, third = (eval(asks[name], {"attempt": n}) for n in (1, 2, 3))
            assert first < second <= third, (rule, name)
            assert name != "runtime" or third <= 1440, rule


def test_no_rule_retries_by_itself():
    assert not re.search(r"^ +retries:", TEXT, re.M)


def test_the_profile_plans_what_a_local_run_plans(plan):
    text = plan()
    assert "Warning" not in text
    assert text.count("Shell command: trap '' TERM; onesun train ") == 2


def test_two_gpus_are_one_job_of_two_processes(plan):
    text = plan("--set-resources", "train:gpu=2")
    commands = re.findall(r"(torchrun .*? onesun train) ", text)
    assert commands == ["torchrun --standalone --no-python --nproc-per-node=2 onesun train"] * 2


def test_requests_are_listed_by_rule(tmp_path):
    """As docs/cluster.md shows them, with memory, time and GPU."""
    if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
        pytest.skip("needs snakemake-executor-plugin-slurm (pip install -e '.[slurm]')")
    words = ("results/table1.csv", "--directory", str(tmp_path), "--configfile", CONFIG)
    command = [sys.executable, str(PROFILE / "requests.py"), *words]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    rows = {line.split()[0]: line.split()[1:] for line in run.stdout.splitlines()}
    assert rows["rule"] == ["jobs", "CPUs", "MB", "minutes", "GPUs"]
    assert rows["train"] == ["2", "8", "8000", "720", "1"]
    assert rows["align"][2:] == ["2000", "120", "0"]
    assert rows["table1"] == ["1", "here"]
