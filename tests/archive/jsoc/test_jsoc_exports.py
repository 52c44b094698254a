"""What is on tape: export requests and each of their states."""

from __future__ import annotations

import json
from urllib.request import urlopen

import pytest
from jsoc_day import BROKEN_OFF, SLOTS, STAMPS, asked, log_of

from helpers.archive.server import REGISTERED
from onesun.archive.jsoc import exports
from onesun.archive.jsoc.records import Record

pytestmark = BROKEN_OFF


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
    assert listing.missing[STAMPS[2]] == "its export holds no file of it (NoDataFile)"
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
    monkeypatch.setattr("helpers.archive.exports.EXPIRED", status)
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
    archive, settings, listed, tmp_path, capsys
):
    settings["jsoc"]["export_hours"] = 1e-5
    rules = [{"kind": "offline", "match": "17_03"}, {"kind": "queued"}]
    listing = listed(*rules)
    (request,) = json.loads((tmp_path / "exports.json").read_text())["requests"]
    assert listing.missing == {STAMPS[2]: "its export was queued (status 2) after 1e-05 h"}
    assert f"{request['identity']}: not waited for any longer" in capsys.readouterr().err
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
    ("files", "expected"),
    [
        ({"[2011.12.17_00:00:00_TAI][1]": "1", "[2011.12.17_00:00:00_TAI][2]": "2"}, "2"),
        ({"[2011.12.17_00:00:00_TAI]": "3", "[2011.12.17_00:12:00_TAI]": "4"}, "3"),
        ({"[2011.12.17_00:12:00_TAI][2]": "5"}, None),
    ],
)
def test_an_exported_file_is_that_of_the_record(files, expected):
    name = "hmi.M_720s[2011.12.17_00:00:00_TAI][2]"
    record = Record(SLOTS[0], name, 1, None, {}, refused="")
    rows = [(f"hmi.m_720s{key}{{magnetogram}}".lower(), url) for key, url in files.items()]
    assert exports._url_of(record, rows) == expected


def test_an_answer_without_files_is_asked_for_again(archive, listed, monkeypatch, capsys):
    whole, done = archive.jsoc.exports.status, []

    def damaged(name: str) -> dict[str, object]:
        reply = whole(name)
        if reply["status"] == 0:
            done.append(reply)
        return {**reply, "method": None} if len(done) == 1 else reply

    monkeypatch.setattr(archive.jsoc.exports, "status", damaged)
    assert len(listed({"kind": "offline", "match": ""}).files) == 8
    assert "unexpected reply" in capsys.readouterr().err
