"""results/search/{pair}.csv: what each candidate of the grid search came to."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from onesun.errors import ConfigError, DamagedProductError
from onesun.search.candidates import asked, text

_TRUTH = {"yes": True, "no": False}


@dataclass(frozen=True)
class Row:
    """One weight of one term.

    Attributes
    ----------
    pair, term, weight : of the loss MSE + weight * term; weight 0 is the reference, MSE alone.
    l2, l_term : mean squared error and the term over the validation months, unweighted; in the
        units of onesun.losses, of the epoch whose weights are kept.
    objective : l2 and l_term over the reference's, added; 2 for the reference.
    rmse, correlation : over the same pixels; gauss, Pearson's.
    epoch : whose weights are kept.
    chosen : whether it is the term's best.
    at_edge : whether it is chosen and no weight was tried below it, or none above it.
    simulated : whether some of the frames are.
    """

    pair: str
    term: str
    weight: float
    l2: float
    l_term: float
    objective: float
    rmse: float
    correlation: float
    epoch: int
    chosen: bool = False
    at_edge: bool = False
    simulated: bool = False


_READ: dict[str, Callable[[str], Any]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": _TRUTH.__getitem__,
}
_COLUMNS = {field.name: _READ[str(field.type)] for field in fields(Row)}


def entries(row: Row) -> dict[str, str]:
    """A row as the CSV holds it."""
    shown = {}
    for name in _COLUMNS:
        value = getattr(row, name)
        if isinstance(value, bool):
            value = "yes" if value else "no"
        shown[name] = text(value) if isinstance(value, float) else str(value)
    return shown


def read(path: Path, pair: str | None = None) -> list[Row]:
    """Read what the search wrote.

    Raises DamagedProductError when the file is missing or no such table, ConfigError when it is
    of another pair than asked for.
    """
    try:
        with open(path, encoding="utf-8", newline="") as handle:
            table = csv.DictReader(handle)
            if tuple(table.fieldnames or ()) != tuple(_COLUMNS):
                raise DamagedProductError(
                    f"{path}: columns {table.fieldnames}, expected {', '.join(_COLUMNS)}"
                )
            rows = [_row(path, table.line_num, entry) for entry in table]
    except FileNotFoundError:
        raise DamagedProductError(f"{path}: missing, expected a table of weights") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DamagedProductError(f"{path}: not readable as CSV ({error})") from None
    for row in rows:
        if pair is not None and row.pair != pair:
            raise ConfigError(f"{path}: of pair {row.pair}, expected {pair}")
    return rows


def found(rows: Sequence[Row]) -> dict[str, Row]:
    """The chosen row of each term that was searched."""
    return {row.term: row for row in rows if row.chosen}


def fill(loss: Mapping[str, Any], path: Path | None, pair: str) -> dict[str, float]:
    """The weights of a loss, with what the search found in the place of each "search".

    Raises ConfigError where there is no search, or it did not search the term.
    """
    terms = asked(loss)
    if not terms:
        return dict(loss)
    if path is None:
        raise ConfigError(
            f"--search: missing, expected the table that onesun search wrote, as loss.{terms[0]} "
            "is search"
        )
    best = found(read(path, pair))
    for term in terms:
        if term not in best:
            raise ConfigError(f"{path}: no weight of {term} found, as loss.{term} is search")
    return {**loss, **{term: best[term].weight for term in terms}}


def _row(path: Path, line: int, entry: dict[str, str]) -> Row:
    try:
        return Row(**{name: read(entry[name]) for name, read in _COLUMNS.items()})
    except (KeyError, TypeError, ValueError):
        raise DamagedProductError(
            f"{path}: line {line} is {','.join(str(value) for value in entry.values())}, expected "
            f"{', '.join(_COLUMNS)}"
        ) from None
