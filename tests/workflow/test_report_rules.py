"""What the rules plan for the report, for its cost, and for Snakemake's own report."""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import Environment
from running import ROOT, plan_snakemake, pretend, shipped_config

from onesun import config
from onesun.errors import ConfigError
from onesun.report import titles


@pytest.fixture(scope="module")
def plan(tmp_path_factory) -> str:
    """What a dry run of everything prints, with the commands."""
    folder = tmp_path_factory.mktemp("all")
    run = plan_snakemake(folder, shipped_config(), "--dry-run", "--printshellcmds")
    assert run.returncode == 0, run.stdout
    return run.stdout


def options(plan: str, name: str) -> dict[str, list[str]]:
    """The options of the one call of a command; values by option, in order."""
    (line,) = re.findall(rf"^ *Shell command: onesun {name} (.+?) 2>&1", plan, re.M)
    found: dict[str, list[str]] = {}
    for option, value in pairwise(shlex.split(line)):
        if option.startswith("--"):
            found.setdefault(option, []).append(value)
    return found


def test_everything_ends_with_the_report(plan):
    order = re.findall(r"^Job \d+: (.+)$", plan, re.M)
    assert order[-2:] == ["Adding up what the run cost", "Writing the report"]


def test_the_report_is_given_the_tables_and_one_month_of_each_pair(plan):
    given = options(plan, "report")
    tables = [f"results/table{number}.csv" for number in range(1, 5)]
    assert given["--table"][:4] == tables
    assert "results/ladder.csv" in given["--table"]
    assert given["--cost"] == ["results/cost.csv"]
    assert given["--aligned"] == [
        f"results/aligned/{pair}/2011-12.json" for pair in ("mdi-hmi", "gong-hmi")
    ]
    assert given["--predictions"] == [
        f"results/predictions/{pair}/{method}/2011-12.json"
        for pair in ("mdi-hmi", "gong-hmi")
        for method in ("bicubic", "matched", "onesun")
    ]


def test_the_report_is_given_the_whole_configuration(plan):
    (text,) = options(plan, "report")["--settings"]
    assert json.loads(text) == config.complete(shipped_config())


def test_the_cost_leaves_out_itself_and_what_follows(plan):
    assert options(plan, "cost")["--without"] == ["cost", "report"]


def test_a_frame_asked_for_is_taken_from_its_month(shipped, snakemake):
    for pair in shipped["pairs"].values():
        pair["split"] |= {"train": ["2016-07"], "test": ["2011-12", "2012-03"]}
    command = ("--dry-run", "--printshellcmds", "results/report.html")
    last = snakemake(shipped, *command).stdout
    assert options(last, "report")["--aligned"][0] == "results/aligned/mdi-hmi/2012-03.json"
    shipped["report"]["frame"] = "20111217_093600_TAI"
    asked = snakemake(shipped, *command).stdout
    assert options(asked, "report")["--aligned"][0] == "results/aligned/mdi-hmi/2011-12.json"


def test_every_table_and_figure_is_marked_for_snakemakes_own_report():
    captions = ROOT / "workflow" / "report"
    used, tables, figures = set(), [], []
    for file in (ROOT / "workflow" / "rules").glob("*.smk"):
        text = file.read_text("utf-8")
        for call in re.findall(r"\breport\(\n.*?\n +\)", text, re.S):
            used |= set(re.findall(r'caption="\.\./report/(\w+\.rst)"', call))
            assert "category=" in call, call
            assert "labels=" in call, call
        # Captions follow from names (shown.smk).
        tables += re.findall(r'table_csv\("(\w+)"\)', text)
        figures += re.findall(r'figure_png\("(\w+)"\)', text)
    used |= {f"{name}.rst" for name in tables}
    assert used | {"workflow.rst"} == {path.name for path in captions.glob("*.rst")}
    assert {"figure.rst", "cost.rst", "analysis.rst"} <= used
    assert sorted(tables) == sorted(titles.TABLES)
    assert sorted(figures) == sorted(titles.FIGURES)


def test_what_has_no_title_is_refused():
    """By the rules, before anything runs: a Figure 10 has no other figure's caption."""
    assert titles.label("fig4", titles.FIGURES) == "4 Errors by loss"
    assert titles.label("fig4-{pair}", titles.FIGURES) == "4 Errors by loss, {pair}"
    assert titles.label("fig10", {"fig10": "Ten"}) == "10 Ten"
    assert titles.label("ladder", titles.TABLES) == "Ladder of baselines"
    with pytest.raises(ConfigError, match=r"fig10: found no title, expected one in onesun\."):
        titles.label("fig10", titles.FIGURES)


def test_snakemakes_own_report_holds_everything_with_its_caption(tmp_path):
    config, target = shipped_config(), ("--", "all")
    pretend(tmp_path, plan_snakemake(tmp_path, config, "--summary", *target).stdout)
    for name in titles.FIGURES:
        caption = f"**Figure 3.** Of {name}, in *G*.\n\n- one {{{{ x }}}}\n- `two`\n"
        (tmp_path / "results" / "figures" / f"{name}.md").write_text(caption, encoding="utf-8")
    touched = plan_snakemake(tmp_path, config, "--touch", "--forceall", *target)
    assert touched.returncode == 0, touched.stdout
    out = tmp_path / "report.html"
    made = plan_snakemake(tmp_path, config, "--report", str(out), *target)
    assert made.returncode == 0, made.stdout
    page = out.read_text("utf-8")
    tables = {f"{name}.csv" for name in titles.TABLES if name != "pointing"}
    figures = {f"figures/{name}.png": name for name in titles.FIGURES}
    # What is shown and by which caption, from the page's own data.
    shown = dict(
        re.findall(r'"results/([^"]+)": \{"name": .*?"caption": "<p>((?:[^"\\]|\\.)*)"', page)
    )
    assert tables | {*figures, "cost.csv"} <= set(shown)
    assert all(caption.strip() for caption in shown.values())
    assert "Pearson correlation (no unit) with the target" in shown["table1.csv"]
    for path, name in figures.items():
        assert shown[path].startswith(f"Of {name}, in <em>G</em>.</p>"), shown[path]
        assert "<li>one {{ x }}</li>" in shown[path]
    assert "<strong>Inputs are simulated MDI/GONG from real HMI</strong>" in page


def test_captions_are_one_sentence():
    for path in (ROOT / "workflow" / "report").glob("*.rst"):
        text = re.sub(r"\{[{%].*?[}%]\}", "x", path.read_text("utf-8"), flags=re.S).strip()
        if path.name not in ("workflow.rst", "figure.rst"):
            assert text.endswith("."), path
            assert not re.search(r"[.!?]\s+[A-Z]", text), path


@pytest.mark.parametrize(
    ("source", "simulated"),
    [({"kind": "sample"}, True), ({"kind": "folder"}, False), ({"kind": "archive"}, False),
     ({}, True), (None, True)],
)  # fmt: skip
def test_captions_call_only_the_sample_simulated(source, simulated):
    """The configuration as it is written: what is left out has its default."""
    written = shipped_config() | {"source": source}
    if source is None:
        del written["source"]
    job = SimpleNamespace(
        config=written,
        input=SimpleNamespace(split=["a"], aligned=["b"]),
        params=SimpleNamespace(pair="mdi-hmi"),
    )
    # Snakemake's own way of filling captions in; `input` has a length there.
    jinja = Environment(trim_blocks=True, lstrip_blocks=True)
    jinja.filters["length"] = lambda _paths: 2
    # No frame is seen, or none of the input; a figure's own caption says it.
    silent = {"cost", "table4", "figure"}
    for path in (ROOT / "workflow" / "report").glob("*.rst"):
        said = jinja.from_string(path.read_text("utf-8")).render(snakemake=job)
        expected = simulated and path.stem not in silent
        assert ("simulated MDI/GONG from real HMI" in said) is expected, path.name


def test_makefile_names_the_targets_and_says_where_the_report_lies():
    text = Path(ROOT / "Makefile").read_text("utf-8")
    assert re.search(r"^all: .*\n.*snakemake .*-- all\n.*results/report\.html", text, re.M)
    assert re.search(r"^report: all.*\n.*--report results/snakemake_report\.html", text, re.M)
