"""What the commands that remove anything leave alone: downloads, and what a user put there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
import typer

from helpers.archive.demo import DemoError, empty
from onesun import clean
from onesun.archive.journal import Journal, Kept
from onesun.archive.kept import Month
from onesun.cli.files import verify
from onesun.errors import OutputError
from onesun.instruments import load
from onesun.io import files, run_lock
from onesun.io.files import folder_listing, write_json
from onesun.products import raw

ROOT = Path(__file__).parents[1]
MONTH = "2010-10"


def write(path: str | Path, text: str = "x") -> Path:
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def month(instrument: str, more: dict | None = None, folder: str | None = None) -> Path:
    """A month of raw frames in results/raw; the manifest."""
    place = Path("results/raw", instrument, MONTH)
    write(place / "a.fits")
    write(place / "b.fits", "y")
    write(place / ".snakemake_timestamp")
    manifest = place.with_suffix(".json")
    raw.write_manifest(manifest, instrument, MONTH, folder or MONTH, folder_listing(place), more)
    return manifest


def download(root: Path = Path("data/archive")) -> None:
    """A month as `onesun archive fetch` keeps it, with a second name in results/raw."""
    place = root / "mdi" / MONTH
    for name, text in (("a.fits", "x"), ("b.fits", "y")):
        write(place / "files" / name, text)
        Journal(place).completed(name, Kept(1, files.sha256(place / "files" / name)))
    write(place / "quarantine" / "c.fits.1")
    write(place / "lock" / "onesun.lock")
    manifest = month("mdi", {"archive": {"name": "jsoc"}, "missing": {}})
    for name in ("a.fits", "b.fits"):
        linked = manifest.with_suffix("") / name
        linked.unlink()
        os.link(place / "files" / name, linked)


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """A folder of the workflow, as the working folder."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "results/aligned/mdi-hmi/2010-10.json", "results/table1.csv", "results/report.html",
        "results/.part-host-1-01234567-table1.csv", "logs/align/a.log", "logs/fig4-mdi-hmi.log",
        "results/archive-demo/http/results/table1.csv",
        ".snakemake/metadata/abc", ".snakemake/log/1.log", "docs/_build/html/index.html",
    ):  # fmt: skip
        write(name)
    return tmp_path


def left() -> set[str]:
    return {str(path) for path in Path().rglob("*") if path.is_file() or path.is_symlink()}


def cleaned(*words: str) -> list[str]:
    """Lines that the command prints."""
    run = subprocess.run(
        [sys.executable, "-m", "onesun.clean", *words],
        capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
    )  # fmt: skip
    return run.stdout.splitlines()


# make clean


def test_what_was_computed_goes(here):
    month("mdi")
    write(f"results/raw/mdi/{MONTH}.truth.json")
    assert cleaned()[0] == "removed:"
    assert left() == {".snakemake/onesun.lock"}
    assert not Path("results").exists()
    assert cleaned() == ["nothing computed is here"]


def test_downloads_and_a_users_own_files_stay(here):
    download()
    mine = [
        write(name)
        for name in (
            "data/mine.fits", "data/sample/hmi.fits", "data/sunspots.csv", "results/mine/notes.txt",
            "results/my_table.csv", "logs/mine.log", "results/raw/mdi/2010-11/a.fits",
            "results/raw/mine.fits", ".snakemake/conda/abc/bin/python", "mine.fits",
            "results/raw/mdi/2010-12.json", "results/archive/mdi/2010-10/files/a.fits",
        )
    ]  # fmt: skip
    before = left()
    lines = cleaned()
    assert set(map(str, mine)) <= left()
    assert {path for path in before if path.startswith(("data/", "results/raw/mdi/"))} <= left()
    assert not Path("results/aligned").exists()
    assert f"  results/raw/mdi/{MONTH}: downloaded" in lines
    assert "  results/mine: not made by the workflow" in lines
    # By these Snakemake knows what the downloads that stay were made with.
    assert Path(".snakemake/metadata/abc").exists()
    assert not Path(".snakemake/log").exists()


def test_the_only_copies_of_downloads_stay(here):
    """As they lie where archive.keep is false, and a month is not aligned yet."""
    manifest = month("gong", {"archive": {"name": "nso"}, "missing": {}})
    cleaned()
    assert {path.name for path in manifest.with_suffix("").glob("*.fits")} == {"a.fits", "b.fits"}
    assert manifest.exists()


def test_frames_that_a_user_put_where_results_are_stay(here):
    manifest = month("mdi", folder=str(Path("results/raw/mdi", MONTH).resolve()))
    cleaned()
    assert (manifest.with_suffix("") / "a.fits").exists()
    assert not manifest.exists()


def test_of_a_link_only_the_link_goes(here):
    elsewhere = here / "elsewhere"
    shutil.move("results/aligned", elsewhere)
    Path("results/aligned").symlink_to(elsewhere)
    cleaned()
    assert not Path("results/aligned").is_symlink()
    assert (elsewhere / "mdi-hmi" / "2010-10.json").exists()


def test_nothing_is_removed_under_a_run(here):
    before = left()
    with run_lock.hold(Path(".snakemake")), pytest.raises(subprocess.CalledProcessError) as caught:
        cleaned()
    assert caught.value.stderr.startswith("onesun: ")
    assert "another run is active here" in caught.value.stderr
    assert before <= left()


def test_every_output_of_a_rule_is_known():
    text = "".join(
        path.read_text("utf-8")
        for path in (ROOT / "Makefile", *(ROOT / "workflow" / "rules").glob("*.smk"))
    )
    for top, known in (("results", clean.RESULTS), ("logs", clean.LOGS)):
        names = set(re.findall(rf"\b{top}/([\w{{}}-]+(?:\.\w+)?)", text))
        names = {re.sub(r"{(number|pair)}", "1", name) for name in names} - {"{name}.csv", "raw"}
        names -= {"{name}.md"}  # of tables, whose names stand elsewhere
        assert len(names) > 20
        missing = [name for name in names if not any(fnmatch(name, each) for each in known)]
        assert missing == []


def test_make_clean_needs_no_environment(here):
    shutil.copy(ROOT / "Makefile", here)
    (here / "workflow").symlink_to(ROOT / "workflow")
    write("data/archive/mdi/2010-10/files/a.fits")
    python = f"PYTHON={sys.executable} -S"  # without installed packages
    subprocess.run(["make", "clean", python], check=True, capture_output=True)
    assert not Path("results").exists()
    assert Path("data/archive/mdi/2010-10/files/a.fits").exists()


# make clean-downloads


def test_downloads_are_listed_and_removed_only_where_one_is_sure(here):
    download()
    mine = write("data/archive/mdi/2010-10/files/mine.fits")
    write("data/sample/hmi.fits")
    own = write("data/sample/mine.fits")
    files_of = {"hmi.fits": folder_listing(Path("data/sample"))["hmi.fits"]}
    content = {"product": "real HMI frames", "folder": "sample", "files": files_of}
    write_json(Path("data/sample.json"), content)
    before = left()
    lines = cleaned("--downloads")
    assert lines[0] == "would be removed:"
    assert lines[-1] == "to remove these: make clean-downloads SURE=yes"
    assert any(line.startswith("  data/archive/mdi/2010-10/files: 2 files, ") for line in lines)
    assert before <= left()
    cleaned("--downloads", "--sure")
    gone = before - left()
    assert str(mine) in left()
    assert str(own) in left()
    assert {path for path in gone if path.endswith(".fits")} == {
        "data/archive/mdi/2010-10/files/a.fits", "data/archive/mdi/2010-10/files/b.fits",
        f"results/raw/mdi/{MONTH}/a.fits", f"results/raw/mdi/{MONTH}/b.fits",
        "data/sample/hmi.fits",
    }  # fmt: skip
    assert Path("results/table1.csv").exists()
    assert cleaned("--downloads") == ["no download is here"]


# Every other command that removes anything


def test_a_folder_with_a_file_that_is_not_the_products_is_not_replaced(tmp_path):
    folder, manifest = tmp_path / "month", tmp_path / "month.json"

    def make() -> None:
        with files.whole_product(folder, manifest) as (part, listing):
            write(part / "deep" / "a")
            content = {"product": "x", "folder": "month", "files": folder_listing(part)}
            write_json(listing, content)

    make()
    write(folder / ".snakemake_timestamp")
    make()  # its own files are replaced
    mine = write(folder / "deep" / "mine.txt")
    with pytest.raises(OutputError, match=r"month: a folder that holds other files \(.*mine\.txt"):
        make()
    with pytest.raises(OutputError, match=r"mine\.txt"):
        files.check_folder(folder, manifest)
    assert mine.exists()


def test_a_folder_of_a_model_with_a_file_of_the_users_is_not_replaced(tmp_path):
    model = tmp_path / "model"

    def make() -> None:
        with files.whole_folder(model, model / "card.json") as part:
            tensors = {"file": "t", "sha256": files.sha256(write(part / "t"))}
            write_json(part / "card.json", {"product": "fit", "fit": tensors})

    make()
    make()
    write(model / "mine.txt")
    with pytest.raises(OutputError, match=r"holds other files \(.*mine\.txt is not one that"):
        make()


def test_what_another_put_among_downloads_stays_where_they_are_not_kept(tmp_path):
    place = Month(tmp_path / "mdi" / MONTH, load("mdi"))
    for name in ("a.fits", "mine.fits"):
        write(place.place(name))
    place.journal.completed("a.fits", Kept(1, ""))
    place.remove()
    assert [path.name for path in place.files.iterdir()] == ["mine.fits"]


def verified(capsys) -> list[str]:
    with pytest.raises(typer.Exit):
        verify(None, True)
    return capsys.readouterr().out.splitlines()


def test_verify_removes_no_json_of_the_users(here, capsys):
    mine = write("data/notes.json", "{a: 1}  # mine")
    write("data/mine.checkpoint")
    assert (
        "data/notes.json: not removed, because nothing in it tells that OneSun wrote it; remove it "
        "yourself if it did"
    ) in verified(capsys)
    assert mine.exists()
    assert Path("data/mine.checkpoint").exists()


def test_verify_removes_no_tensors_but_those_of_a_card(here, capsys):
    for name in ("card.json", "weights.safetensors", "mine.safetensors"):
        write(f"results/models/mdi-hmi/onesun/{name}", '{"product"')
    verified(capsys)
    assert [path.name for path in Path("results/models/mdi-hmi/onesun").iterdir()] == [
        "mine.safetensors"
    ]


@pytest.mark.parametrize("damage", ["frame", "manifest"])
def test_verify_keeps_good_downloads_that_lie_nowhere_else(here, capsys, damage):
    manifest = month("mdi", {"archive": {"name": "jsoc"}, "missing": {}})
    bad = manifest.with_suffix("") / "a.fits" if damage == "frame" else manifest
    bad.write_text(bad.read_text().replace("x", "z").replace("raw frames", "raw fromes"))
    last = next(line for line in verified(capsys) if line.startswith(f"{manifest}: not removed"))
    good = 1 if damage == "frame" else 2
    assert f"not removed, because {good} good files of it were downloaded and may lie" in last
    assert f"rm -r {manifest} {manifest.with_suffix('')}" in last
    assert (manifest.with_suffix("") / "b.fits").exists()


def test_verify_removes_names_of_downloads_that_have_another(here, capsys):
    download()
    bad = Path("results/raw/mdi", MONTH, "a.fits")
    bad.write_text("z")
    assert "snakemake" in verified(capsys)[-1]
    assert not bad.parent.exists()
    assert Path("data/archive/mdi", MONTH, "files/b.fits").exists()


def test_the_demonstration_empties_no_folder_but_its_own(tmp_path):
    empty(tmp_path / "new")
    write(tmp_path / "new" / "old")
    empty(tmp_path / "new")
    assert [path.name for path in (tmp_path / "new").iterdir()] == [".archive-demo"]
    mine = write(tmp_path / "mine" / "a.fits")
    with pytest.raises(DemoError, match=r"mine: holds other files"):
        empty(tmp_path / "mine")
    assert mine.exists()


def test_the_tools_that_remove_by_recursion_are_these():
    """A new one has to be looked at: what may it meet that is not its own?"""
    known = {"archive/kept.py", "clean.py", "io/parts.py", "io/run_lock.py"}
    package = ROOT / "workflow" / "onesun"
    found = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if "rmtree" in path.read_text("utf-8")
    }
    assert found == known
    assert "rm -r" not in (ROOT / "Makefile").read_text("utf-8")
