"""What a table's column is made of, whichever table it is: files of months, put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from onesun.errors import ConfigError


class MonthFile(Protocol):
    """A month of one pair and method, as a stage wrote it."""

    @property
    def pair(self) -> str: ...

    @property
    def method(self) -> str: ...

    @property
    def month(self) -> str: ...

    @property
    def set(self) -> str: ...

    @property
    def simulated(self) -> bool: ...


File = TypeVar("File", bound=MonthFile)
T = TypeVar("T")


@dataclass(frozen=True)
class Source:
    """Where a column comes from.

    Parameters
    ----------
    name, pair, method : as configured.
    baseline : name of the column that this one is measured by; None in a pair's first.
    months, set : what was evaluated.
    simulated : True where frames are simulated.
    frames : how many there are.
    """

    name: str
    pair: str
    method: str
    baseline: str | None
    months: tuple[str, ...]
    set: str
    simulated: bool
    frames: int

    @classmethod
    def of(
        cls,
        entry: Mapping[str, str],
        baseline: str | None,
        months: Sequence[MonthFile],
        frames: int,
    ) -> Source:
        """The source of a configured column that these months make up."""
        return cls(
            name=entry["name"],
            pair=entry["pair"],
            method=entry["method"],
            baseline=baseline,
            months=tuple(sorted(month.month for month in months)),
            set=months[0].set,
            simulated=any(month.simulated for month in months),
            frames=frames,
        )


def by_column(
    columns: Sequence[Mapping[str, str]], files: Mapping[Path, File]
) -> list[tuple[Mapping[str, str], list[File]]]:
    """The files of each column.

    Raises ConfigError when a column has no file, a file no column, two files are of the same month
    or files are of different sets.
    """
    wanted = {(column["pair"], column["method"]) for column in columns}
    seen: dict[tuple[str, str, str], Path] = {}
    for path, file in files.items():
        other = seen.setdefault((file.pair, file.method, file.month), path)
        if other != path:
            raise ConfigError(
                f"{path}: statistics of {file.pair} by {file.method} in {file.month}, which "
                f"{other} holds, too"
            )
        if (file.pair, file.method) not in wanted:
            raise ConfigError(
                f"{path}: statistics of {file.pair} by {file.method}, expected those of a column "
                "of table1.columns"
            )
    sets = sorted({file.set for file in files.values()})
    if len(sets) > 1:
        raise ConfigError(f"statistics of {' and '.join(sets)} months, expected of one set")
    found = []
    for column in columns:
        key = (column["pair"], column["method"])
        months = [file for file in files.values() if (file.pair, file.method) == key]
        if not months:
            raise ConfigError(
                f"table1.columns: {column['name']}: no statistics of {key[0]} by {key[1]}, "
                "expected a file for each month"
            )
        found.append((column, months))
    return found


def measured_by(entry: Mapping[str, Any], made: Mapping[str, T]) -> T | None:
    """What a configured column is measured by: the column that it names, else the pair's first.

    Parameters
    ----------
    entry : of ``table1.columns``.
    made : of the same pair, from left to right, by their names.

    Returns None in a pair's first column. A baseline that the table does not show counts as none.
    """
    return made.get(entry.get("baseline") or "", next(iter(made.values()), None))


def check_same_frames(
    name: str, frames: Iterable[str], baseline: str, others: Iterable[str]
) -> None:
    """Raise ConfigError when a column is not of the frames of its baseline."""
    frames, others = sorted(frames), sorted(others)
    if frames != others:
        raise ConfigError(
            f"table1.columns: {name} is of {len(frames)} frames and {baseline} of {len(others)}, "
            "expected the same frames"
        )


def named(columns: Sequence[Mapping[str, Any]], names: Sequence[str] | None) -> list[Any]:
    """The columns of these names, in their order; all where there are none."""
    by_name = {column["name"]: column for column in columns}
    return list(columns) if names is None else [by_name[name] for name in names]
