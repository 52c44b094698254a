"""The benchmark's commands, from inputs to the table, as they are typed."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from helpers.benchmarks import WORDS
from onesun.cli import app as cli
from onesun.errors import OneSunError


def call(*words: object) -> str:
    found = CliRunner().invoke(cli.app, ["benchmark", *map(str, words)], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


def test_from_submissions_to_the_table(small, tmp_path):
    common = ("--benchmark", small.file)
    scores = []
    for name in ("one", "two"):
        folder = small.submit(name)
        out = tmp_path / f"{name}.json"
        said = call("score", folder, *common, "--aligned", small.aligned, "--out", out)
        assert f"{name}: measured" in said
        scores.append(out)
    table = tmp_path / "benchmark.csv"
    call("table", *scores, *common, "--reference", "one", "--out", table)
    text = table.with_suffix(".md").read_text()
    assert "| RMSE (G) | least | 0.000" in text
    # Two that are the same are not told apart: no rank.
    assert "#" not in text.split("| RMSE (G) |")[1].split("\n")[0]
    assert "one" in table.with_suffix(".html").read_text()


def test_a_refusal_ends_a_command_and_is_listed_when_asked(small, tmp_path):
    folder = small.submit("wrong", version=3)
    words = ("score", folder, "--benchmark", small.file, "--aligned", small.aligned)
    out = tmp_path / "wrong.json"
    with pytest.raises(OneSunError, match="submission wrong: it answers small 3, expected small 1"):
        call(*words, "--out", out)
    assert not out.exists()
    assert "it answers small 3" in call(*words, "--out", out, "--listed")
    table = tmp_path / "benchmark.csv"
    call("table", out, "--benchmark", small.file, "--out", table)
    assert "it answers small 3" in table.read_text()
    assert "- wrong: it answers small 3" in table.with_suffix(".md").read_text()


def test_a_folder_and_what_it_says_may_differ_in_name(small, tmp_path):
    assert WORDS["name"] == "mine"
    folder = small.submit("folder", name="said")
    out = tmp_path / "scores.json"
    words = ("--benchmark", small.file, "--aligned", small.aligned, "--out", out)
    assert "said: measured" in call("score", folder, *words)
