"""After an edit over a finished run, exactly what the edit reaches runs again."""

from __future__ import annotations

import copy
import multiprocessing.pool
import os
import re
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from analysis_edits import ANALYSIS_EDITS, TARGETS_OF_ANALYSES
from archive_edits import ARCHIVE_EDITS
from benchmark_edits import BENCHMARK_EDITS, TARGETS_OF_BENCHMARK
from convert_edits import CONVERT_EDITS, TARGETS_OF_CONVERSION
from edits import EDITS, TARGETS, Edit, Place, table
from figure_edits import FIGURE_EDITS
from network_analysis_edits import NETWORK_ANALYSIS_EDITS, TARGETS_OF_NETWORK_ANALYSES
from pointing_edits import POINTING_EDITS, TARGETS_OF_POINTING
from running import FORKED, ROOT, be_snakemake, pretend, shipped_config

pytestmark = pytest.mark.slow
Forks = multiprocessing.pool.Pool
ALL_TARGETS = (
    TARGETS
    | TARGETS_OF_CONVERSION
    | TARGETS_OF_ANALYSES
    | TARGETS_OF_NETWORK_ANALYSES
    | TARGETS_OF_POINTING
    | TARGETS_OF_BENCHMARK
)
ALL_EDITS = (
    EDITS, FIGURE_EDITS, ARCHIVE_EDITS, CONVERT_EDITS, ANALYSIS_EDITS, NETWORK_ANALYSIS_EDITS,
    POINTING_EDITS, BENCHMARK_EDITS,
)  # fmt: skip
SUBCOMMANDS = (
    "fetch|simulate|series|collect|page|measure|restored|repeated|show|inputs|submit|score|table"
)


def snakemake(forks: Forks, place: Place, *arguments: str) -> str:
    """Call Snakemake of a checkout in a run's folder; what it prints."""
    (place.run / "config").mkdir(exist_ok=True)
    content = yaml.safe_dump(place.config, allow_unicode=True, sort_keys=False)
    (place.run / "config" / "config.yaml").write_text(content, encoding="utf-8")
    words = ["--snakefile", place.checkout / "Snakefile", "--directory", place.run, "--cores", 2]
    printed = place.run / "printed.txt"
    code = forks.apply(
        be_snakemake, ([str(word) for word in (*words, *arguments, "--", *place.targets)], printed)
    )
    text = printed.read_text(encoding="utf-8")
    assert code == 0, text
    return text


def config_over(run: str) -> dict[str, Any]:
    config = shipped_config()
    if run == "folder":
        config["source"] = {"kind": "folder", "folder": "archive"}
    if run == "converted":
        config["convert"]["weights"] = "onesun"
    if run == "archive":
        config["source"] = {"kind": "archive", "folder": None}
        config["archive"]["days"] = {}  # the sample's months are not MDI's
    return config


def copied(place: Place, folder: Path) -> Place:
    """A copy, files with the times that they had."""
    for name, origin in (("run", place.run), ("checkout", place.checkout)):
        shutil.copytree(origin, folder / name)
    return Place(folder / "run", folder / "checkout", copy.deepcopy(place.config), place.targets)


def finish(forks: Forks, folder: Path, over: str) -> Place:
    """A run that Snakemake takes for finished: outputs are there, but empty."""
    place = Place(folder / "run", folder / "checkout", config_over(over), ALL_TARGETS[over])
    place.run.mkdir(parents=True)
    skip = shutil.ignore_patterns("__pycache__")
    for name in ("workflow", "resources", "profiles", "envs"):
        shutil.copytree(ROOT / name, place.checkout / name, ignore=skip)
    shutil.copy(ROOT / "Snakefile", place.checkout)
    if over == "folder":
        for instrument in ("hmi", "mdi", "gong"):
            for month in ("2016-07", "2019-06", "2011-12"):
                (place.run / "archive" / instrument / month).mkdir(parents=True)
    pretend(place.run, snakemake(forks, place, "--summary"))
    # All of them: also those whose outputs look as if they were in order.
    snakemake(forks, place, "--touch", "--forceall")
    return place


def planned(forks: Forks, place: Place) -> dict[str, int]:
    """Jobs by rule that would run."""
    text = snakemake(forks, place, "--dry-run")
    if "Nothing to be done" in text:
        return {}
    rows = text.split("Job stats:")[1].split("\n\n")[0]
    counts = {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", rows, re.M)}
    return {name: count for name, count in counts.items() if name not in ("total", "all")}


@pytest.fixture(scope="module")
def found(request, tmp_path_factory) -> dict[str, Future[dict[str, int]]]:
    """What runs again after each of the edits that are tested in this session."""
    asked = [
        item.callspec.params["edit"]
        for item in request.session.items
        if item.path == request.path and hasattr(item, "callspec")
    ]
    folder = tmp_path_factory.mktemp("reruns")
    cores = os.cpu_count()
    with FORKED.Pool(cores, maxtasksperchild=1) as forks, ThreadPoolExecutor(cores) as pool:
        names = {edit.over for edit in asked}
        places = {name: pool.submit(finish, forks, folder / name, name) for name in names}
        runs = {
            edit.what: pool.submit(
                after, forks, edit, places[edit.over].result(), folder / str(number)
            )
            for number, edit in enumerate(asked)
        }
    return runs


def after(forks: Forks, edit: Edit, finished: Place, folder: Path) -> dict[str, int]:
    """Jobs by rule that would run after an edit over a copy of a finished run."""
    place = copied(finished, folder)
    edit.change(place)
    return planned(forks, place)


@pytest.mark.parametrize("edit", [*chain(*ALL_EDITS)], ids=lambda edit: edit.what)
def test_an_edit_reruns_what_it_reaches_and_nothing_else(edit, found):
    assert listed(found[edit.what].result()) == listed(edit.jobs())


def listed(jobs: dict[str, int]) -> str:
    """In one line, for a message that is not cut short."""
    return ", ".join(f"{name} {count}" for name, count in sorted(jobs.items()))


def test_the_tables_in_docs_are_these():
    for edits in ALL_EDITS:
        assert table(edits) in (ROOT / "docs" / "reruns.md").read_text(encoding="utf-8"), (
            f"expected in docs/reruns.md:\n{table(edits)}"
        )


def test_every_rule_that_runs_a_command_has_its_code_as_a_param():
    found = {}
    for file in (ROOT / "workflow" / "rules").glob("*.smk"):
        for rule in re.split(r"^ *rule ", file.read_text(encoding="utf-8"), flags=re.M)[1:]:
            command = re.search(
                rf'(?:["\']onesun|onesun:q}}) ([\w-]+)(?: ({SUBCOMMANDS})\b)?', rule
            )
            name, code = rule.partition(":")[0], re.search(r'code\(\s*"([\w:]+)"', rule)
            words = ":".join(filter(None, command.groups())).replace("-", "_") if command else None
            # The sub-commands of analyses are functions of one module.
            words = words and re.sub(r"^analyse_(\w+):", r"analyses:\1_", words)
            found[name] = words, code[1] if code else None
    assert len(found) > 15
    assert {name: pair for name, pair in found.items() if pair[0] != pair[1]} == {}
