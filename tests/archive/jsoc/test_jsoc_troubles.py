"""Trouble on the way to JSOC, addresses that it does not know, and patience."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any

import pytest
from jsoc_day import BROKEN_OFF, MDI, SLOTS, STAMPS, log_of

from helpers.archive.server import REGISTERED
from onesun.archive.jsoc import connection, email, month_listing
from onesun.errors import ArchiveError, ConfigError

pytestmark = BROKEN_OFF


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
    assert capsys.readouterr().err.count(f"{said}; retrying in") == 2


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
    assert "unexpected reply" in capsys.readouterr().err


def test_jsoc_out_of_reach_is_said_in_one_sentence(settings, listed):
    with pytest.raises(ArchiveError) as raised:
        listed({"kind": "status", "code": 503})
    assert str(raised.value) == (
        f"{settings['jsoc']['url']}: your e-mail address: HTTP 503, expected a reply from JSOC"
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


def test_drms_does_not_repeat_what_others_log():
    code = "import logging, onesun.archive.jsoc; print(logging.root.handlers, logging.root.level)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"[] {logging.WARNING}"
