"""Pairing: within the tolerance, nearest first, each frame once, none lost."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from onesun.alignment.pairing import nearest_first, pair
from onesun.alignment.screening import Observation

times = st.lists(
    st.integers(0, 4000).map(lambda tenths: tenths / 10), max_size=25, unique=True
).map(sorted)


@settings(deadline=None)
@given(times, times, st.sampled_from([0.0, 1.0, 7.3, 50.0]))
def test_each_once_within_tolerance_and_nearest_first(inputs, targets, tolerance):
    matches = nearest_first(inputs, targets, tolerance)
    assert len({i for i, _ in matches}) == len({j for _, j in matches}) == len(matches)
    assert [j for _, j in matches] == sorted(j for _, j in matches)
    by_input = {i: abs(inputs[i] - targets[j]) for i, j in matches}
    by_target = {j: abs(inputs[i] - targets[j]) for i, j in matches}
    assert all(gap <= tolerance for gap in by_input.values())
    for i, mine in enumerate(inputs):
        for j, theirs in enumerate(targets):
            gap = abs(mine - theirs)
            # Two frames within reach of each other, each better off together, would be paired.
            assert not (
                gap <= tolerance
                and gap < by_input.get(i, float("inf"))
                and gap < by_target.get(j, float("inf"))
            )


@settings(deadline=None)
@given(times, times)
def test_pairing_does_not_depend_on_which_side_asks(inputs, targets):
    there = nearest_first(inputs, targets, 20.0)
    back = nearest_first(targets, inputs, 20.0)
    gaps = sorted(round(abs(inputs[i] - targets[j]), 6) for i, j in there)
    assert gaps[:1] == sorted(round(abs(targets[j] - inputs[i]), 6) for j, i in back)[:1]


def seen(instrument, *minutes):
    return [
        Observation(Path(f"/data/{instrument}{m}.fits"), instrument, m * 60.0, f"+{m} min", str(m))
        for m in minutes
    ]


def test_reasons_of_those_left_alone():
    pairs, alone = pair(seen("mdi", 0, 5, 200), seen("hmi", 2, 100), tolerance=8)
    assert [(one.path.name, other.path.name) for one, other in pairs] == [
        ("mdi0.fits", "hmi2.fits")
    ]
    reasons = {one.file: one.reason for one in alone}
    assert reasons == {
        "mdi5.fits": "no partner: each frame within 8 minutes is nearer to another",
        "mdi200.fits": "no partner: the nearest is 100.0 minutes away, expected at most 8 minutes",
        "hmi100.fits": "no partner: the nearest is 95.0 minutes away, expected at most 8 minutes",
    }


def test_nobody_on_the_other_side():
    pairs, alone = pair(seen("mdi", 0), [], tolerance=8)
    assert pairs == []
    assert [one.reason for one in alone] == ["no partner: the other instrument has no usable frame"]
