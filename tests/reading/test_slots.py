"""Slots and the seconds between times: one home for the scales that headers count in."""

from pathlib import Path

import pytest

from helpers.small_sun import SmallSun, pointing
from onesun import instruments
from onesun.alignment.screening import observe
from onesun.reading.keywords import gps_time
from onesun.reading.slots import clock, nearest_slot, stamp
from onesun.reading.times import from_iso, seconds_between, shifted, tai_seconds


def test_gong_is_named_by_the_slot_that_its_own_clock_keeps():
    """A GONG average is centred 16 s past a minute of GPS time, 35 s past one of TAI."""
    gong = instruments.load("gong")
    header = {"DATE-OBS": "2016/07/07", "TIME-OBS": "20:04:16.000"}
    time = gps_time(header, Path("gong.fits"))
    assert time.isot == "2016-07-07T20:04:35.000"
    frame = SmallSun(waves=4, shortest=0.3).shot(
        (64, 64), pointing(64, 31.0), time, instrument="gong"
    )
    seen = observe(Path("gong.fits"), frame)
    assert seen.stamp == "20160707_200435_TAI" == stamp(nearest_slot(time, gong))
    assert seen.seconds == tai_seconds(time)
    assert clock(time, gong).strftime("%H:%M:%S") == "20:04:16"


@pytest.mark.parametrize(
    ("name", "time", "slot"),
    [
        ("gong", "2006-01-01T00:04:35", "2006-01-01T00:04:35.000"),
        ("gong", "2016-07-07T20:09:34", "2016-07-07T20:04:35.000"),  # ten minutes apart
        ("gong", "2016-07-07T20:09:36", "2016-07-07T20:14:35.000"),
        ("hmi", "2011-12-17T05:59:52", "2011-12-17T06:00:00.000"),
        ("mdi", "2010-10-15T00:03:30", "2010-10-15T00:00:00.000"),
    ],
)
def test_slots_stand_on_the_scale_of_the_headers(name, time, slot):
    assert nearest_slot(from_iso(time), instruments.load(name)).isot == slot


def test_seconds_run_through_a_leap_second():
    before, after = from_iso("2016-12-31T23:59:59"), from_iso("2017-01-01T00:01:00")
    assert seconds_between(before, after) == pytest.approx(61, abs=1e-6)
    assert tai_seconds(after) - tai_seconds(before) == pytest.approx(61, abs=1e-6)
    assert shifted(before, 61.0004).isot == after.isot
