"""The whole workflow, from the sample to Table 1, on a grid small enough for a test."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from running import plan_snakemake, run_snakemake, shipped_config, small_config

from onesun.errors import OneSunError
from onesun.io.files import folder_listing
from onesun.sample.fetch import cached

pytestmark = pytest.mark.slow
PAIRS = ("mdi-hmi", "gong-hmi")


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The folder of a finished run, and what the run printed."""
    if not (Path(sys.executable).with_name("onesun").exists() or shutil.which("onesun")):
        pytest.skip("needs the command onesun (pip install -e .)")
    try:
        cached()
    except OneSunError as error:
        pytest.skip(f"needs the sample: {error}")
    folder = tmp_path_factory.mktemp("run")
    run = run_snakemake(folder, small_config(), "tables")
    assert run.returncode == 0, run.stdout
    return folder, run


def test_table_1_is_whole(finished):
    folder, _ = finished
    with open(folder / "results" / "table1.csv", encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    expected = shipped_config()["table1"]
    text = (folder / "results" / "table1.md").read_text(encoding="utf-8")
    for name in (row["name"] for row in expected["rows"]):
        assert name in text
        assert any(name in row.values() for row in rows), name
    assert "simulated MDI/GONG from real HMI" in text


def test_the_other_tables_are_whole(finished):
    results = finished[0] / "results"
    for number, lines in ((2, 6 * 5), (3, 6), (4, 8)):
        with open(results / f"table{number}.csv", encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        assert len(rows) == lines
        text = (results / f"table{number}.md").read_text(encoding="utf-8")
        assert text.startswith(f"# Table {number}\n")
        assert "simulated MDI/GONG from real HMI" in text
        assert "nan" not in text.lower()


def test_every_stage_left_its_products(finished):
    folder, _ = finished
    results = folder / "results"
    for pair in PAIRS:
        for month in ("2016-07", "2019-06", "2011-12"):
            refused = (results / f"aligned/{pair}/{month}.refused.csv").read_text("utf-8")
            assert refused.count("\n") == 1, refused
        assert len(list((results / "models" / pair / "onesun").iterdir())) == 3
        for method in ("bicubic", "onesun"):
            assert len(list((results / f"predictions/{pair}/{method}/2011-12").glob("*.fits"))) == 1


def test_nothing_is_left_half_written(finished):
    folder, _ = finished
    assert not [path for path in folder.rglob("*") if path.name.startswith(".part-")]


def test_a_second_run_does_nothing(finished):
    folder, _ = finished
    table = folder / "results" / "table1.csv"
    before = table.stat().st_mtime_ns
    run = run_snakemake(folder, small_config(), "results/table1.csv")
    assert run.returncode == 0, run.stdout
    assert "Nothing to be done" in run.stdout
    assert table.stat().st_mtime_ns == before


def test_a_damaged_month_is_named_and_made_again_alone(finished):
    folder, _ = finished
    results = folder / "results"
    before = folder_listing(results)
    chunk = "patches/mdi-hmi/2016-07.zarr/target/c/0/0/0/0"
    content = bytearray((results / chunk).read_bytes())
    content[len(content) // 2] ^= 1
    (results / chunk).write_bytes(content)
    command = [sys.executable, "-c", "from onesun.cli.app import main; main()", "verify"]
    said = subprocess.run([*command, "--remove"], cwd=folder, capture_output=True, encoding="utf-8")
    assert said.returncode == 2
    first, *_, last = said.stdout.splitlines()
    assert first == f"results/{chunk}: its bytes have changed since it was written"
    assert last == (
        "to make them again: snakemake --cores all -- results/patches/mdi-hmi/2016-07.json"
    )
    run = run_snakemake(folder, small_config(), "--", *last.split(" -- ")[1].split())
    assert run.returncode == 0, run.stdout
    table = run.stdout.split("Job stats:")[1].split("\n\n")[0].split("\n")[3:]
    assert dict(line.split() for line in table) == {"store": "1", "total": "1"}
    assert folder_listing(results) == before
    run = run_snakemake(folder, small_config(), "results/table1.csv")
    assert "Nothing to be done" in run.stdout
    assert subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


def test_an_edit_reruns_what_reads_it_and_what_follows(finished):
    folder, _ = finished
    config = small_config()
    config["losses"]["with-error"]["gong-hmi"]["gradient"] = 4
    run = plan_snakemake(folder, config, "--dry-run", "results/table1.csv")
    table = run.stdout.split("Job stats:")[1].split("\n\n")[0].split("\n")[3:]
    assert dict(line.split() for line in table) == {
        "train": "1", "predict": "1", "evaluate": "1", "table1": "1", "total": "4"
    }  # fmt: skip


def test_the_ladder_stands_on_what_is_there(finished):
    folder, _ = finished
    config = small_config()
    config["ladder"] = {"methods": ["bicubic", "ridge", "ceiling"], "bar": "bicubic"}
    run = run_snakemake(folder, config, "results/ladder.csv")
    assert run.returncode == 0, run.stdout
    assert "Aligning" not in run.stdout
    with open(folder / "results" / "ladder.csv", encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["area"] == "0 ≤ r ≤ 1"]
    predictions = {(row["pair"], row["method"]): row["prediction"] for row in rows}
    assert predictions == {
        (pair, name): "false" if name == "ceiling" else "true"
        for pair in PAIRS
        for name in config["ladder"]["methods"]
    }
    # Hardly any noise: a filter that undoes the optics is better than one that does not.
    (gain,) = (row["gain"] for row in rows if (row["pair"], row["method"]) == ("gong-hmi", "ridge"))
    assert float(gain) > 0
    fit = folder / "results" / "models" / "gong-hmi" / "ridge"
    assert sorted(path.name for path in fit.iterdir()) == ["card.json", "fit.safetensors"]
