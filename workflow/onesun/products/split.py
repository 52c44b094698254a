"""Calendar months to training, validation and test (paper, section 6.1 and Table 3).

Light to import: the rules ask :func:`assign` which months a run needs.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from onesun.errors import ConfigError, DamagedProductError
from onesun.io.files import write_text

SETS = ("train", "validation", "test")
_COLUMNS = ("pair", "month", "set", "start", "end")
# When sets are closer than the buffer, the later one here gives way to the earlier.
_PRECEDENCE = ("test", "validation", "train")


@dataclass(frozen=True, order=True)
class SplitRow:
    """One month of one pair in one set.

    Attributes
    ----------
    pair, month : the pair's name; the calendar month, YYYY-MM.
    set : train, validation or test.
    start, end : first day used and the first day no longer used, YYYY-MM-DD (TAI). Without a
        buffer these are the first days of the month and of the next.
    """

    pair: str
    month: str
    set: str
    start: str
    end: str

    def holds(self, time: str) -> bool:
        """Whether a frame observed at ``time`` (ISO, TAI) belongs to the set."""
        return self.start <= time[:10] < self.end


def assign(pair: str, settings: Mapping[str, Any]) -> list[SplitRow]:
    """Assign months to sets as the configuration's ``split`` says; sorted by month.

    ``mode: explicit`` takes the months that ``train``, ``validation`` and ``test`` list.

    ``mode: random`` draws them for each year from ``months`` (a list, or ``first`` and ``last``
    with optional ``years``), as the paper does. In a year, months listed in ``pinned`` are its
    test months; if they are fewer than ``test_per_year``, the rest of these is drawn, then
    ``validation_per_year``, then ``train_per_year`` of what is left. A pinned month is a test
    month also where ``months`` leaves it out. A year cut short is drawn from in the same order,
    but one of its months always stays for training unless all are pinned: eight months with one
    pinned give one test, one validation and six training months. The order of the draw is a hash
    of seed and month: it is the same for every pair and wherever ``months`` begins and ends.

    ``buffer_days`` of frames on each side of a test month are taken from training and validation
    months, and on each side of a validation month from training months, by moving their ``start``
    or ``end``. A month that the buffer empties is in no set.

    Raises ConfigError for a month in two sets, listed twice or not YYYY-MM, for months or years
    that give nothing to draw from, and when the buffer empties a whole set.
    """
    if settings.get("mode", "explicit") == "random":
        sets = _draw(pair, settings)
    else:
        sets = {name: list(settings.get(name, ())) for name in SETS}
    chosen = _one_set_each(pair, ((month, name) for name in SETS for month in sets[name]))
    rows = [
        SplitRow(pair, month, name, _first_day(month).isoformat(), _next(month).isoformat())
        for month, name in sorted(chosen.items())
    ]
    return _buffered(pair, rows, settings.get("buffer_days", 0))


def own(
    pair: str, settings: Mapping[str, Any], section: Mapping[str, Any] | None
) -> list[SplitRow]:
    """The rows of :func:`assign`, or those of a method with months of its own to be trained on.

    Parameters
    ----------
    settings : the pair's ``split``.
    section : the method's ``split``: ``train`` and ``validation``; None takes the pair's. The
        buffer holds between these sets, too, and between them and the pair's other test months.

    Raises ConfigError for a month that the pair does not have, beside what :func:`assign` does.
    """
    rows = assign(pair, settings)
    if section is None:
        return rows
    known = {row.month: row for row in rows}
    sets = {name: list(section[name]) for name in ("train", "validation")}
    chosen = _one_set_each(pair, ((month, name) for name, each in sets.items() for month in each))
    for month in chosen:
        if month not in known:
            raise ConfigError(
                f"pair {pair}: split has no month {month}, expected one of {', '.join(known)}"
            )
    made = [replace(known[month], set=name) for month, name in sorted(chosen.items())]
    tested = [row for row in rows if row.set == "test" and row.month not in chosen]
    kept = _buffered(pair, [*made, *tested], settings.get("buffer_days", 0))
    return [row for row in kept if row.month in chosen]


def months(rows: Iterable[SplitRow], name: str) -> list[str]:
    """Months of the set ``name`` in order of time."""
    if name not in SETS:
        raise ValueError(f"no set is called {name!r}: {', '.join(SETS)}")
    return sorted(row.month for row in rows if row.set == name)


def write(path: Path, rows: Iterable[SplitRow]) -> None:
    """Write rows as CSV with the columns pair, month, set, start and end; whole or not at all."""
    text = io.StringIO()
    table = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(asdict(row) for row in sorted(rows))
    write_text(path, text.getvalue())


def read(source: str | Path) -> list[SplitRow]:
    """Read what :func:`write` wrote, or a table of the same columns made by hand.

    ``source`` is its path, or text that begins with "[": the rows as JSON objects.

    Raises DamagedProductError when the file is missing or no such table, ConfigError when the text
    holds no such rows and when a month is in two sets.
    """
    if isinstance(source, str) and source.lstrip().startswith("["):
        rows = _from_json(source)
    else:
        rows = _from_table(Path(source))
    for pair in sorted({row.pair for row in rows}):
        _one_set_each(pair, ((row.month, row.set) for row in rows if row.pair == pair))
    return rows


def _from_json(text: str) -> list[SplitRow]:
    try:
        rows = [SplitRow(**entry) for entry in json.loads(text)]
    except (TypeError, ValueError):
        rows = None
    if rows is None or not all(_is_sound(row) for row in rows):
        raise ConfigError(
            f"--split: found {text}, expected a table's path or a list of objects with the keys "
            f"{', '.join(_COLUMNS)}"
        )
    return rows


def _from_table(path: Path) -> list[SplitRow]:
    try:
        with open(path, encoding="utf-8", newline="") as handle:
            table = csv.DictReader(handle)
            if tuple(table.fieldnames or ()) != _COLUMNS:
                raise DamagedProductError(
                    f"{path}: columns {table.fieldnames}, expected {', '.join(_COLUMNS)}"
                )
            rows = [_row(path, table.line_num, entry) for entry in table]
    except FileNotFoundError:
        raise DamagedProductError(f"{path}: missing, expected a table of months") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DamagedProductError(f"{path}: not readable as CSV ({error})") from None
    return rows


def _row(path: Path, line: int, entry: dict[str, str]) -> SplitRow:
    try:
        row = SplitRow(*(entry[column] for column in _COLUMNS))
    except TypeError:
        row = None
    if row is None or None in entry or not _is_sound(row):
        raise DamagedProductError(
            f"{path}: line {line} is {','.join(str(value) for value in entry.values())}, expected "
            f"pair, YYYY-MM, one of {' '.join(SETS)}, and two dates in order"
        )
    return row


def _is_sound(row: SplitRow) -> bool:
    try:
        _first_day(row.month)
        return row.set in SETS and date.fromisoformat(row.start) < date.fromisoformat(row.end)
    except (TypeError, ValueError, ConfigError):
        return False


def _one_set_each(pair: str, listed: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The set of each month; a month may be listed once."""
    chosen: dict[str, str] = {}
    for month, name in listed:
        _first_day(month)
        if month in chosen:
            where = (
                f"twice in {name}" if chosen[month] == name else f"in {chosen[month]} and {name}"
            )
            raise ConfigError(f"pair {pair}: month {month} is {where}, expected in one set, once")
        chosen[month] = name
    return chosen


def _draw(pair: str, settings: Mapping[str, Any]) -> dict[str, list[str]]:
    pinned = sorted(settings.get("pinned", ()))
    available = _available(pair, settings["months"])
    seed = settings.get("seed", 1)
    sets: dict[str, list[str]] = {name: [] for name in SETS}
    for year in sorted({month[:4] for month in [*available, *pinned]}):
        test = [month for month in pinned if month[:4] == year]
        free = [month for month in available if month[:4] == year and month not in test]
        free.sort(key=lambda month: hashlib.sha256(f"{seed} {month}".encode()).hexdigest())
        spare = len(free) - 1
        to_test = max(0, min(settings.get("test_per_year", 1) - len(test), spare))
        to_validation = max(0, min(settings.get("validation_per_year", 1), spare - to_test))
        training = free[to_test + to_validation :]
        sets["test"] += test + free[:to_test]
        sets["validation"] += free[to_test : to_test + to_validation]
        sets["train"] += training[: settings.get("train_per_year", 10)]
    return sets


def _available(pair: str, months: Mapping[str, Any] | Sequence[str]) -> list[str]:
    """The months to draw from, in order of time."""
    if not isinstance(months, Mapping):
        return sorted(_one_set_each(pair, ((month, "months") for month in months)))
    years = months.get("years")
    day, last = _first_day(months["first"]), _first_day(months["last"])
    found = []
    while day <= last:
        month = day.isoformat()[:7]
        if years is None or day.year in years:
            found.append(month)
        day = _next(month)
    if not found:
        raise ConfigError(
            f"pair {pair}: split.months gives no month, found {dict(months)}, expected first not "
            "after last and years between them"
        )
    return found


def _buffered(pair: str, rows: list[SplitRow], days: int) -> list[SplitRow]:
    """Rows less what lies within ``days`` of a set of higher precedence, without empty ones."""
    if days == 0:
        return rows
    kept = []
    for row in rows:
        above = _PRECEDENCE[: _PRECEDENCE.index(row.set)]
        for other in rows:
            if other.set in above:
                row = _away_from(row, other, timedelta(days=days))
        if row.start < row.end:
            kept.append(row)
    for name in SETS:
        if months(rows, name) and not months(kept, name):
            raise ConfigError(
                f"pair {pair}: split.buffer_days {days} leaves no month in {name}, expected fewer"
            )
    return kept


def _away_from(row: SplitRow, other: SplitRow, buffer: timedelta) -> SplitRow:
    if other.month < row.month:
        return replace(row, start=max(row.start, (_next(other.month) + buffer).isoformat()))
    return replace(row, end=min(row.end, (_first_day(other.month) - buffer).isoformat()))


def _first_day(month: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}", str(month)):
        raise ConfigError(f"month {month!r}: expected a calendar month, YYYY-MM")
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        raise ConfigError(f"month {month!r}: expected a calendar month, YYYY-MM") from None


def _next(month: str) -> date:
    """First day of the month after ``month``."""
    return (_first_day(month) + timedelta(days=31)).replace(day=1)
