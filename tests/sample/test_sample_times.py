"""Slots and times of observation."""

from itertools import pairwise

import pytest
from astropy.time import Time

from onesun import instruments
from onesun.errors import ConfigError
from onesun.reading import slots
from onesun.sample import times

MDI, GONG, HMI = (instruments.load(name) for name in ("mdi", "gong", "hmi"))


def tai(text):
    return Time(text, scale="tai")


@pytest.mark.parametrize(
    ("real", "first", "last"),
    [
        ("2011-12-17T06:00:00", "2011.12.17_04:48:00.000_TAI", "2011.12.17_09:36:00.000_TAI"),
        ("2016-07-07T01:00:00", "2016.07.07_00:00:00.000_TAI", "2016.07.07_04:48:00.000_TAI"),
    ],
)
def test_four_frames_stand_around_the_real_one(real, first, last):
    made = times.month_slots(tai(real), 4, 96, MDI)
    assert [slots.jsoc_text(made[0]), slots.jsoc_text(made[-1])] == [first, last]
    steps = [slots.seconds_between(a, b) for a, b in pairwise(made)]
    assert steps == pytest.approx([5760.0] * 3)


def test_slots_are_those_of_the_real_files():
    """T_REC of the real MDI frames, and a T_REC of HMI, are slots."""
    for text, record in (
        ("1999-12-11T17:36:00", MDI),
        ("2010-10-15T00:00:00", MDI),
        ("2011-12-17T06:00:00", HMI),
    ):
        assert slots.nearest_slot(tai(text), record).isot[:19] == text
    # bbzqa100608t2004: 20:04:16 in GPS time is 20:04:35 TAI.
    slot = slots.nearest_slot(tai("2010-06-08T20:06:00"), GONG)
    assert slot.isot == "2010-06-08T20:04:35.000"
    assert slots.clock(slot, GONG).strftime("%H:%M:%S") == "20:04:16"


def test_mdi_observes_when_the_real_headers_say():
    assert times.mdi_observation(tai("2010-10-15T00:00:00"), 300).isot[11:] == "00:03:30.000"
    assert times.mdi_observation(tai("1999-12-11T17:36:00"), 30).isot[11:] == "17:35:30.000"


def test_a_cadence_off_the_slots_is_refused():
    with pytest.raises(ConfigError, match=r"sample\.cadence: found 60, .* multiple of 96"):
        times.month_slots(tai("2011-12-17T06:00:00"), 4, 60, MDI)


def test_frames_that_leave_the_month_are_refused():
    with pytest.raises(ConfigError, match=r"sample\.frames: found 240 .* in 2016-07"):
        times.month_slots(tai("2016-07-07T01:00:00"), 240, 96, MDI)


def test_intervals_go_round_and_unknown_ones_are_refused():
    assert [times.interval_of(k, [300, 30], MDI) for k in range(3)] == [300, 30, 300]
    with pytest.raises(ConfigError, match=r"sample\.mdi_intervals: found 60, expected one of 30"):
        times.interval_of(0, [60], MDI)
