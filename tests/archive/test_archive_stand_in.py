"""The stand-in for the archives: what it understands, and what it would not let pass."""

from __future__ import annotations

import subprocess
from datetime import datetime

import pytest

from helpers.archive.demo import end, merged
from helpers.archive.protocol import strange
from helpers.archive.recordsets import QueryError, Slots, parse

HMI = {"hmi.m_720s": Slots(datetime(1993, 1, 1), 720.0)}


def held(query: str, hours: int = 4) -> list[str]:
    """Which slots of the first hours of a day a query takes, as HH:MM."""
    (wanted,) = parse(query, HMI)
    slots = HMI["hmi.m_720s"]
    first = slots.number(datetime(2011, 12, 17))
    taken = [number for number in range(hours * 5) if wanted.holds(first + number, 1, 0)]
    return [f"{number // 5:02d}:{number % 5 * 12:02d}" for number in taken]


def test_range_holds_both_its_ends():
    query = "hmi.M_720s[2011.12.17_00:00:00_TAI-2011.12.17_03:12:00_TAI@96m]"
    assert held(query) == ["00:00", "01:36", "03:12"]


def test_length_of_time_leaves_out_its_end():
    assert held("hmi.M_720s[2011.12.17_00:00_TAI/36m]") == ["00:00", "00:12", "00:24"]


def test_time_without_a_zone_is_utc():
    # 34 s later in TAI: across the middle between the slots of 01:36 and 01:48.
    assert held("hmi.M_720s[2011.12.17_01:41:45_TAI]") == ["01:36"]
    assert held("hmi.M_720s[2011.12.17_01:41:45]") == ["01:48"]


def test_condition_takes_quality_as_signed():
    (wanted,) = parse("hmi.M_720s[][? QUALITY>=0 ?]", HMI)
    assert wanted.holds(1, 1, 0x10400)
    assert not wanted.holds(1, 1, 0x80000000)


@pytest.mark.parametrize("query", ["hmi.V_720s[]", "hmi.M_720s[yesterday]", "hmi.M_720s[? X ?]"])
def test_what_cannot_be_read_is_said(query):
    with pytest.raises(QueryError):
        parse(query, HMI)


def entry(path: str, query: str = "", agent: str = "drms/0.9.0") -> dict[str, str]:
    return {"method": "GET", "path": path, "query": query, "agent": agent, "status": 200}


def test_requests_of_the_archives_own_are_known():
    records = "hmi.M_720s%5B2011.12.17_00%3A00%3A00_TAI%40720s%5D"
    known = [
        entry("/cgi-bin/ajax/jsoc_info", f"op=rs_list&ds={records}&key=T_REC&seg=magnetogram"),
        entry("/SUM5/D7/S00000/magnetogram.fits", agent="onesun"),
        entry("/oQR/zqa/201112/lezqa111217/", agent="onesun"),
        entry("/oQR/bqa/201112/lebqa111217/lebqa111217t0134.fits.gz", agent="onesun"),
    ]
    assert strange(known) == []


@pytest.mark.parametrize(
    "asked",
    [
        entry("/cgi-bin/ajax/jsoc_info", "op=rs_list&ds=hmi.M_720s[2011.12.17_00:00:00]&key=T_REC"),
        entry("/cgi-bin/ajax/jsoc_info", "op=rs_list&ds=hmi.M_720s[]"),
        entry("/cgi-bin/ajax/jsoc_info", "op=rs_list&ds=hmi.M_720s[]&key=T_REC&test=1"),
        entry("/cgi-bin/ajax/jsoc_info", "op=series_struct&ds=hmi.m_720s", agent="onesun"),
        entry("/oQR/zqa/201112/lezqa111217/lebqa111217t0134.fits.gz"),
    ],
    ids=["no zone", "no key", "another parameter", "not drms", "another product's name"],
)
def test_other_requests_are_strange(asked):
    assert len(strange([asked])) == 1


def test_changes_go_into_a_mapping_and_leave_the_rest():
    config = {"a": {"b": 1, "c": 2}, "d": 3}
    assert merged(config, {"a": {"b": 5}}) == {"a": {"b": 5, "c": 2}, "d": 3}


def test_ending_a_run_ends_what_it_started():
    script = "(sleep 20; echo late) & echo started; wait"
    running = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, start_new_session=True)
    with running.stdout as told:
        assert told.readline() == b"started\n"
        end(running)
        # Ends when nobody is left who could write.
        assert told.read() == b""
