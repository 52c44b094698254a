"""Which frames a run asks the archives for."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from onesun import config, instruments
from onesun.archive import wanted

CONFIG = Path(__file__).parents[2] / "config"
MARCH = {"start": "2011-03-01", "end": "2011-04-01"}


@pytest.fixture(scope="module")
def paper() -> dict[str, Any]:
    return config.load(CONFIG / "config.yaml", CONFIG / "paper.yaml")


def clock(times) -> list[str]:
    return [time.strftime("%H:%M:%S") for time in times]


def test_mdi_comes_at_all_its_slots_and_every_eighth_of_hmi_with_it():
    request = {"input": "mdi", **MARCH, "cadence": 96}
    times = wanted.times([request], "mdi")
    assert len(times) == 15 * 31
    assert clock(times[:3]) == ["00:00:00", "01:36:00", "03:12:00"]
    assert wanted.times([request], "hmi") == times


def test_gong_comes_at_the_slot_nearest_to_the_cadence():
    request = {"input": "gong", **MARCH, "cadence": 96}
    assert clock(wanted.times([request], "gong")[:4]) == [
        "00:04:35", "01:34:35", "03:14:35", "04:44:35",
    ]  # fmt: skip
    assert clock(wanted.times([request], "hmi")[:4]) == [
        "00:00:00", "01:36:00", "03:12:00", "04:48:00",
    ]  # fmt: skip


def test_ten_minutes_of_gong_ask_for_every_slot_of_hmi():
    request = {"input": "gong", **MARCH, "cadence": 10}
    assert len(wanted.times([request], "gong")) == 144 * 31
    times = wanted.times([request], "hmi")
    assert len(times) == 120 * 31
    steps = {(later - earlier).seconds for earlier, later in pairwise(times)}
    assert steps == {720}


def test_two_pairs_share_what_both_want():
    sparse = {"input": "mdi", **MARCH, "cadence": 96}
    dense = {"input": "gong", **MARCH, "cadence": 10}
    both = wanted.times([sparse, dense], "hmi")
    assert both == wanted.times([dense], "hmi")
    assert set(wanted.times([sparse], "hmi")) < set(both)


def test_a_cadence_that_does_not_divide_the_day_ends_with_the_month():
    times = wanted.times([{"input": "mdi", **MARCH, "cadence": 1000}], "mdi")
    assert times[0].day == 1
    assert times[-1].isoformat() < "2011-04-01"
    assert len(times) == len(set(times)) == 45


def test_slots_are_the_same_as_times_on_the_tai_scale():
    request = {"input": "mdi", "start": "2011-03-01", "end": "2011-03-02", "cadence": 96}
    slots = wanted.slots([request], "hmi")
    assert [slot.datetime for slot in slots] == wanted.times([request], "hmi")
    assert {slot.scale for slot in slots} == {"tai"}
    assert wanted.slots([], "hmi") == []


def test_the_papers_cadences_follow_set_and_pair(paper):
    assert wanted.requests(paper, "mdi", "2011-03") == [{"input": "mdi", **MARCH, "cadence": 96.0}]
    assert wanted.requests(paper, "hmi", "2011-03") == [
        {"input": "gong", **MARCH, "cadence": 10.0},
        {"input": "mdi", **MARCH, "cadence": 96.0},
    ]
    (training,) = wanted.requests(paper, "gong", "2012-01")
    assert training["cadence"] == 96.0
    assert wanted.requests(paper, "mdi", "2012-01") == []


def test_nothing_is_wanted_after_an_instruments_last_day(paper):
    (request,) = wanted.requests(paper, "mdi", "2011-04")
    assert (request["start"], request["end"]) == ("2011-04-04", "2011-04-12")  # March tests
    # Nor of its partner.
    assert wanted.requests(paper, "hmi", "2011-04") == [request]


def test_a_buffer_of_the_split_holds_for_downloads_too(paper):
    changed = json.loads(json.dumps(paper))
    changed["pairs"]["mdi-hmi"]["split"]["buffer_days"] = 5
    for config_, days in ((paper, 3), (changed, 5)):
        # January validates and March tests: February gives way on both sides.
        (request,) = wanted.requests(config_, "mdi", "2011-02")
        assert request["start"] == f"2011-02-{1 + days:02}"
        assert request["end"] == f"2011-02-{28 - days + 1}"
        (test,) = wanted.requests(config_, "mdi", "2011-03")
        assert (test["start"], test["end"]) == ("2011-03-01", "2011-04-01")


def test_the_request_may_be_given_or_follow_from_a_whole_configuration(paper):
    given = [{"input": "mdi", **MARCH, "cadence": 96}]
    text = json.dumps({"archive": {}, "request": given})
    assert config.settings(text, "archive", "request")["request"] == given
    found = config.settings(
        json.dumps(paper), "archive", "request", instrument="mdi", month="2011-03"
    )
    assert found["request"] == wanted.requests(paper, "mdi", "2011-03")
    assert found["archive"]["cadence"]["by_pair"] == {"gong-hmi": {"test": 10}}


def test_every_instrument_tells_who_keeps_it_and_how_large_its_files_are():
    records = {name: instruments.load(name) for name in instruments.names()}
    assert {name: record.archive for name, record in records.items()} == {
        "gong": "nso", "hmi": "jsoc", "mdi": "jsoc",
    }  # fmt: skip
    assert all(record.file_size for record in records.values())


@pytest.mark.parametrize("name", ["hmi", "mdi", "gong"])
def test_sizes_of_files_are_those_of_the_real_ones(name, real_files):
    sizes = [path.stat().st_size / 1e6 for path in real_files.values() if path.parent.name == name]
    assert instruments.load(name).file_size == pytest.approx(sum(sizes) / len(sizes), rel=0.03)
