"""Table 4: the weights of the loss, as used, in the paper and in its released runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from onesun.config.pairs import is_by_pair
from onesun.errors import ConfigError
from onesun.tables.text import csv_text, line, write_both

TERMS = {"mse": "MSE", "gradient": "Gradient", "histogram": "Histogram", "ssim": "SSIM"}
_PAPERS = "the paper's Table 4"
_RELEASED = "the paper's released runs"
# By input instrument. The two sources have the weights of SSIM the other way round.
_REFERENCES: dict[str, dict[str, tuple[float, ...]]] = {
    "mdi": {_PAPERS: (1, 5, 1e-5, 5e-4), _RELEASED: (1, 5, 1e-5, 5e-5)},
    "gong": {_PAPERS: (1, 5, 1e-6, 5e-5), _RELEASED: (1, 5, 1e-6, 5e-4)},
}


@dataclass(frozen=True)
class Weights:
    """A row: ``source`` is a method, or what it is compared with; the rest are equation 8's."""

    pair: str
    source: str
    loss: str
    mse: float
    gradient: float
    histogram: float
    ssim: float


def write_table4(
    inputs: Mapping[str, str],
    methods: Mapping[str, Mapping[str, Any]],
    losses: Mapping[str, Mapping[str, Any]],
    columns: Sequence[Mapping[str, str]],
    out: Path,
) -> None:
    """Write the table as ``out`` (CSV) and beside it as Markdown.

    Parameters
    ----------
    inputs : each pair's input instrument.
    methods, losses : these sections of the configuration.
    columns : its ``table1.columns``: the networks among their methods are the rows.
    out : CSV file to write.

    Raises ConfigError when no column's method is a network.
    """
    rows = [row for pair in inputs for row in _rows(pair, inputs, methods, losses, columns)]
    if not any(row.loss for row in rows):
        raise ConfigError("table1.columns: no method is a network, expected one with a loss")
    write_both(out, csv_text([asdict(row) for row in rows]), _page(rows))


def _rows(
    pair: str,
    inputs: Mapping[str, str],
    methods: Mapping[str, Mapping[str, Any]],
    losses: Mapping[str, Mapping[str, Any]],
    columns: Sequence[Mapping[str, str]],
) -> Iterator[Weights]:
    """A pair's methods in the order of the columns, then what they are compared with."""
    shown = dict.fromkeys(column["method"] for column in columns if column["pair"] == pair)
    networks = [name for name in shown if methods[name]["kind"] == "network"]
    for name in networks:
        loss = methods[name]["loss"]
        weights = losses[loss][pair] if is_by_pair(losses[loss]) else losses[loss]
        yield Weights(pair, name, loss, *(weights.get(term, 0) for term in TERMS))
    if networks:
        for source, values in _REFERENCES.get(inputs[pair], {}).items():
            yield Weights(pair, source, "", *values)


def _page(rows: Sequence[Weights]) -> str:
    caption = (
        "Weights of the terms of the loss (paper, equation 8) by which each network was trained: "
        "rows that name a loss of the configuration are those used, the others are there to "
        "compare. A weight means little without its term's normalisation, which the paper does "
        "not give; ours is told term by term in workflow/onesun/losses."
    )
    return "\n\n".join(["# Table 4", "\n".join(_table(rows)), caption]) + "\n"


def _table(rows: Sequence[Weights]) -> Iterator[str]:
    yield line(["Pair", "Weights of", "Loss", *TERMS.values()])
    yield line([":---", ":---", ":---", *("---:" for _ in TERMS)])
    for row in rows:
        weights = [f"{getattr(row, term):g}" for term in TERMS]
        yield line([row.pair, row.source, row.loss, *weights])
