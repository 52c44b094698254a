"""Table 4: the weights of the loss, as used, as searched, in the paper and in its released runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onesun.errors import ConfigError
from onesun.losses.names import NAMES
from onesun.methods.own import is_by_pair
from onesun.search import product
from onesun.search.candidates import asked
from onesun.tables.search_page import OBJECTIVE
from onesun.tables.text import SIMULATED, csv_text, line, write_both

_SEARCHED = "the grid search"
_ALL_SEARCHED = {term: "search" for term, name in NAMES.items() if name.searched}
_PAPERS = "the paper's Table 4"
_RELEASED = "the paper's released runs"
_OF_PAPER = ("mse", "gradient", "histogram", "ssim")
# By input instrument. The two sources have the weights of SSIM the other way round.
_REFERENCES: dict[str, dict[str, tuple[float, ...]]] = {
    "mdi": {_PAPERS: (1, 5, 1e-5, 5e-4), _RELEASED: (1, 5, 1e-5, 5e-5)},
    "gong": {_PAPERS: (1, 5, 1e-6, 5e-5), _RELEASED: (1, 5, 1e-6, 5e-4)},
}


@dataclass(frozen=True)
class Weights:
    """A row: ``source`` is a method, or what it is compared with; then the weights of its loss.

    A weight is None where it was not searched; ``at_edge`` names the terms whose weight is at the
    edge of the search's grid.
    """

    pair: str
    source: str
    loss: str
    by_term: Mapping[str, float | None]
    at_edge: tuple[str, ...] = ()

    def entries(self) -> dict[str, Any]:
        """The row of the CSV file."""
        about = {"pair": self.pair, "source": self.source, "loss": self.loss}
        weights = {term: self.by_term.get(term, 0) for term in NAMES}
        return about | weights | {"at_edge": " ".join(self.at_edge)}


def write_table4(
    inputs: Mapping[str, str],
    methods: Mapping[str, Mapping[str, Any]],
    losses: Mapping[str, Mapping[str, Any]],
    columns: Sequence[Mapping[str, str]],
    out: Path,
    searches: Sequence[Path] = (),
) -> None:
    """Write the table as ``out`` (CSV) and beside it as Markdown.

    Parameters
    ----------
    inputs : each pair's input instrument.
    methods, losses : these sections of the configuration.
    columns : its ``table1.columns``: the networks among their methods are the rows.
    out : CSV file to write.
    searches : what ``onesun search`` found, a file for each pair that was searched.

    Raises ConfigError when no column's method is a network.
    """
    found = [row for path in searches for row in product.read(path)]
    rows = [row for pair in inputs for row in _rows(pair, inputs, methods, losses, columns, found)]
    if not any(row.loss for row in rows):
        raise ConfigError("table1.columns: no method is a network, expected one with a loss")
    write_both(out, csv_text([row.entries() for row in rows]), _page(rows, found))


def _rows(
    pair: str,
    inputs: Mapping[str, str],
    methods: Mapping[str, Mapping[str, Any]],
    losses: Mapping[str, Mapping[str, Any]],
    columns: Sequence[Mapping[str, str]],
    searched: Sequence[product.Row],
) -> Iterator[Weights]:
    """A pair's methods in the order of the columns, then what they are compared with."""
    shown = dict.fromkeys(column["method"] for column in columns if column["pair"] == pair)
    networks = [name for name in shown if methods[name]["kind"] == "network"]
    best = product.found([row for row in searched if row.pair == pair])
    for name in networks:
        loss = methods[name]["loss"]
        weights = losses[loss][pair] if is_by_pair(losses[loss]) else losses[loss]
        yield _filled(pair, name, loss, weights, best)
    if networks and best:
        yield _filled(pair, _SEARCHED, "", {"mse": 1, **_ALL_SEARCHED}, best)
    if networks:
        for source, values in _REFERENCES.get(inputs[pair], {}).items():
            yield Weights(pair, source, "", dict(zip(_OF_PAPER, values, strict=True)))


def _filled(
    pair: str,
    source: str,
    loss: str,
    weights: Mapping[str, float | str],
    best: Mapping[str, product.Row],
) -> Weights:
    """A row in which "search" is replaced by what was found, and None where nothing was."""
    terms = asked(weights)
    found: dict[str, Any] = {term: best[term].weight if term in best else None for term in terms}
    at_edge = tuple(term for term in terms if term in best and best[term].at_edge)
    return Weights(pair, source, loss, dict(weights) | found, at_edge)


def _page(rows: Sequence[Weights], searched: Sequence[product.Row]) -> str:
    parts = ["# Table 4", "\n".join(_table(rows)), " ".join(_caption(rows, searched))]
    return "\n\n".join(parts) + "\n"


def _caption(rows: Sequence[Weights], searched: Sequence[product.Row]) -> Iterator[str]:
    yield (
        "Weights of the terms of the loss (paper, equation 8, and the likelihood by which an error "
        "is learnt, which the paper does not have) by which each network was trained: "
        "rows that name a loss of the configuration are those used, the others are there to "
        "compare. A weight means little without its term's normalisation, which the paper does "
        "not give; ours is given term by term in workflow/onesun/losses."
    )
    if any(row.source == _SEARCHED for row in rows):
        yield f"The grid search takes, of each term, the weight w with the least {OBJECTIVE}."
        if any(row.simulated for row in searched):
            yield f"It was done on {SIMULATED}."
    if any(row.at_edge for row in rows):
        yield "\\* at the edge of the weights that were tried: one beyond may be better."


def _table(rows: Sequence[Weights]) -> Iterator[str]:
    yield line(["Pair", "Weights of", "Loss", *(name.title for name in NAMES.values())])
    yield line([":---", ":---", ":---", *("---:" for _ in NAMES)])
    for row in rows:
        yield line([row.pair, row.source, row.loss, *(_weight(row, term) for term in NAMES)])


def _weight(row: Weights, term: str) -> str:
    weight = row.by_term.get(term, 0)
    mark = "\\*" if term in row.at_edge else ""
    return "—" if weight is None else f"{weight:g}{mark}"
