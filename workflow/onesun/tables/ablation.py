"""The ablation: Table 2 for every method of it on every pair, and what each term did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from onesun.errors import ConfigError
from onesun.files import whole_file, write_text
from onesun.losses.labels import method_label, method_weights
from onesun.tables import table2, terms
from onesun.tables.kernels import make_columns
from onesun.tables.merged import Merged, merge_measures
from onesun.tables.text import csv_text, number, write_both

_CLOSE = (
    "Median and skew are of the errors of extreme values over patches of {size} target pixels on "
    "a side, wholly within the same radius: E is target less prediction, so that maxima too low "
    "are positive and minima too high negative, and two peaks either side of 0 are a method that "
    "makes extremes too weak. Skew: (q95 + q5 - 2 q50) / (q95 - q5) of E_max and E_min together, "
    "quantiles from their histogram, of which at most {beyond:.2g} % lies beyond its ends. Patch "
    "correlation: mean over the same patches. Gradient and flux: over pixels. Ideal: 0, but 1 for "
    "the correlation and for the ratio of unsigned flux. In words, hardly means that a distance "
    f"to the ideal changes by less than {100 * terms.HARDLY:g} %, the skew by less than "
    f"{terms.HARDLY:g}."
)


@dataclass(frozen=True)
class _Pair:
    """One pair of the ablation: Merged and errors by method, and the terms of their losses."""

    merged: list[Merged]
    errors: list[terms.Errors]
    terms: list[frozenset[str]]


def write_ablation(
    names: Sequence[str],
    methods: Mapping[str, Mapping[str, Any]],
    losses: Mapping[str, Mapping[str, Any]],
    pairs: Sequence[str],
    draws: Mapping[str, Any],
    paths: Sequence[Path],
    out: Path,
) -> None:
    """Write ``out`` (CSV, Table 2's lines), ``out`` as Markdown, and {out}_terms.csv.

    Parameters
    ----------
    names : the configuration's ``ablation.methods``.
    methods, losses : these sections of it.
    pairs : names, in the order of the page.
    draws : its ``table1.bootstrap``.
    paths : manifests that ``onesun measure`` wrote, of every method on every pair.
    out : CSV file to write.

    Raises ConfigError when there is no method, or files and methods do not fit each other.
    """
    if not names:
        raise ConfigError("ablation.methods: found an empty list, expected at least one method")
    columns = [
        {"name": f"{pair} {method}", "pair": pair, "method": method}
        for pair in pairs
        for method in names
    ]
    merged = merge_measures(columns, paths)
    found = {
        pair: _pair([each for each in merged if each.source.pair == pair], methods, losses, draws)
        for pair in pairs
    }
    page = "\n\n".join(_page(found, draws)) + "\n"
    table = csv_text(list(table2.lines(make_columns(merged, draws))))
    with whole_file(out.with_name(f"{out.stem}_terms.csv")) as part:
        write_text(part, csv_text([_line(each) for pair in found.values() for each in pair.errors]))
        write_both(out, table, page)


def _pair(
    merged: list[Merged],
    methods: Mapping[str, Mapping[str, Any]],
    losses: Mapping[str, Mapping[str, Any]],
    draws: Mapping[str, Any],
) -> _Pair:
    """Columns take the labels of their losses as names."""
    labels = [method_label(m.source.method, m.source.pair, methods, losses) for m in merged]
    errors = [
        terms.errors_of(
            each.source.pair,
            each.source.method,
            label,
            each.measures,
            before.measures if before else None,
            draws,
        )
        for each, label, before in zip(merged, labels, [None, *merged], strict=False)
    ]
    named = [
        replace(each, source=replace(each.source, name=label, baseline=labels[0] if i else None))
        for i, (each, label) in enumerate(zip(merged, labels, strict=True))
    ]
    weights = [method_weights(m.source.method, m.source.pair, methods, losses) for m in merged]
    used = [frozenset(name for name, weight in each.items() if weight > 0) for each in weights]
    return _Pair(named, errors, used)


def _page(pairs: Mapping[str, _Pair], draws: Mapping[str, Any]) -> Iterator[str]:
    yield "# Ablation"
    yield (
        "Table 2 for the baseline and for a network trained with one term of the loss (paper, "
        "equation 8) more each time, and what each term did to the errors that the paper's Figure "
        "4 shows."
    )
    columns = {name: make_columns(pair.merged, draws) for name, pair in pairs.items()}
    for name, pair in pairs.items():
        yield f"## {name}"
        yield from table2.tables(columns[name])
        yield "What each term did"
        yield terms.table(pair.errors)
        yield "\n".join(terms.words(pair.errors, pair.terms))
    yield "## What the tables hold"
    yield table2.caption([column for each in columns.values() for column in each], draws)
    yield _CLOSE.format(
        size=next(iter(pairs.values())).merged[0].measures.patches.sizes[0],
        beyond=100 * max(each.beyond for pair in pairs.values() for each in pair.errors),
    )


def _line(errors: terms.Errors) -> dict[str, Any]:
    """A line of the terms' CSV; what is not determined is empty."""
    row = asdict(errors)
    low, high = row.pop("gain_interval") or (None, None)
    row |= {"gain_low": low, "gain_high": high}
    return {
        key: entry if isinstance(entry, str) else number(_known(entry))
        for key, entry in row.items()
    }


def _known(value: float | None) -> float | None:
    return value if value is not None and np.isfinite(value) else None
