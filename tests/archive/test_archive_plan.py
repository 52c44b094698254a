"""``onesun archive plan`` and ``status``: what there is to download, what is here, and the disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from onesun import config
from onesun.archive import disk
from onesun.archive.holdings import BEGUN, COMPLETE, NOT_BEGUN, survey
from onesun.archive.journal import Journal, Kept
from onesun.cli.app import app
from onesun.products.raw import write_manifest

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
def changes(tmp_path) -> dict[str, Any]:
    """Three months of one pair."""
    split = {"train": ["2010-07"], "validation": ["2010-08"], "test": ["2010-06"]}
    return {
        "source": {"kind": "archive"},
        "archive": {"folder": str(tmp_path / "archive")},
        "pairs": {"mdi-hmi": {"split": split}, "gong-hmi": {"split": split}},
    }


@pytest.fixture
def tell(changes, tmp_path):
    """Call the command; what it printed."""

    def run(command: str, *words: str, code: int = 0) -> str:
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(changes), encoding="utf-8")
        options = ["--settings", str(CONFIG / "config.yaml"), "--configfile", str(path)]
        options += ["--raw", str(tmp_path / "raw"), *words]
        found = CliRunner().invoke(app, ["archive", command, *options])
        assert found.exit_code == code, found.output
        return found.output

    return run


@pytest.fixture
def whole(changes):
    def load() -> dict[str, Any]:
        base = config.read(CONFIG / "config.yaml")
        return config.complete(config.laid_over(base, changes))

    return load


def row(text: str, *cells: str) -> list[str]:
    """The cells of the table's line that begins with ``cells``."""
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in text.splitlines()]
    return next(line for line in lines if line[: len(cells)] == list(cells))


def finished(tmp_path, missing: int, folder: bool = True) -> None:
    """A month of MDI as its download leaves it."""
    files = {f"{number}.fits": {"bytes": 1_500_000, "sha256": ""} for number in range(4)}
    place = tmp_path / "raw" / "mdi" / "2010-06"
    place.mkdir(parents=True)
    told = {"missing": {f"slot {number}": "no record" for number in range(missing)}, "archive": {}}
    write_manifest(place.with_suffix(".json"), "mdi", "2010-06", place.name, files, told)
    if not folder:
        place.rmdir()


def begun(tmp_path) -> None:
    """A month of HMI of which two files are here, and one could not be had."""
    place = tmp_path / "archive" / "hmi" / "2010-06"
    place.mkdir(parents=True)
    journal = Journal(place)
    journal.completed("a.fits", Kept(14_000_000, ""))
    journal.completed("b.fits", Kept(14_000_000, ""))
    journal.could_not("c.fits", "HTTP 404")


def test_files_bytes_and_hours_are_those_of_the_months(tell):
    text = tell("plan")
    # 15 frames a day of 1.5 MB, at 2 MB/s.
    assert row(text, "2010-06", "mdi") == ["2010-06", "mdi", "450", "0.7", "0.1", "—"]
    assert row(text, "3 months", "hmi")[2:5] == ["1,380", "18.9", "2.6"]
    assert "Still to come: 21.0 GB or 2.9 hours from jsoc, 0.7 GB or 0.1 hours from nso" in text


def test_the_expected_rate_decides_on_the_hours(tell, changes):
    changes["archive"]["jsoc"] = {"expected_rate": 0.5}
    assert row(tell("plan"), "3 months", "hmi")[4] == "10.5"


def test_what_is_here_already_is_told(tell, tmp_path):
    finished(tmp_path, missing=2)
    begun(tmp_path)
    text = tell("plan")
    assert row(text, "2010-06", "mdi")[5] == "4 files, 0.0 GB, 2 missing"
    assert row(text, "2010-06", "hmi")[5] == "2 of 450 files, 0.0 GB, 1 missing"
    assert row(text, "3 months", "mdi")[5] == "1 of 3 months, 0.0 GB"


def test_files_that_were_used_and_removed_are_no_longer_to_come(tell, tmp_path, whole):
    before = {(each.instrument, each.month): each.to_come for each in survey(whole(), tmp_path)}
    assert before["mdi", "2010-06"] > 0
    finished(tmp_path, missing=0, folder=False)
    assert "used and removed" in row(tell("plan"), "2010-06", "mdi")[5]
    after = {
        each.month: each for each in survey(whole(), tmp_path / "raw") if each.instrument == "mdi"
    }
    assert after["2010-06"].state == COMPLETE
    assert after["2010-06"].to_come == 0
    assert not after["2010-06"].on_disk


def test_frames_of_another_source_do_not_count(tmp_path, whole):
    path = tmp_path / "raw" / "mdi" / "2010-06.json"
    path.parent.mkdir(parents=True)
    write_manifest(path, "mdi", "2010-06", "2010-06", {"a.fits": {"bytes": 1, "sha256": ""}})
    states = {each.state for each in survey(whole(), tmp_path / "raw")}
    assert states == {NOT_BEGUN}


def test_status_says_how_far_it_is(tell, tmp_path, whole):
    finished(tmp_path, missing=46)
    begun(tmp_path)
    text = tell("status")
    assert row(text, "mdi") == ["mdi", "1 of 3", "0", "4 of 1,380", "0.0 of 2.1", "46"]
    assert row(text, "hmi")[1:4] == ["0 of 3", "1", "2 of 1,380"]
    assert "hmi 2010-06: 2 of 450 files, 1 not had so far; it resumes where it was." in text
    assert "mdi 2010-06: 46 of 450 frames are unavailable (archive.max_missing: 10%)." in text
    assert [each.state for each in survey(whole(), tmp_path / "raw")].count(BEGUN) == 1


def test_status_of_a_run_that_has_everything(tmp_path, changes, tell):
    del changes["pairs"]["gong-hmi"]
    changes["pairs"]["gong-hmi"] = {"input": "mdi", "split": changes["pairs"]["mdi-hmi"]["split"]}
    for instrument in ("mdi", "hmi"):
        for month in ("2010-06", "2010-07", "2010-08"):
            path = tmp_path / "raw" / instrument / f"{month}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_manifest(path, instrument, month, month, {}, {"archive": {}})
    assert "Nothing is left to download." in tell("status")


def test_raw_files_that_stay_take_more_disk_than_those_that_go(whole):
    content = whole()
    holdings = survey(content, Path("nowhere"))
    peaks = disk.raw_peak(content, holdings, cores=1)
    total = sum(each.size for each in holdings)
    hmi = sorted(each.size for each in holdings if each.instrument == "hmi")
    assert peaks[True] == pytest.approx(total)
    # The month that arrives and the one that is aligned stay; the third is gone, or not begun.
    assert peaks[False] == pytest.approx(total - hmi[0])
    assert disk.raw_peak(content, holdings, cores=8)[False] == pytest.approx(total)


def test_products_are_counted_by_frames_months_and_methods(whole):
    content = whole()
    made = disk.products(content)
    pairs = 2 * 15
    assert made["aligned frames"] == pytest.approx(pairs * 92 * 14.0e6)
    assert made["patch stores"] == pytest.approx(pairs * 62 * 14.3e6)
    # The paper's baseline, the fair one and the network.
    assert made["predictions"] == pytest.approx(3 * pairs * 30 * 12.7e6)
    content["grid"]["target_size"] = 2048
    assert disk.products(content)["patch stores"] == pytest.approx(made["patch stores"] / 4)


def test_the_plan_tells_the_disk_both_ways(tell):
    text = tell("plan", "--cores", "1")
    assert "Disk with archive.keep: true (as configured): at most" in text
    assert "Disk with archive.keep: false: at most" in text
    assert "no more than 2 months at a time, with 1 core)" in text


def test_the_papers_run_is_planned():
    options = ["--settings", str(CONFIG / "config.yaml")]
    options += ["--configfile", str(CONFIG / "paper.yaml"), "--raw", "nowhere"]
    text = CliRunner().invoke(app, ["archive", "plan", *options]).output
    assert row(text, "2011-03", "gong")[2] == f"{144 * 31:,}"
    assert row(text, "2011-03", "hmi")[2] == f"{120 * 31:,}"
    assert row(text, "2011-04", "mdi")[2] == str(15 * (11 - 3))  # March is a test month
    # Each of eight borders costs three days of training, at 15 frames a day.
    assert "(pairs.mdi-hmi.split.buffer_days: 3) leave out 360 of 3,345 train frames, 0 of" in text
    assert [row(text, f"{count} months", name)[1] for count, name in
            ((57, "gong"), (60, "hmi"), (12, "mdi"))] == ["gong", "hmi", "mdi"]  # fmt: skip


def test_days_between_sets_are_counted_on_both_sides(changes, tell):
    assert "buffer_days" not in tell("plan")
    changes["pairs"]["mdi-hmi"]["split"] = {
        "train": ["2010-05", "2010-07"], "validation": ["2010-08"], "test": ["2010-06"],
        "buffer_days": 2,
    }  # fmt: skip
    text = tell("plan")
    # May ends and July begins two days from June; July ends two days before August.
    assert f"leave out {15 * 6} of {15 * 62} train frames, 0 of {15 * 31} validation" in text
    assert "pairs.gong-hmi" not in text


def test_months_that_no_archive_can_have_are_refused(changes, tmp_path):
    for pair in changes["pairs"].values():
        pair["split"]["test"] = ["2011-12"]
    with pytest.raises(config.ConfigError) as caught:
        base = config.read(CONFIG / "config.yaml")
        config.complete(config.laid_over(base, changes))
    assert str(caught.value) == (
        "pairs.mdi-hmi.split: found 2011-12, expected months in which both instruments observe, by "
        "archive.days (mdi from 1996-05-01 to 2011-04-11, hmi from 2010-05-01 to now)"
    )


def test_one_configuration_is_laid_over_another_as_snakemake_does():
    snakemake = pytest.importorskip("snakemake.utils")
    below = {"a": {"b": 1, "c": [1, 2]}, "d": {"e": 1}, "f": 2, "g": {"h": None}}
    above = {"a": {"c": [3], "x": {"y": 1}}, "d": {"e": {"z": 1}}, "f": {"k": 1}, "g": {"h": 1}}
    expected = json.loads(json.dumps(below))
    snakemake.update_config(expected, above)
    assert config.laid_over(below, above) == expected
    assert below["a"] == {"b": 1, "c": [1, 2]}
