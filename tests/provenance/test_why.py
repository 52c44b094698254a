"""A dry run in plain words."""

from __future__ import annotations

import json

from onesun.io.files import write_json
from onesun.provenance import code_version, modules
from onesun.provenance.why import explain, remember

CHANGED = "Params have changed since last execution: Union of exclusive params before and now"


def dry_run(*jobs: tuple[str, str]) -> str:
    """What Snakemake prints of jobs and their reasons."""
    text = "".join(f"[today]\nJob {k}: {job}\nReason: {why}\n" for k, (job, why) in enumerate(jobs))
    return f"Building DAG of jobs...\nJob stats:\n{text}Job stats:\n"


def params(before: list, now: list) -> str:
    old, new = (", ".join(repr(value) for value in side) for side in (before, now))
    return f"{CHANGED} across all output: before: {old} now: {new} "


def test_nothing_and_a_refusal_are_told():
    assert explain("Nothing to be done (all requested files are present).") == (
        "Nothing would run again.\n"
    )
    assert explain("training.epochs: found 0\n") == "training.epochs: found 0\n"


def test_keys_are_named_with_both_values_and_jobs_stand_by_their_cause():
    before = {"training": {"epochs": 5, "batch": 32}, "rows": [{"r": [0, 1]}, {"r": [0, 2]}]}
    now = {"training": {"epochs": 8, "batch": 32}, "rows": [{"r": [0, 1]}, {"r": [0, 3]}], "a": {}}
    reason = params([json.dumps(before)], [json.dumps(now)])
    jobs = [(f"Training n on {pair}", reason) for pair in ("a", "b")]
    last = ("Predicting a", "Input files updated by another job: results/x.json")
    assert explain(dry_run(*jobs, last)) == (
        "a added, {}:\n  Training n on a\n  Training n on b\n"
        "rows[1].r[1] changed, 2 -> 3:\n  Training n on a\n  Training n on b\n"
        "training.epochs changed, 5 -> 8:\n  Training n on a\n  Training n on b\n"
        "And what is made of these:\n  Predicting a\n"
    )


def test_more_jobs_than_few_are_counted():
    jobs = [(f"Aligning {k}", "Missing output files: results/x.json") for k in range(9)]
    text = explain(dry_run(*jobs))
    assert text.startswith("Outputs are missing:\n  Aligning 0\n")
    assert text.endswith("  Aligning 3\n  and 5 more\n")


def test_modules_whose_code_changed_are_named(tmp_path):
    listing = dict(modules("onesun.cli.prepare:split"))
    write_json(tmp_path / f"{'a' * 16}.json", listing | {"onesun.products.split": "other"})
    job = ("Splitting", params(["a" * 16], ["b" * 16]))
    assert explain(dry_run(job), tmp_path) == "Code changed: onesun.products.split:\n  Splitting\n"
    unknown = ("Splitting", params(["c" * 16], ["b" * 16]))
    assert "not known" in explain(dry_run(unknown), tmp_path)


def test_a_run_remembers_what_its_code_was_made_of(tmp_path):
    version = code_version("onesun.cli.prepare:split")
    remember(tmp_path / "code")
    kept = json.loads((tmp_path / "code" / f"{version}.json").read_text(encoding="utf-8"))
    assert kept == dict(modules("onesun.cli.prepare:split"))
