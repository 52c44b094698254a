"""A month out of an archive that fails, lies and goes away, by processes that are killed."""

from __future__ import annotations

import errno
import json
import re
import shutil
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from astropy.time import Time

from helpers.small_archive import SmallArchive, gong_file, index
from onesun import config, instruments
from onesun.archive import wanted
from onesun.archive.nso import month_listing
from onesun.archive.stage import fetch_month
from onesun.cli import main
from onesun.errors import ArchiveError, ConfigError, OutputError
from onesun.io import run_lock
from onesun.io.files import read_json
from onesun.products import raw

SLOTS = [datetime(2010, 6, 8, 20, minute, 35) for minute in (4, 14, 24)]
STAMPS = [f"20100608_20{minute:02d}35_TAI" for minute in (4, 14, 24)]
CORRECTED = "/oQR/zqa/201006/{site}zqa100608/"
UNCORRECTED = "/oQR/bqa/201006/{site}bqa100608/"


@pytest.fixture(scope="module")
def frames():
    """Three averages of Big Bear, and the one of Mauna Loa in the middle."""
    times = {name: f"2010-06-08T20:{minute:02d}:01" for name, minute in
             (("bb04", 4), ("bb14", 14), ("bb24", 24), ("ml14", 14))}  # fmt: skip
    return {name: gong_file(seed, time) for seed, (name, time) in enumerate(times.items())}


@pytest.fixture
def archive(frames):
    with SmallArchive() as server:
        for site, minutes in (("bb", (4, 14, 24)), ("ml", (14,))):
            folder = CORRECTED.format(site=site)
            names = [f"{site}zqa100608t20{minute:02d}.fits.gz" for minute in minutes]
            server.pages[folder] = index(names)
            for name, minute in zip(names, minutes, strict=True):
                server.pages[folder + name] = frames[f"{site}{minute:02d}"]
        yield server


@pytest.fixture
def section(archive, tmp_path):
    """The configuration's section, with an archive that is on this machine."""
    text = {
        "folder": str(tmp_path / "kept"),
        "backoff": 0.01,
        "retries": 2,
        "timeout": 5,
        "nso": {"url": f"{archive.url}oQR/", "sites": ["bb", "ml"]},
    }
    return config.settings(json.dumps({"archive": text}), "archive")["archive"]


@pytest.fixture
def fetch(section, tmp_path):
    def run(out="raw/2010-06", **changes):
        folder = tmp_path / out
        fetch_month("gong", "2010-06", SLOTS, section | changes, folder)
        return read_json(folder.with_name(f"{folder.name}.json"))

    return run


def path_of(site, minute, folder=CORRECTED):
    product = folder[5:8]
    return folder.format(site=site) + f"{site}{product}100608t20{minute:02d}.fits.gz"


def test_a_month_is_listed_by_slot_and_the_highest_sun_comes_first(archive, section, tmp_path):
    slots = [Time(slot, scale="tai") for slot in SLOTS]
    listing = month_listing(instruments.load("gong"), slots, section, tmp_path)
    assert [file.slot for file in listing.files] == STAMPS
    # 13 h of local time at Big Bear, 10 h at Mauna Loa.
    assert [file.name for file in listing.files] == [
        f"bbzqa100608t20{minute}.fits.gz" for minute in ("04", "14", "24")
    ]
    assert [len(file.instead) for file in listing.files] == [0, 1, 0]
    assert listing.files[1].instead[0].name == "mlzqa100608t2014.fits.gz"
    assert not listing.missing


def test_what_is_fetched_is_what_was_there(fetch, archive, frames, tmp_path):
    manifest = fetch()
    assert manifest["missing"] == {}
    assert manifest["archive"] == {"name": "nso", "products": {"zqa": 3}, "passed_over": {}}
    paths = raw.files_of(tmp_path / "raw" / "2010-06.json")
    assert [path.read_bytes() for path in paths] == [frames[k] for k in ("bb04", "bb14", "bb24")]
    assert set(archive.sent.values()) == {1}


def test_a_second_run_downloads_nothing(fetch, archive, tmp_path):
    first = fetch()
    asked = dict(archive.asked)
    shutil.rmtree(tmp_path / "raw")
    assert fetch() == first
    assert {path for path in asked if path.endswith("gz") and archive.asked[path] != 1} == set()


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (404, "HTTP 404 Not Found"),
        (500, "HTTP 500 Internal Server Error"),
        (504, "HTTP 504 Gateway Timeout"),
        ("truncate", "broke off before the end|closed the connection"),
        ("reset", "broke off before the end|closed the connection"),
        ("stall", "nothing arrived for 1 s"),
        (b"<html>Sorry</html>", "18 bytes arrived, the server announced|damaged or not FITS"),
        (gong_file(9)[:300_000], "bytes arrived, the server announced 6"),
    ],
)
def test_a_fault_that_passes_leaves_no_trace_in_the_month(
    fault, told, fetch, archive, frames, tmp_path, capsys
):
    archive.faults[path_of("bb", 14)] = [fault]
    manifest = fetch(timeout=1)
    assert manifest["missing"] == {}
    assert manifest["archive"]["passed_over"] == {}
    assert re.search(f"bbzqa100608t2014.*({told}).*retrying", capsys.readouterr().err)
    names = {path.name: path.read_bytes() for path in (tmp_path / "raw" / "2010-06").iterdir()}
    assert names["bbzqa100608t2014.fits.gz"] == frames["bb14"]
    assert archive.sent[path_of("bb", 14)] == 1


def corrupted(content):
    middle = len(content) // 2
    return (
        content[:middle]
        + bytes(byte ^ 0x5A for byte in content[middle : middle + 8])
        + (content[middle + 8 :])
    )


def test_a_damaged_file_is_put_aside_and_asked_for_again(fetch, archive, frames, section):
    archive.faults[path_of("bb", 4)] = [corrupted(frames["bb04"])]
    assert fetch()["missing"] == {}
    aside = sorted((Path(section["folder"]) / "gong/2010-06/quarantine").iterdir())
    assert [path.name for path in aside] == [
        "bbzqa100608t2004.fits.gz.1", "bbzqa100608t2004.fits.gz.1.json",
    ]  # fmt: skip
    assert aside[0].read_bytes() == corrupted(frames["bb04"])
    assert "damaged or not FITS" in json.loads(aside[1].read_text())["reason"]


def test_a_file_that_stays_damaged_is_followed_by_another_sites(fetch, archive, frames):
    archive.faults[path_of("bb", 14)] = [corrupted(frames["bb14"])] * 3
    manifest = fetch()
    assert "mlzqa100608t2014.fits.gz" in manifest["files"]
    assert list(manifest["archive"]["passed_over"]) == ["bbzqa100608t2014.fits.gz"]
    assert archive.asked[path_of("bb", 14)] == 3


@pytest.mark.parametrize(
    ("cards", "reason"),
    [
        ({"FILLED": True}, "FILLED is True, expected none in a good image"),
        ({"N_USED": 4}, "N_USED is 4, expected at least 5 of ten images averaged"),
    ],
)
def test_a_poor_average_is_refused_once_and_for_all(cards, reason, fetch, archive, tmp_path):
    archive.pages[path_of("bb", 14)] = gong_file(1, "2010-06-08T20:14:01", **cards)
    first = fetch()
    assert first["archive"]["passed_over"] == {"bbzqa100608t2014.fits.gz": reason}
    shutil.rmtree(tmp_path / "raw")
    assert fetch() == first
    assert archive.asked[path_of("bb", 14)] == 1


def test_what_no_site_has_is_missing_and_too_much_of_it_stops_the_run(fetch, archive, tmp_path):
    for site, minute in (("bb", 14), ("ml", 14)):
        archive.faults[path_of(site, minute)] = [404] * 6
    with pytest.raises(ArchiveError, match=r"1 of 3 frames are unavailable .*HTTP 404.* 10%"):
        fetch()
    assert not (tmp_path / "raw" / "2010-06.json").exists()
    manifest = fetch(max_missing=0.4)
    assert manifest["missing"] == {
        STAMPS[1]: "bbzqa100608t2014.fits.gz: HTTP 404 Not Found; "
        "mlzqa100608t2014.fits.gz: HTTP 404 Not Found"
    }
    assert archive.sent[path_of("bb", 4)] == 1  # kept from the run that stopped


def test_uncorrected_averages_stand_in_for_corrected_ones_that_are_damaged(fetch, archive, frames):
    folder = UNCORRECTED.format(site="bb")
    archive.pages[folder] = index(["bbbqa100608t2004.fits.gz"])
    archive.pages[folder + "bbbqa100608t2004.fits.gz"] = frames["bb04"]
    archive.faults[path_of("bb", 4)] = [corrupted(frames["bb04"])] * 3
    manifest = fetch()
    assert manifest["archive"]["products"] == {"zqa": 2, "bqa": 1}
    assert "damaged" in manifest["archive"]["passed_over"]["bbzqa100608t2004.fits.gz"]


def test_uncorrected_averages_are_taken_where_there_are_no_corrected_ones(fetch, archive, frames):
    del archive.pages[CORRECTED.format(site="ml")]
    archive.pages[CORRECTED.format(site="bb")] = index(
        ["bbzqa100608t2004.fits.gz", "bbzqa100608t2024.fits.gz"]
    )
    folder = UNCORRECTED.format(site="bb")
    names = ["bbbqa100608t2004.fits.gz", "bbbqa100608t2014.fits.gz"]
    archive.pages[folder] = index(names)
    archive.pages[folder + names[1]] = frames["bb14"]
    manifest = fetch()
    assert manifest["archive"]["products"] == {"zqa": 2, "bqa": 1}
    assert "bbbqa100608t2014.fits.gz" in manifest["files"]


def test_an_archive_that_is_away_is_no_month_of_missing_frames(fetch, section):
    away = section["nso"] | {"url": "http://127.0.0.1:9/oQR/"}
    with pytest.raises(ArchiveError, match=r"no connection, .* expected a listing"):
        fetch(nso=away)


def test_files_that_all_fail_alike_are_an_archive_out_of_reach(fetch, archive):
    for site, minute in (("bb", 4), ("bb", 14), ("bb", 24), ("ml", 14)):
        archive.faults[path_of(site, minute)] = [504] * 9
    with pytest.raises(ArchiveError, match=r"HTTP 504 .*as for 3 files before it, expected a"):
        fetch(max_missing=1)


def test_one_process_at_a_time(fetch, section):
    (Path(section["folder"]) / "gong/2010-06/lock").mkdir(parents=True)
    with (
        run_lock.hold(Path(section["folder"]) / "gong/2010-06/lock"),
        pytest.raises(run_lock.RunningError, match="gong/2010-06: another run is active"),
    ):
        fetch()


@pytest.fixture
def place(section):
    """The month's folder, where files gather."""
    return Path(section["folder"]) / "gong" / "2010-06"


NAME = "bbzqa100608t2014.fits.gz"


def killed_before_it_was_noted(place, content):
    lines = (place / "journal.jsonl").read_text().splitlines(keepends=True)
    (place / "journal.jsonl").write_text("".join(line for line in lines if NAME not in line))


def killed_while_it_was_noted(place, content):
    lines = (place / "journal.jsonl").read_text().splitlines(keepends=True)
    lines.sort(key=lambda line: NAME in line)
    (place / "journal.jsonl").write_text("".join(lines)[:-40])


def killed_before_it_was_checked(place, content):
    killed_before_it_was_noted(place, content)
    (place / "files" / NAME).replace(place / "parts" / NAME)


def killed_half_way(place, content):
    killed_before_it_was_noted(place, content)
    (place / "files" / NAME).unlink()
    (place / "parts" / NAME).write_bytes(content[: len(content) // 2])


def killed_while_the_month_was_written(place, content):
    half = place.parents[2] / "raw" / ".part-elsewhere-1-00000000-2010-06"
    half.mkdir()
    (half / NAME).write_bytes(content)


def changed_on_the_disk(place, content):
    path = place / "files" / NAME
    path.unlink()  # the month has another name of the same file
    path.write_bytes(corrupted(content))


@pytest.mark.parametrize(
    ("state", "downloads"),
    [
        (killed_before_it_was_noted, 1),
        (killed_while_it_was_noted, 1),
        (killed_before_it_was_checked, 1),
        (killed_while_the_month_was_written, 1),
        (killed_half_way, 2),
        (changed_on_the_disk, 2),
    ],
)
def test_what_a_killed_process_left_is_made_use_of(
    state, downloads, fetch, archive, frames, place, tmp_path
):
    first = fetch()
    state(place, frames["bb14"])
    assert fetch() == first
    assert archive.asked[path_of("bb", 14)] == downloads
    assert archive.asked[path_of("bb", 4)] == archive.asked[path_of("bb", 24)] == 1
    assert (tmp_path / "raw" / "2010-06" / NAME).read_bytes() == frames["bb14"]
    assert list((place / "parts").iterdir()) == []


def test_the_manifest_of_a_run_that_stopped_is_that_of_one_that_did_not(
    fetch, archive, frames, place, tmp_path
):
    def fail():
        archive.faults[path_of("bb", 14)] = [corrupted(frames["bb14"])] * 3

    fail()
    fetch()
    whole = (tmp_path / "raw" / "2010-06.json").read_bytes()
    shutil.rmtree(place)
    fail()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("onesun.archive.stage.whole_product", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            fetch()
    fetch()
    assert (tmp_path / "raw" / "2010-06.json").read_bytes() == whole


def test_a_listing_that_broke_off_is_asked_for_again(fetch, archive):
    archive.faults[CORRECTED.format(site="bb")] = ["truncate", 503, "reset"]
    assert fetch(retries=3)["missing"] == {}


@pytest.mark.parametrize(("status", "asked"), [(403, 1), (503, 3)])
def test_a_listing_that_is_refused_stops_the_run(status, asked, fetch, archive):
    folder = CORRECTED.format(site="ml")
    archive.faults[folder] = [status] * 9
    with pytest.raises(ArchiveError, match=rf"mlzqa100608/: HTTP {status} .*, expected a listing"):
        fetch()
    assert archive.asked[folder] == asked


def test_what_the_listing_names_beside_frames_is_left_alone(fetch, archive):
    folder = CORRECTED.format(site="bb")
    others = ["bbzqa100608t2014-dim-860.jpg", "bbzqa109999t2014.fits.gz", "../", "md5.txt"]
    archive.pages[folder] += index(others)
    assert len(fetch()["files"]) == 3


def test_a_file_that_arrived_before_a_kill_but_cannot_be_used_is_not_asked_for(
    fetch, archive, place
):
    (place / "parts").mkdir(parents=True)
    (place / "parts" / NAME).write_bytes(gong_file(1, "2010-06-08T20:14:01", N_USED=1))
    assert "mlzqa100608t2014.fits.gz" in fetch()["files"]
    assert archive.asked[path_of("bb", 14)] == 0


def test_files_are_copied_where_a_file_has_one_name_only(fetch, monkeypatch, frames, tmp_path):
    def link(*_):
        raise OSError(errno.EPERM, "no second names here")

    monkeypatch.setattr("os.link", link)
    fetch()
    assert (tmp_path / "raw" / "2010-06" / NAME).read_bytes() == frames["bb14"]


def test_nothing_is_fetched_of_nothing_or_of_an_instrument_without_archive(
    section, tmp_path, monkeypatch
):
    with pytest.raises(ArchiveError, match="gong 2010-06: no frames requested"):
        fetch_month("gong", "2010-06", [], section, tmp_path / "x")
    own = instruments.load("gong").model_copy(update={"archive": None})
    monkeypatch.setattr(instruments, "load", lambda _: own)
    with pytest.raises(ConfigError, match="gong: no archive provides it, expected jsoc or nso"):
        fetch_month("gong", "2010-06", SLOTS, section, tmp_path / "x")


def test_another_slots_frame_under_the_slots_name_is_refused(fetch, archive, frames):
    archive.pages[path_of("bb", 14)] = frames["bb04"]
    assert fetch()["archive"]["passed_over"] == {
        NAME: "taken at 2010-06-08T20:04:35.000 TAI, expected within 300 s of 20100608_201435_TAI"
    }


def test_a_disk_that_is_too_small_is_said_before_anything_is_downloaded(
    fetch, archive, monkeypatch
):
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1e6))
    with pytest.raises(OutputError, match=r"0\.0 GB are free, expected 0\.0 GB for the 3 files"):
        fetch()
    assert not archive.sent or all(path.endswith("/") for path in archive.sent)


def test_files_that_are_not_kept_leave_no_second_copy(fetch, place, tmp_path):
    fetch(keep=False)
    assert [path.name for path in place.iterdir()] == ["lock"]
    assert len(raw.files_of(tmp_path / "raw" / "2010-06.json")) == 3


def test_files_that_are_kept_take_no_more_room(fetch, place, tmp_path):
    fetch()
    assert (tmp_path / "raw" / "2010-06" / NAME).samefile(place / "files" / NAME)


@pytest.mark.parametrize(("max_missing", "code"), [(0.98, 0), (0.5, 2)])
def test_the_command_takes_a_request_and_ends_with_a_sentence(
    max_missing, code, archive, section, tmp_path, monkeypatch, capsys
):
    day = {"input": "gong", "start": "2010-06-08", "end": "2010-06-09", "cadence": 20}
    settings = {"archive": section | {"max_missing": max_missing}, "request": [day]}
    out = tmp_path / "raw" / "2010-06"
    command = ["onesun", "archive", "fetch", "--instrument", "gong", "--month", "2010-06"]
    monkeypatch.setattr(
        "sys.argv", [*command, "--settings", json.dumps(settings), "--out", str(out)]
    )
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == code
    assert out.with_name("2010-06.json").exists() == (code == 0)
    last = capsys.readouterr().err.splitlines()[-1]
    if code:
        assert re.match(
            r"onesun: gong 2010-06: 70 of 72 frames are unavailable \(the first, ", last
        )
        assert "expected at most 50% (archive.max_missing)" in last
    else:
        assert [path.name for path in raw.files_of(out.with_name("2010-06.json"))] == [
            "bbzqa100608t2004.fits.gz",
            "bbzqa100608t2024.fits.gz",
        ]


def test_the_command_takes_a_whole_configuration_and_one_over_it(tmp_path, monkeypatch):
    """What can be typed: the times follow from pairs, instrument and month."""
    asked = {}

    def seen(instrument, month, slots, settings, out):
        asked.update(instrument=instrument, month=month, slots=slots, settings=settings, out=out)

    monkeypatch.setattr("onesun.archive.stage.fetch_month", seen)
    root = Path(__file__).parents[2]
    own = tmp_path / "own.yaml"
    own.write_text("archive: {retries: 3}\n", encoding="utf-8")
    command = ["onesun", "archive", "fetch", "--instrument", "mdi", "--month", "2011-03"]
    files = [root / "config" / "config.yaml", root / "config" / "paper.yaml", own]
    words = ["--settings", files[0], "--configfile", files[1], "--configfile", files[2]]
    monkeypatch.setattr("sys.argv", [*command, *map(str, words), "--out", str(tmp_path / "raw")])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 0
    whole = config.load(*files)
    request = wanted.requests(whole, "mdi", "2011-03")
    assert asked["slots"] == wanted.slots(request, "mdi")
    assert len(asked["slots"]) > 400
    assert asked["settings"] == whole["archive"]
    assert asked["settings"]["retries"] == 3
