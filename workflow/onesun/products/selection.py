"""Which aligned frames a stage may use: those of the pair and month asked for, within the split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from onesun.errors import ConfigError
from onesun.products import split
from onesun.products.aligned import AlignedFrame, AlignedMonth, read_month
from onesun.products.split import SplitRow

T = TypeVar("T")


def open_month(manifest: Path, pair: str, month: str | None = None) -> AlignedMonth:
    """Open a month of aligned frames.

    Raises ConfigError when it is of another pair or month than asked for.
    """
    opened = read_month(manifest)
    if opened.pair != pair:
        raise ConfigError(f"{manifest}: frames of pair {opened.pair}, expected {pair}")
    if month is not None and opened.month != month:
        raise ConfigError(f"{manifest}: frames of month {opened.month}, expected {month}")
    return opened


def row_of(table: str | Path, pair: str, month: str) -> SplitRow:
    """The split's row of a month. Raises ConfigError when it has none."""
    for row in split.read(table):
        if (row.pair, row.month) == (pair, month):
            return row
    raise ConfigError(f"{table}: no row for pair {pair} and month {month}, expected one")


def within(month: AlignedMonth, row: SplitRow) -> list[AlignedFrame]:
    """Frames whose stamp (the target's T_REC) lies in the row's days."""
    return [frame for frame in month.frames if row.holds(day(frame.stamp))]


@dataclass(frozen=True)
class Chosen:
    """The frames of a month that a stage works on.

    Parameters
    ----------
    month, row : the month, and its row of the split.
    frames : in order of time; at least one.
    """

    month: AlignedMonth
    row: SplitRow
    frames: Sequence[AlignedFrame]


def choose(
    manifest: Path, pair: str, month: str, table: str | Path, most: int | None = None
) -> Chosen:
    """At most ``most`` of a month's frames, evenly spread over its days in the split.

    Parameters
    ----------
    manifest : of the month's aligned frames.
    table : the split, as `onesun.products.split.read` takes it.

    Raises ConfigError for a month that the split does not have, a manifest of another pair or
    month, and a month without a frame.
    """
    opened, row = open_month(manifest, pair, month), row_of(table, pair, month)
    frames = evenly(within(opened, row), most)
    if not frames:
        raise ConfigError(
            f"{manifest}: no frame from {row.start} up to {row.end}, expected at least one"
        )
    return Chosen(opened, row, frames)


def of_sets(
    pair: str, manifests: Sequence[Path], table: str | Path, *sets: str
) -> dict[str, list[tuple[AlignedMonth, AlignedFrame]]]:
    """The frames of each of ``sets`` in order of time, with the month they are of.

    Parameters
    ----------
    pair : pair of the aligned frames.
    manifests : manifests of aligned months, all of them in one of ``sets``.
    table : the split, as `onesun.products.split.read` takes it.

    Raises ConfigError for a month given twice or of another set, and for a set without frames.
    """
    months = sorted((open_month(path, pair) for path in manifests), key=lambda month: month.month)
    names = [month.month for month in months]
    if len(set(names)) < len(names):
        raise ConfigError(f"--aligned: months {', '.join(names)}, expected each month once")
    found: dict[str, list[tuple[AlignedMonth, AlignedFrame]]] = {name: [] for name in sets}
    for month in months:
        row = row_of(table, pair, month.month)
        if row.set not in sets:
            raise ConfigError(
                f"--aligned: {month.month} is a {row.set} month of {pair}, expected a "
                f"{' or '.join(sets)} month"
            )
        found[row.set] += [(month, frame) for frame in within(month, row)]
    for name, frames in found.items():
        if not frames:
            raise ConfigError(
                f"{pair}: no frame of {', '.join(names)} is a {name} frame by {table}"
            )
    return found


def evenly(items: Sequence[T], most: int | None) -> list[T]:
    """At most ``most`` of ``items``, evenly spread over them; all of them for None."""
    count = len(items) if most is None else min(most, len(items))
    return [items[(2 * i + 1) * len(items) // (2 * count)] for i in range(count)]


def day(stamp: str) -> str:
    """YYYY-MM-DD of a stamp YYYYMMDD_HHMMSS_TAI."""
    return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"
