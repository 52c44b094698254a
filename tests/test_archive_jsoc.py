"""JSOC's client, through drms itself, against the stand-in for its CGI programs."""

from __future__ import annotations

import gc
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from urllib.request import urlopen

import numpy as np
import pytest
from astropy.io import fits
from astropy.time import Time

from archive.server import REGISTERED, Archive
from onesun import instruments
from onesun.archive.jsoc import connection, email, exports, keywords, month_listing, recordsets
from onesun.archive.keywords import write_keywords
from onesun.archive.remote import Listing
from onesun.errors import ArchiveError, ConfigError
from onesun.reading import read
from onesun.sample.times import from_iso, jsoc_text, shifted, stamp

# Drms leaves connections that broke off to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

MDI = instruments.load("mdi")
FIRST = from_iso("2011-12-17T00:00:00")
SLOTS = [shifted(FIRST, number * MDI.cadence) for number in range(8)]
STAMPS = [stamp(slot) for slot in SLOTS]
PROGRAMS = "/cgi-bin/ajax/"


@pytest.fixture(scope="module")
def holdings(tmp_path_factory) -> Path:
    """A day of MDI: all keywords, and next to no pixels, which are not looked at here."""
    folder = tmp_path_factory.mktemp("holdings")
    (folder / "mdi" / "2011-12").mkdir(parents=True)
    for slot, name in zip(SLOTS, STAMPS, strict=True):
        image = fits.CompImageHDU(np.zeros((8, 8), np.int32), compression_type="RICE_1")
        image.header["BSCALE"] = 0.1
        image.header.update({"T_REC": jsoc_text(slot, 0), "T_OBS": jsoc_text(slot)})
        image.header.update({"DATE-OBS": slot.utc.isot, "QUALITY": 512, "CDELT1": 1.98})
        image.header.update({"CAMERA": "MDI", "TELESCOP": "SOHO", "CRDER1": 0.0})
        image.writeto(folder / "mdi" / "2011-12" / MDI.file_pattern.format(stamp=name))
    return folder


@pytest.fixture(scope="module")
def served(holdings) -> Iterator[Archive]:
    with Archive(holdings) as archive:
        yield archive
    gc.collect()


@pytest.fixture
def archive(served) -> Archive:
    """Without faults, and with nothing in its log."""
    log_of(served).clear()
    served.faults.set([])
    return served


@pytest.fixture
def settings(archive, monkeypatch) -> dict[str, Any]:
    monkeypatch.delenv(email.VARIABLE, raising=False)
    return settings_for(archive)


def settings_for(archive: Archive) -> dict[str, Any]:
    """Section ``archive``: everything at once, and not for long."""
    jsoc = {"url": f"{archive.url}cgi-bin/ajax/", "download_url": archive.url, "pause": 0.0}
    jsoc |= {"email": REGISTERED, "poll": 0.01, "export_hours": 24.0}
    return {"retries": 2, "backoff": 0.0, "timeout": 10.0, "jsoc": jsoc}


@pytest.fixture
def listed(archive, settings, tmp_path) -> Callable[..., Listing]:
    """List the day while these faults are in force."""

    def ask(*rules: dict[str, Any]) -> Listing:
        archive.faults.set([{"times": None, **rule} for rule in rules])
        return month_listing(MDI, SLOTS, settings, tmp_path)

    return ask


def log_of(archive: Archive) -> list[dict[str, Any]]:
    """Its log, once it has finished with every request."""
    while archive.active:
        time.sleep(0.01)
    return archive.entries


def asked(archive: Archive, operation: str) -> list[dict[str, str]]:
    """The queries of an operation, in order."""
    queries = [parse_qs(entry["query"]) for entry in log_of(archive)]
    flat = [{key: value[0] for key, value in query.items()} for query in queries]
    return [query for query in flat if query.get("op") == operation]


def test_a_month_is_asked_for_in_one_query(archive, listed):
    listing = listed()
    programs = [entry["path"].removeprefix(PROGRAMS) for entry in log_of(archive)]
    assert programs == ["checkAddress.sh", "jsoc_info", "jsoc_info"]
    assert log_of(archive)[0]["query"] == "address=observer%2540example.org&checkonly=1"
    assert asked(archive, "series_struct") == [{"op": "series_struct", "ds": "mdi.fd_m_96m_lev182"}]
    (query,) = asked(archive, "rs_list")
    assert query["ds"] == (
        "mdi.fd_M_96m_lev182[2011.12.17_00:00:00_TAI-2011.12.17_11:12:00_TAI@96m]"
    )
    assert query["seg"] == "data"
    assert {"*recnum*", "QUALITY", "T_REC", "DATE__OBS"} <= set(query["key"].split(","))
    assert all(entry["agent"].startswith("drms/") for entry in log_of(archive))
    assert [file.slot for file in listing.files] == STAMPS
    assert listing.missing == {}


def test_what_is_online_comes_by_its_path_with_its_keywords(archive, listed):
    file = listed().files[0]
    assert file.name == f"mdi.fd_M_96m_lev182.{STAMPS[0]}.data.fits"
    assert file.url == archive.url.rstrip("/") + archive.jsoc.select(MDI.series)[0][1].path
    assert file.keywords["QUALITY"] == 512
    assert file.keywords["CDELT1"] == 1.98
    assert file.keywords["T_REC"] == "2011.12.17_00:00:00_TAI"
    assert file.keywords["DATE-OBS"] == SLOTS[0].utc.isot
    assert not asked(archive, "exp_request")


def test_what_is_not_there_or_not_usable_is_missing_with_its_reason(listed):
    listing = listed(
        {"kind": "missing", "match": "17_01:36"},
        {"kind": "no-data", "match": "17_03:12"},
        {"kind": "poor", "match": "17_04:48", "code": 0x8 | 0x200},
        {"kind": "poor", "match": "17_06:24", "code": 0x400},
    )
    assert listing.missing == {
        STAMPS[1]: "no record in mdi.fd_M_96m_lev182",
        STAMPS[2]: "QUALITY 0x80000000: no data",
        STAMPS[3]: "QUALITY 0x00000208: more than 1 % missing",
    }
    assert [file.slot for file in listing.files] == [STAMPS[0], *STAMPS[4:]]


def test_a_month_without_any_record(listed):
    listing = listed({"kind": "missing", "match": ""})
    assert listing.files == []
    assert list(listing.missing) == STAMPS


def test_of_several_records_the_newest_is_taken_and_it_is_said(archive, listed, capsys):
    listing = listed({"kind": "duplicate", "match": "17_01:36"})
    older, newer = [one for _, one in archive.jsoc.select(MDI.series) if "17_01:36" in one.time]
    assert older.recnum < newer.recnum
    assert listing.files[1].url.endswith(newer.path)
    assert f"{STAMPS[1]}: 2 records found" in capsys.readouterr().err


def test_only_slots_that_are_wanted_are_listed(archive, settings, tmp_path):
    wanted = [SLOTS[0], SLOTS[2], SLOTS[5]]
    listing = month_listing(MDI, wanted, settings, tmp_path)
    assert [file.slot for file in listing.files] == [STAMPS[0], STAMPS[2], STAMPS[5]]
    assert listing.missing == {}
    assert len(asked(archive, "rs_list")) == 1


def test_what_is_on_tape_is_exported_in_one_request(archive, listed, tmp_path, capsys):
    listing = listed({"kind": "offline", "match": "17_0[1346]"})
    (request,) = asked(archive, "exp_request")
    assert request["ds"] == (
        "mdi.fd_M_96m_lev182[2011.12.17_01:36:00_TAI-2011.12.17_06:24:00_TAI@96m]{data}"
    )
    assert (request["method"], request["protocol"]) == ("url", "fits")
    assert (request["notify"], request["requester"]) == (REGISTERED, "observer")
    assert [file.slot for file in listing.files] == STAMPS
    exported = [file for file in listing.files if file.keywords is None]
    assert [file.slot for file in exported] == STAMPS[1:5]
    assert exported[0].url.endswith("/mdi.fd_m_96m_lev182.20111217_013600_TAI.data.fits")
    assert urlopen(exported[0].url).status == 200
    said = capsys.readouterr().err
    assert [word in said for word in ("(status 2)", "(status 6)", "(status 1)", "(status 0)")]
    (kept,) = json.loads((tmp_path / "exports.json").read_text())["requests"]
    assert kept["identity"] == asked(archive, "exp_status")[0]["requestid"]


def test_ranges_of_an_export_leave_out_what_is_online_or_without_data(archive, listed):
    listed({"kind": "offline", "match": "17_(00|01|06|08)"}, {"kind": "no-data", "match": "17_08"})
    (request,) = asked(archive, "exp_request")
    assert request["ds"].partition("[")[2] == (
        "2011.12.17_00:00:00_TAI-2011.12.17_01:36:00_TAI@96m,2011.12.17_06:24:00_TAI]{data}"
    )


def test_a_file_that_the_export_does_not_have_is_missing(listed):
    listing = listed(
        {"kind": "offline", "match": ""}, {"kind": "no-data-file", "match": "17_03:12"}
    )
    assert list(listing.missing) == [STAMPS[2]]
    assert listing.missing[STAMPS[2]].endswith("holds no file of it (NoDataFile)")
    assert len(listing.files) == 7


def test_pending_exports_of_the_user_are_waited_for(archive, listed, capsys):
    listing = listed({"kind": "offline", "match": ""}, {"kind": "pending-limit", "times": 3})
    assert len(asked(archive, "exp_request")) == 4
    assert len(listing.files) == 8
    said = capsys.readouterr().err
    assert said.count("has 2 pending export requests; please wait. (status 7)") == 1


def test_an_export_that_is_too_large_is_halved(archive, listed):
    listing = listed({"kind": "offline", "match": ""}, {"kind": "too-large", "code": 3})
    assert len(listing.files) == 8
    sizes = [len(archive.jsoc.select(one["ds"])) for one in asked(archive, "exp_request")]
    assert sizes == [8, 4, 2, 2, 4, 2, 2]


def test_one_record_that_is_too_large_is_missing(listed):
    listing = listed({"kind": "offline", "match": "17_03"}, {"kind": "too-large", "code": 0})
    assert listing.missing == {STAMPS[2]: "too large for an export"}


@pytest.mark.parametrize("status", [4, 5, -1])
def test_an_export_that_fails_is_asked_for_again(archive, listed, monkeypatch, status):
    monkeypatch.setattr("archive.exports.EXPIRED", status)
    listing = listed({"kind": "offline", "match": ""}, {"kind": "expired", "times": 2})
    assert len(asked(archive, "exp_request")) == 3
    assert len(listing.files) == 8


def test_an_export_refused_at_once_is_asked_for_again(archive, listed):
    listing = listed({"kind": "offline", "match": ""}, {"kind": "hash", "times": 2})
    assert len(asked(archive, "exp_request")) == 3
    assert len(listing.files) == 8


def test_an_export_that_fails_for_ever_is_missing(archive, listed, tmp_path):
    listing = listed({"kind": "offline", "match": "17_03"}, {"kind": "failed"})
    assert len(asked(archive, "exp_request")) == 3
    assert listing.missing == {
        STAMPS[2]: "3 export requests failed, the last: Export failed on the server. (status 4)"
    }
    assert json.loads((tmp_path / "exports.json").read_text())["requests"] == []


def test_an_export_that_stays_queued_is_missing_and_found_again(
    archive, settings, listed, tmp_path
):
    settings["jsoc"]["export_hours"] = 1e-5
    rules = [{"kind": "offline", "match": "17_03"}, {"kind": "queued"}]
    listing = listed(*rules)
    (request,) = json.loads((tmp_path / "exports.json").read_text())["requests"]
    assert listing.missing == {
        STAMPS[2]: f"{request['identity']}: queued (status 2), after 1e-05 h"
    }
    assert len(listing.files) == 7
    assert len(listed(*rules).missing) == 1
    settings["jsoc"]["export_hours"] = 24.0
    assert len(listed(rules[0]).files) == 8
    assert len(asked(archive, "exp_request")) == 1


def test_a_run_that_was_broken_off_takes_its_request_up_again(archive, listed, monkeypatch):
    def broken_off(seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(exports.time, "sleep", broken_off)
        with pytest.raises(KeyboardInterrupt):
            listed({"kind": "offline", "match": ""})
    assert len(listed({"kind": "offline", "match": ""}).files) == 8
    assert len(asked(archive, "exp_request")) == 1


def test_a_request_that_jsoc_no_longer_knows_is_made_again(archive, listed, tmp_path):
    lost = {"identity": "JSOC_20110101_001", "slots": STAMPS, "since": 0.0}
    (tmp_path / "exports.json").write_text(json.dumps({"requests": [lost], "urls": {}}))
    listing = listed({"kind": "offline", "match": ""})
    assert len(listing.files) == 8
    assert len(asked(archive, "exp_request")) == 1


def test_what_was_exported_and_is_here_is_not_exported_again(archive, listed, tmp_path):
    offline = {"kind": "offline", "match": "17_0[13]"}
    before = listed(offline)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / before.files[1].name).touch()
    (tmp_path / "files" / before.files[2].name).touch()
    log_of(archive).clear()
    assert listed(offline, {"kind": "expired"}) == before
    assert not asked(archive, "exp_request")
    assert not asked(archive, "exp_status")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "status", "code": 500}, "HTTP 500"),
        ({"kind": "status", "code": 504}, "HTTP 504"),
        ({"kind": "reset"}, "Connection reset by peer"),
        ({"kind": "truncate"}, "the reply broke off"),
        ({"kind": "length"}, "the reply is no JSON"),
        ({"kind": "stall", "seconds": 1.0}, "timed out"),
    ],
)
@pytest.mark.parametrize(
    "request_", ["checkAddress", "series_struct", "rs_list", "exp_request", "exp_status"]
)
def test_trouble_on_the_way_is_overcome(listed, settings, capsys, fault, said, request_):
    settings["timeout"] = 0.5
    offline = {"kind": "offline", "match": "17_03"}
    listing = listed(offline, {**fault, "match": request_, "times": 2})
    assert [file.slot for file in listing.files] == STAMPS
    assert capsys.readouterr().err.count(f"{said}; asked again in") == 2


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        (b'"T_REC"', b'"T_RAC"'),
        (b"2011.12.17_01:36:00_TAI", b"2011.12.17_01:36:00_TAx"),
        (b'"segments"', b'"segmente"'),
        (b'"*recnum*", "values": ["', b'"*recnum*", "values": ["x'),
        (b'"values": ["', b'"values": ["", "'),
    ],
)
def test_a_reply_that_is_no_listing_is_asked_for_again(
    listed, archive, monkeypatch, capsys, there, instead
):
    replies = []

    def damaged(query: dict[str, str]) -> dict[str, Any]:
        reply = listed_whole(query)
        replies.append(reply)
        if len(replies) > 1:
            return reply
        text = json.dumps(reply).encode()
        assert there in text
        return json.loads(text.replace(there, instead, 1))

    listed_whole = archive.jsoc._listed
    monkeypatch.setattr(archive.jsoc, "_listed", damaged)
    assert [file.slot for file in listed().files] == STAMPS
    assert len(replies) == 2
    assert "the reply is not what was asked for" in capsys.readouterr().err


def test_jsoc_out_of_reach_is_said_in_one_sentence(settings, listed):
    with pytest.raises(ArchiveError) as raised:
        listed({"kind": "status", "code": 503})
    assert str(raised.value) == (
        f"{settings['jsoc']['url']}: your e-mail address: HTTP 503, expected an answer of JSOC's"
    )


def test_what_will_not_pass_is_not_asked_again(archive, listed):
    with pytest.raises(ArchiveError, match="HTTP 404"):
        listed({"kind": "status", "code": 404})
    assert len(log_of(archive)) == 1


def test_what_jsoc_says_against_a_query_is_told(settings, tmp_path):
    unknown = MDI.model_copy(update={"series": "mdi.none"})
    with pytest.raises(ArchiveError, match=r"keywords of mdi\.none: Series 'mdi\.none' does not"):
        month_listing(unknown, SLOTS, settings, tmp_path)


def test_without_an_address_nothing_is_asked(archive, settings, listed):
    settings["jsoc"]["email"] = None
    with pytest.raises(
        ConfigError, match=r"archive\.jsoc\.email: found nothing, and no JSOC_EMAIL"
    ):
        listed()
    assert log_of(archive) == []


def test_an_address_that_is_not_registered_is_refused_before_anything_else(
    archive, settings, listed
):
    settings["jsoc"]["email"] = "stranger@example.org"
    with pytest.raises(ConfigError, match=r"stranger@example\.org.*JSOC does not know"):
        listed()
    assert len(log_of(archive)) == 1


def test_the_environment_s_address_wins(archive, settings, listed, monkeypatch):
    settings["jsoc"]["email"] = "stranger@example.org"
    monkeypatch.setenv(email.VARIABLE, REGISTERED)
    assert len(listed().files) == 8


def test_between_requests_there_is_a_pause(archive, settings, listed, monkeypatch):
    settings["jsoc"]["pause"] = 3.0
    waits: list[float] = []
    with monkeypatch.context() as patched:
        patched.setattr(connection.time, "sleep", waits.append)
        patched.setattr(connection.time, "monotonic", lambda: 100.0)
        listed({"kind": "offline", "match": ""})
    assert waits.count(3.0) == len(log_of(archive)) - 1 == 7


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("0x80000200", "int", 0x80000200),
        ("0x00010400", "int", 66560),
        ("-601", "int", -601),
        (203047, "longlong", 203047),
        ("1.98", "double", 1.98),
        ("4", "float", 4.0),
        ("nan", "double", None),
        ("inf", "float", None),
        ("0.5O4", "double", None),
        ("MISSING", "int", None),
        ("Invalid KeyLink", "string", None),
        ("", "string", None),
        ("40703", "string", "40703"),
        ("2011.12.17_06:00:00_TAI", "time", "2011.12.17_06:00:00_TAI"),
        ("17", "link", 17),
        ("1.5", "link", 1.5),
        ("SOHO", "link", "SOHO"),
        ("5 µm\n", "string", "5 ?m"),
    ],
)
def test_values_have_the_types_of_their_keywords(text, kind, expected):
    found = keywords.value(text, kind)
    assert found == expected
    assert type(found) is type(expected)


def test_record_sets_name_every_time_in_tai():
    one = recordsets.span(MDI, SLOTS[:1])
    assert one == "mdi.fd_M_96m_lev182[2011.12.17_00:00:00_TAI]"
    some = [SLOTS[0], SLOTS[2], SLOTS[6]]
    assert recordsets.span(MDI, some).endswith(
        "[2011.12.17_00:00:00_TAI-2011.12.17_09:36:00_TAI@192m]"
    )
    assert recordsets.exactly(MDI, some, MDI.cadence).endswith(
        "[2011.12.17_00:00:00_TAI,2011.12.17_03:12:00_TAI,2011.12.17_09:36:00_TAI]{data}"
    )
    near = [SLOTS[0], shifted(SLOTS[0], 45)]
    assert recordsets.span(MDI, near).endswith("2011.12.17_00:00:45_TAI@45s]")


@pytest.mark.parametrize(
    ("instrument", "name"),
    [
        ("mdi", "mdi.fd_M_96m_lev182.20101015_000000_TAI.data.fits"),
        ("mdi", "mdi.fd_M_96m_lev182.19991211_173600_TAI.data.fits"),
        ("hmi", "hmi.M_720s.20111217_060000_TAI.magnetogram.fits"),
    ],
)
def test_queried_keywords_make_an_as_is_file_readable(
    real_files, tmp_path, monkeypatch, instrument, name
):
    monkeypatch.delenv(email.VARIABLE, raising=False)
    real, record = real_files[name], instruments.load(instrument)
    place = tmp_path / "holdings" / instrument / "month"
    place.mkdir(parents=True)
    (place / name).symlink_to(real)
    expected = read(real)
    with Archive(tmp_path / "holdings") as archive:
        slot = Time(archive.jsoc.select(record.series)[0][1].t_rec, scale="tai")
        (file,) = month_listing(record, [slot], settings_for(archive), tmp_path).files
        (tmp_path / "as-is.fits").write_bytes(urlopen(file.url).read())
    assert file.name == name
    assert file.keywords is not None
    with pytest.raises(Exception, match="no identifying keyword"):
        read(tmp_path / "as-is.fits")
    write_keywords(tmp_path / "as-is.fits", file.keywords, tmp_path / name)
    found = read(tmp_path / name)
    np.testing.assert_array_equal(found.field, expected.field)
    assert found.pointing == expected.pointing
    assert found.time == expected.time
    assert found.quality == expected.quality
    assert found.interval == expected.interval
    assert found.observer_velocity == expected.observer_velocity


# Programs, what they do, and the keys of their queries, as JSOC documents them.
PROTOCOL = {
    ("checkAddress.sh", None): {"address", "checkonly"},
    ("jsoc_info", "series_struct"): {"op", "ds"},
    ("jsoc_info", "rs_list"): {"op", "ds", "key", "seg"},
    ("jsoc_fetch", "exp_request"): {
        *("op", "format", "ds", "notify", "method", "protocol", "filenamefmt", "process=n"),
        "requester",
    },
    ("jsoc_fetch", "exp_status"): {"op", "requestid"},
}


def test_every_request_is_one_of_the_protocol_s(archive, listed):
    listed({"kind": "offline", "match": "17_0[136]"}, {"kind": "pending-limit", "times": 1})
    sent = set()
    for entry in log_of(archive):
        query = parse_qs(entry["query"])
        request = (entry["path"].removeprefix(PROGRAMS), query.get("op", [None])[0])
        assert set(query) == PROTOCOL[request]
        assert entry["method"] == "GET"
        (record_set,) = query.get("ds", [""])
        times = re.findall(r"\d{4}\.\d\d\.\d\d_\d\d:\d\d:\d\d(\w*)", record_set)
        assert set(times) <= {"_TAI"}
        sent.add(request)
    assert sent == set(PROTOCOL)
