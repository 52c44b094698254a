"""Submissions side by side: values, intervals, differences from a reference, and ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from onesun.benchmark.families import Measured, measures
from onesun.benchmark.judgement import Judgement
from onesun.benchmark.score import Scored
from onesun.metrics import bootstrap
from onesun.metrics.bootstrap import Interval
from onesun.metrics.scores import scored
from onesun.metrics.units import Units, make_units


@dataclass(frozen=True)
class Entry:
    """One measure of one submission; None where it is not determined.

    Parameters
    ----------
    value, interval, independent : as :func:`onesun.metrics.scores.scored` gives them.
    difference, difference_interval : from the reference, both drawn together.
    first, last : the ranks that it may have. From the differences of all pairs of ranked
        submissions: last is that of a submission no worse than which any other is for sure. Equal
        where the intervals part it from all others; None where it is not ranked.
    """

    value: float | None
    interval: Interval = None
    independent: float | None = None
    difference: float | None = None
    difference_interval: Interval = None
    first: int | None = None
    last: int | None = None


Row = dict[str, Entry]
_WIDEST = 100.0


def compare(submissions: Sequence[Scored], reference: str) -> dict[str, tuple[Measured, Row]]:
    """Every measure with an entry for each submission that was measured.

    Parameters
    ----------
    submissions : of one benchmark; refused ones are left out.
    reference : name of the submission that differences are taken from; where it is not among
        them, there are no differences.

    Returns by the measure's key, in the order of the table.
    """
    judged = {each.name: each.judgement for each in submissions if each.judgement is not None}
    if not judged:
        return {}
    ranked = [each.name for each in submissions if each.is_ranked]
    first = next(iter(judged.values()))
    settings = first.definition.bootstrap.model_dump()
    units = make_units(first.days, first.tiling, settings)
    found = {}
    for measured in measures(first.definition):
        row = _row(measured, judged, reference, ranked, units, settings)
        if any(entry.value is not None for entry in row.values()):
            found[measured.key] = (measured, row)
    return found


def _row(
    measured: Measured,
    judged: Mapping[str, Judgement],
    reference: str,
    ranked: Sequence[str],
    units: Units,
    settings: Mapping[str, Any],
) -> Row:
    if measured.table is None or measured.score is None:
        plain = measured.plain
        return {name: Entry(plain(each) if plain else None) for name, each in judged.items()}
    sums = {name: units.sums(measured.table(each)) for name, each in judged.items()}
    bar = sums.get(reference)
    row = {}
    for name, own in sums.items():
        other = own if bar is None else bar
        with np.errstate(all="ignore"):
            got = scored(
                measured.score,
                own.sum(axis=0),
                other.sum(axis=0),
                np.concatenate([own, other], axis=-1),
                units,
                settings,
            )
        value, gain = got["value"], got["gain"]
        interval, gain_interval = got["interval"], got["gain_interval"]
        if bar is None or name == reference:
            gain, gain_interval = None, None
        row[name] = Entry(
            value,
            _told(interval, value),
            got["independent"],
            gain,
            _told(gain_interval, value),
        )
    known = [name for name in ranked if row[name].value is not None]
    return row | _ranked(measured, {name: row[name] for name in known}, sums, units, settings)


def _told(interval: Interval, value: float | None) -> Interval:
    """An interval that is not a hundred times as wide as the value, or as 1: that says nothing."""
    if (
        interval is None
        or value is None
        or interval[1] - interval[0] > _WIDEST * max(abs(value), 1)
    ):
        return None
    return interval


def _ranked(
    measured: Measured,
    row: Row,
    sums: Mapping[str, np.ndarray],
    units: Units,
    settings: Mapping[str, Any],
) -> Row:
    """The entries with the ranks that the differences of all pairs leave them."""
    names = list(row)
    better: dict[str, set[str]] = {name: set() for name in names}  # that are surely better
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            sign = _surely(measured, (row[one], row[other]), (sums[one], sums[other]),
                           units, settings)  # fmt: skip
            if sign > 0:
                better[one].add(other)
            elif sign < 0:
                better[other].add(one)
    worse = {name: sum(name in others for others in better.values()) for name in names}
    count = len(names)
    return {
        name: Entry(
            **{
                **vars(row[name]),
                "first": 1 + len(better[name]),
                "last": count - worse[name],
            }
        )
        for name in names
    }


def _surely(
    measured: Measured,
    entries: tuple[Entry, Entry],
    sums: tuple[np.ndarray, np.ndarray],
    units: Units,
    settings: Mapping[str, Any],
) -> int:
    """1 where the interval of the difference of losses says that the first is worse, or -1; 0."""
    score = measured.score
    values = [entry.value for entry in entries]
    if score is None or values[0] is None or values[1] is None:
        return 0
    signs = [measured.direction(value) for value in values if value is not None]
    k = sums[0].shape[-1]
    both = np.concatenate(sums, axis=-1)

    def loss(each: np.ndarray) -> np.ndarray:
        # Away from the best, a loss rises or falls with the value; the best itself drops out
        # where both lie on the same side of it.
        ideal = 0.0 if isinstance(measured.best, str) else measured.best
        one = signs[0] * (score.of(each[..., :k]) - ideal)
        other = signs[1] * (score.of(each[..., k:]) - ideal)
        difference: np.ndarray = one - other
        return difference

    if np.array_equal(sums[0], sums[1]):
        return 0
    drawn = bootstrap.spread(loss, both, score.decides(both), units, settings)
    if drawn.interval is None:
        return 0
    low, high = drawn.interval
    return 1 if low > 0 else -1 if high < 0 else 0
