"""Record-set queries as JSOC reads them: series, times on slots, a condition, segments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from astropy.time import Time

_SET = re.compile(r"\s*(?P<series>[\w.]+)(?P<filters>(\[[^\]]*\])*)(\{(?P<segments>[^}]*)\})?\s*")
_FILTER = re.compile(r"\[([^\]]*)\]")
_TIME = re.compile(
    r"(?P<date>\d{4}\.\d\d\.\d\d)(_(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d(\.\d+)?))?)?"
    r"(_(?P<zone>TAI|UTC|UT|TT)|(?P<zulu>Z))?"
)
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_CONDITION = re.compile(r"\?\s*\(?\s*QUALITY\s*(>=|>|<=|<|=)\s*(-?\d+)\s*\)?\s*\?")
_COMPARE = {
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b,
    "=": lambda a, b: a == b,
}


class QueryError(Exception):
    """A query that JSOC would not understand, in its words."""


@dataclass(frozen=True)
class Slots:
    """A series' slots: record ``k`` stands for the time ``epoch + k * step``."""

    epoch: datetime
    step: float

    def number(self, time: datetime) -> int:
        """The slot nearest to ``time``, as DRMS rounds a slotted keyword."""
        return int(((time - self.epoch).total_seconds() + self.step / 2) // self.step)


@dataclass(frozen=True)
class Times:
    """One bracket on the time key: slots from ``first`` to ``last``, every ``every``-th."""

    first: int
    last: int
    every: int = 1

    def holds(self, slot: int) -> bool:
        return self.first <= slot <= self.last and (slot - self.first) % self.every == 0


@dataclass(frozen=True)
class RecordSet:
    """What a query asks of one series; ``newest`` is the last record alone (``[$]``)."""

    series: str
    times: tuple[Times, ...]
    newest: bool
    recnums: tuple[int, ...]
    condition: tuple[str, int] | None
    segments: tuple[str, ...]

    def holds(self, slot: int, recnum: int, quality: int) -> bool:
        """Whether a record belongs to the set; QUALITY counts signed, as in the data base."""
        if self.recnums and recnum not in self.recnums:
            return False
        if self.times and not any(times.holds(slot) for times in self.times):
            return False
        if self.condition is None:
            return True
        signed = quality - (1 << 32) if quality >= 1 << 31 else quality
        return _COMPARE[self.condition[0]](signed, self.condition[1])


def parse(query: str, slots: dict[str, Slots]) -> list[RecordSet]:
    """Read a record-set query, one or more of them joined by commas.

    Parameters
    ----------
    slots : of each series that the archive has, by its name in lower case.

    Raises QueryError for a series that is not there and what cannot be read.
    """
    return [_one(text, slots) for text in _apart(query)]


def _one(text: str, slots: dict[str, Slots]) -> RecordSet:
    match = _SET.fullmatch(text)
    if match is None:
        raise QueryError(f"Cannot parse record-set query '{text}'.")
    series = match["series"]
    if series.lower() not in slots:
        raise QueryError(f"Series '{series}' does not exist.")
    times: list[Times] = []
    recnums: list[int] = []
    newest, condition = False, None
    for place, content in enumerate(_FILTER.findall(match["filters"])):
        if content.startswith("?"):
            found = _CONDITION.fullmatch(content)
            if found is None:
                raise QueryError(f"Cannot evaluate '[{content}]'.")
            condition = (found[1], int(found[2]))
        elif content.startswith(":#"):
            recnums += [int(part.removeprefix("#")) for part in content[1:].split(",")]
        elif content == "$":
            newest = True
        elif content and place == 0:
            times += [_times(part, slots[series.lower()]) for part in content.split(",")]
    segments = tuple(part for part in re.split(r"[\s,]+", match["segments"] or "") if part)
    return RecordSet(series, tuple(times), newest, tuple(recnums), condition, segments)


def _times(text: str, slots: Slots) -> Times:
    span, _, every = text.partition("@")
    step = max(1, round(_seconds(every) / slots.step)) if every else 1
    if "/" in span:
        begin, length = span.split("/", 1)
        first = slots.number(time_of(begin))
        # A length, other than a last time, is not reached.
        count = -int(-_seconds(length) // slots.step)
        return Times(first, first + count - 1, step)
    begin, dash, end = span.partition("-")
    first = slots.number(time_of(begin))
    return Times(first, slots.number(time_of(end)) if dash else first, step)


def time_of(text: str) -> datetime:
    """A time in TAI; without a zone it is UTC, and off by the leap seconds and ten."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise QueryError(f"Cannot parse time '{text}'.")
    seconds = float(match["second"] or 0)
    clock = timedelta(
        hours=int(match["hour"] or 0), minutes=int(match["minute"] or 0), seconds=seconds
    )
    time = datetime.strptime(match["date"], "%Y.%m.%d") + clock
    if match["zone"] == "TAI":
        return time
    scale = "tt" if match["zone"] == "TT" else "utc"
    return Time(time, format="datetime", scale=scale).tai.datetime


def _seconds(text: str) -> float:
    match = re.fullmatch(r"(\d+(\.\d+)?)([smhd])", text.strip())
    if match is None:
        raise QueryError(f"Cannot parse duration '{text}'.")
    return float(match[1]) * _UNITS[match[3]]


def _apart(query: str) -> Iterator[str]:
    depth, part = 0, ""
    for letter in query:
        depth += (letter in "[{") - (letter in "]}")
        if letter == "," and depth == 0:
            yield part
            part = ""
        else:
            part += letter
    yield part
