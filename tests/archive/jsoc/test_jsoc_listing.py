"""A month as JSOC has it, asked for through drms itself."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from jsoc_day import BROKEN_OFF, MDI, PROGRAMS, SLOTS, STAMPS, asked, log_of

from onesun.archive.jsoc import month_listing

pytestmark = BROKEN_OFF


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
