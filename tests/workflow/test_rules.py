"""What the rules plan, without running them, and how they refuse a bad configuration."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from running import ROOT, plan_snakemake, shipped_config
from snakemake.cli import get_profile_dir, parse_config

from onesun.config import read_words


def planned(text: str) -> dict[str, int]:
    """Jobs by rule, from the table that a dry run prints."""
    table = text.split("Job stats:")[1].split("\n\n")[0]
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.M)}


@pytest.fixture(scope="module")
def shipped_plan(tmp_path_factory) -> str:
    """What a dry run of Table 1 prints by the shipped configuration, with the commands."""
    folder = tmp_path_factory.mktemp("shipped")
    run = plan_snakemake(
        folder, shipped_config(), "--dry-run", "--printshellcmds", "results/table1.csv"
    )
    assert run.returncode == 0, run.stdout
    return run.stdout


def test_the_shipped_configuration_plans_table_1(shipped_plan):
    # Three months of three instruments; stores of the months trained and validated on only.
    assert planned(shipped_plan) == {
        "fetch": 1, "simulate": 9, "align": 6, "store": 4, "calibrate": 2,
        "line": 2, "train": 2, "predict": 6, "evaluate": 6, "table1": 1, "total": 39,
    }  # fmt: skip


def test_only_what_table_1_shows_is_planned(shipped, snakemake):
    columns = shipped["table1"]["columns"]
    shipped["table1"]["columns"] = [column for column in columns if column["name"] == "GONG"]
    shipped["table2"]["columns"] = None
    run = snakemake(shipped, "--dry-run", "results/table1.csv")
    assert planned(run.stdout) == {
        "fetch": 1, "simulate": 4, "align": 2, "calibrate": 1,
        "predict": 1, "evaluate": 1, "table1": 1, "total": 11,
    }  # fmt: skip


def test_stages_may_be_asked_for_by_name(shipped, snakemake):
    stages = ("raw", "aligned", "patches", "splits", "calibrations", "models", "predictions")
    run = snakemake(shipped, "--dry-run", *stages, "statistics")
    # As for Table 1, and the stores of the test months; no table.
    assert planned(run.stdout) == {
        **dict.fromkeys((*stages, "statistics"), 1),
        "fetch": 1, "simulate": 9, "align": 6, "store": 6, "split": 2, "calibrate": 2,
        "line": 2, "train": 2, "errors": 2, "predict": 6, "evaluate": 6, "total": 52,
    }  # fmt: skip


def test_one_stage_needs_no_later_one(shipped, snakemake):
    plan = planned(snakemake(shipped, "--dry-run", "patches").stdout)
    assert plan == {"fetch": 1, "simulate": 9, "align": 6, "store": 6, "patches": 1, "total": 23}


def test_the_papers_four_tables_are_planned(shipped, snakemake):
    text = snakemake(shipped, "--dry-run", "--printshellcmds", "tables").stdout
    # As for Table 1, what is measured of the same predictions, and the search for weights.
    shipped_search = [weight for each in shipped["search"]["weights"].values() for weight in each]
    candidates = 2 * (1 + len(shipped_search))
    assert planned(text) == {
        "fetch": 1, "simulate": 9, "align": 6, "store": 4, "split": 2, "calibrate": 2,
        "line": 2, "train": 2, "predict": 6, "evaluate": 6, "measure": 6,
        "train_candidate": candidates, "search": 2,
        "table1": 1, "table2": 1, "table3": 1, "table4": 1, "tables": 1, "total": 53 + candidates,
    }  # fmt: skip
    found = sections_given(shipped, text)
    assert found["measure"] == {"grid", "measure"}
    assert found["table2"] == {"table1", "table2"}
    assert found["table3"] == {"grid", "training"}
    assert found["table4"] == {"methods", "losses", "table1"}


def test_table_2_measures_only_its_columns(shipped, snakemake):
    shipped["table2"]["columns"] = ["MDI"]
    plan = planned(snakemake(shipped, "--dry-run", "results/table2.csv").stdout)
    assert plan == {
        "fetch": 1, "simulate": 4, "align": 2, "calibrate": 1,
        "predict": 1, "measure": 1, "table2": 1, "total": 11,
    }  # fmt: skip


def test_the_raw_method_needs_no_calibration(shipped, snakemake):
    run = snakemake(shipped, "--dry-run", "results/predictions/mdi-hmi/raw/2011-12.json")
    assert planned(run.stdout) == {
        "fetch": 1, "simulate": 2, "align": 1, "predict": 1, "total": 5
    }  # fmt: skip


def test_own_files_are_listed_instead_of_simulated(shipped, snakemake, tmp_path):
    for instrument in ("hmi", "mdi", "gong"):
        for month in ("2016-07", "2019-06", "2011-12"):
            (tmp_path / "archive" / instrument / month).mkdir(parents=True)
    shipped["source"] = {"kind": "folder", "folder": "archive"}
    plan = planned(snakemake(shipped, "--dry-run").stdout)
    assert plan["index"] == 9
    assert plan["align"] == 6
    assert {"fetch", "simulate"}.isdisjoint(plan)


def refusal(run: subprocess.CompletedProcess[str]) -> list[str]:
    """The lines between Snakemake's naming the place of the error and its line of the Snakefile."""
    assert run.returncode != 0
    assert "Traceback" not in run.stdout
    lines = run.stdout.strip().splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("WorkflowError"))
    assert lines[-1].startswith('  File "')
    return lines[start + 1 : -1]


def test_own_files_that_are_absent_stop_the_run(shipped, snakemake, tmp_path):
    shipped["source"] = {"kind": "folder", "folder": "archive"}
    (tmp_path / "archive" / "gong" / "2011-12").mkdir(parents=True)
    (sentence,) = refusal(snakemake(shipped, "--dry-run"))
    assert sentence == (
        "source.folder: archive/gong/2016-07 and 7 more not found, expected a folder of FITS "
        "files for each instrument and month of pairs"
    )


def test_a_misspelt_key_stops_the_run(shipped, snakemake):
    shipped["training"]["epoch"] = shipped["training"].pop("epochs")
    (sentence,) = refusal(snakemake(shipped))
    assert sentence.startswith("training.epoch: unknown key, expected augment, batch")
    assert sentence.endswith("did you mean epochs?")


def test_a_file_that_is_no_yaml_is_named_with_the_line(snakemake, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text("align:\n  tile: 8\n tolerance: 1\n")
    (sentence,) = refusal(snakemake(None, "--dry-run"))
    assert sentence.startswith("config/config.yaml: not readable as YAML or JSON (line 3, column 2")


def test_a_month_in_two_sets_stops_the_run(shipped, snakemake):
    shipped["pairs"]["mdi-hmi"]["split"]["validation"].append("2016-07")
    assert refusal(snakemake(shipped)) == [
        "pairs.mdi-hmi.split: month 2016-07 is in train and validation, expected in one set, once"
    ]


def test_a_negative_weight_stops_the_run(shipped, snakemake, tmp_path):
    shipped["losses"]["full"]["mdi-hmi"]["ssim"] = -1
    assert refusal(snakemake(shipped)) == [
        "losses.full.mdi-hmi.ssim: found -1, expected a number of at least 0, or search"
    ]
    assert not (tmp_path / "results").exists()


def test_a_short_file_is_laid_over_the_configuration(shipped, snakemake, tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("training: {epochs: 0}\n", encoding="utf-8")
    run = snakemake(shipped, "--dry-run", "--configfile", str(mine))
    assert refusal(run) == ["training.epochs: found 0, expected a whole number of at least 1"]


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("sample={seed: 5}", {"sample": {"seed": 5}}),
        ("sample={seed: 5, header_errors: no}", {"sample": {"seed": 5, "header_errors": False}}),
        ("training={learning_rate: 1e-3}", {"training": {"learning_rate": 0.001}}),
        ("align={tolerance: .5, tile: +64}", {"align": {"tolerance": 0.5, "tile": 64}}),
        ("search={weights: {gradient: [0.5, 5]}}", {"search": {"weights": {"gradient": [0.5, 5]}}}),
        ("archive={jsoc: {email: null}}", {"archive": {"jsoc": {"email": None}}}),
        ("archive={folder: 2010-05}", {"archive": {"folder": "2010-05"}}),
        ("table1={months: ['2011-12']}", {"table1": {"months": ["2011-12"]}}),
    ],
)
def test_what_the_command_line_says_is_read_as_a_file_would_be(said, read):
    assert read_words(parse_config([said])) == read


def test_a_number_on_the_command_line_is_a_number(shipped, snakemake):
    run = snakemake(shipped, "--dry-run", "--printshellcmds", "--config", "sample={seed: 5}")
    assert run.returncode == 0, run.stdout
    assert '"seed":5}' in run.stdout
    run = snakemake(shipped, "--dry-run", "--config", "sample={seed: 5.5}")
    assert refusal(run) == ["sample.seed: found 5.5, expected a whole number from 0 to 4294967295"]


def test_an_older_snakemake_is_named_with_the_version_that_is_needed(tmp_path):
    code = (
        "import sys, snakemake.common as common; common.__version__ = '9.10.0'\n"
        "sys.modules['onesun'] = None\n"  # as where Snakemake has an environment of its own
        "from snakemake.cli import main; main(sys.argv[1:])"
    )
    words = ["--snakefile", str(ROOT / "Snakefile"), "--directory", str(tmp_path), "-n"]
    run = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True)
    assert "Expecting Snakemake version 9.19 or higher" in run.stdout + run.stderr
    assert "9.10.0" in run.stdout + run.stderr
    run = subprocess.run(
        [sys.executable, "-c", code.replace("9.10.0", "9.19"), *words],
        capture_output=True, text=True,
    )  # fmt: skip
    assert "the package onesun is not installed beside this Snakemake" in run.stdout + run.stderr


@pytest.mark.parametrize("profile", ["default", "slurm"])
def test_a_profile_is_found_by_every_version_of_snakemake(profile):
    """Those before 9.19 know config.yaml alone; of two without a version, the later take any."""
    folder = ROOT / "profiles" / profile
    assert yaml.safe_load((folder / "config.yaml").read_text("utf-8")) == {"rerun-incomplete": True}
    assert (folder / "profile.v9+.yaml").resolve() == (folder / "profile.yaml").resolve()
    assert get_profile_dir(str(folder))[1].resolve() == (folder / "profile.yaml").resolve()


def shell_commands(text: str) -> list[str]:
    return re.findall(r"^ *Shell command: (?!None$)(?:trap '' TERM; )?(.+)$", text, re.M)


def sections_given(config: dict, text: str) -> dict[str, set[str]]:
    """The configuration's sections that each command of a dry run is given."""
    top = config.keys() | {"split", "method", "network", "loss"}
    return {
        command.split()[1]: set(re.findall(r'[{,]"(\w+)":\{', command)) & top
        for command in shell_commands(text)
    }


def test_each_rule_runs_one_command_that_can_be_typed(shipped_plan):
    commands = shell_commands(shipped_plan)
    assert len(commands) == 39
    assert all(command.startswith("onesun ") for command in commands)


def test_a_rule_is_given_the_sections_it_uses_and_no_others(shipped, shipped_plan):
    assert sections_given(shipped, shipped_plan) == {
        "sample": {"sample"},
        "align": {"align", "grid"},
        "store": {"store", "grid"},
        "calibrate": {"calibration", "grid"},
        "line": {"calibration", "grid"},
        "train": {"method", "network", "loss", "loss_terms", "training"},
        "predict": {"method", "grid"},
        "evaluate": {"grid", "measure", "table1"},
        "table1": {"table1"},
    }


def test_rule_files_are_formatted():
    if shutil.which("snakefmt") is None and not Path(sys.executable).with_name("snakefmt").exists():
        pytest.skip("needs snakefmt (pip install -e '.[lint]')")
    tool = shutil.which("snakefmt") or str(Path(sys.executable).with_name("snakefmt"))
    files = ["Snakefile", *sorted(str(file) for file in (ROOT / "workflow/rules").glob("*.smk"))]
    run = subprocess.run([tool, "--check", *files], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr


def test_rules_pass_snakemakes_own_lint(shipped, snakemake):
    run = snakemake(shipped, "--lint")
    assert run.returncode == 0, run.stdout


def test_rule_files_are_short_and_say_what_goes_in_and_out():
    for file in (ROOT / "workflow" / "rules").glob("*.smk"):
        text = file.read_text(encoding="utf-8")
        assert text.startswith('"""')
        assert text.count("\n") < 350, file.name
        docstring = text.split('"""')[1]
        if re.search(r"^ *(use )?rule \w+", text, re.M):
            assert "def " not in text, file.name
            assert "Goes in" in docstring, file.name
            assert "Comes out" in docstring, file.name
        else:
            assert docstring.startswith("Functions"), file.name
