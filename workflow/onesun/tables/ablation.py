"""The ablation: Table 2 for every method of it on every pair, and what each term did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from onesun.errors import ConfigError
from onesun.io.files import whole_file, write_text
from onesun.methods.seeds import seeded, trainings
from onesun.tables import table2, terms
from onesun.tables.kernels import make_columns
from onesun.tables.labels import method_label, method_weights
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
    """One pair of the ablation: Merged of the first seed by method, and all trainings of each."""

    merged: list[Merged]
    methods: list[terms.Trained]


def write_ablation(
    ablation: Mapping[str, Any],
    methods: Mapping[str, Mapping[str, Any]],
    losses: Mapping[str, Mapping[str, Any]],
    pairs: Sequence[str],
    draws: Mapping[str, Any],
    paths: Sequence[Path],
    out: Path,
) -> None:
    """Write ``out`` (CSV, Table 2's lines), ``out`` as Markdown, and {out}_terms.csv.

    Table 2's lines are of the first seed; {out}_terms.csv has a line for each training.

    Parameters
    ----------
    ablation : the configuration's section.
    methods, losses : these sections of it; of the methods also those of further seeds.
    pairs : names, in the order of the page.
    draws : its ``table1.bootstrap``.
    paths : manifests that ``onesun measure`` wrote, of every method on every pair.
    out : CSV file to write.

    Raises ConfigError when there is no method, or files and methods do not fit each other.
    """
    names = ablation["methods"]
    if not names:
        raise ConfigError("ablation.methods: found an empty list, expected at least one method")
    columns = [
        {"name": f"{pair} {method}", "pair": pair, "method": method}
        for pair in pairs
        for method in seeded({"methods": methods, "ablation": ablation})
    ]
    merged = merge_measures(columns, paths)
    found = {
        pair: _pair(
            {each.source.method: each for each in merged if each.source.pair == pair},
            ablation, methods, losses, draws,
        )
        for pair in pairs
    }  # fmt: skip
    page = "\n\n".join(_page(found, draws)) + "\n"
    first = [each for each in merged if each.source.method in names]
    table = csv_text(list(table2.lines(make_columns(first, draws))))
    lines = [
        _line(run, number)
        for pair in found.values()
        for method in pair.methods
        for number, run in enumerate(method.runs, start=1)
    ]
    with whole_file(out.with_name(f"{out.stem}_terms.csv")) as part:
        write_text(part, csv_text(lines))
        write_both(out, table, page)


def _pair(
    merged: Mapping[str, Merged],
    ablation: Mapping[str, Any],
    methods: Mapping[str, Mapping[str, Any]],
    losses: Mapping[str, Mapping[str, Any]],
    draws: Mapping[str, Any],
) -> _Pair:
    """Columns take the labels of their losses as names; ``merged`` is by method."""
    named: list[Merged] = []
    found: list[terms.Trained] = []
    before: list[Merged] = []
    for name in ablation["methods"]:
        runs = [merged[each] for each in trainings(name, methods[name], ablation["seeds"])]
        pair = runs[0].source.pair
        label = method_label(name, pair, methods, losses)
        errors = []
        for index, run in enumerate(runs):
            # A seed's gain is over the same seed of the loss before.
            other = before[min(index, len(before) - 1)].measures if before else None
            errors.append(
                terms.errors_of(pair, run.source.method, label, run.measures, other, draws)
            )
        weights = method_weights(name, pair, methods, losses)
        used = frozenset(term for term, weight in weights.items() if weight > 0)
        found.append(terms.Trained(errors, used))
        baseline = named[0].source.name if named else None
        source = replace(runs[0].source, name=label, baseline=baseline)
        named.append(replace(runs[0], source=source))
        before = runs
    return _Pair(named, found)


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
        yield terms.table(pair.methods)
        yield _seeds(pair.methods)
        yield "\n".join(terms.words(pair.methods))
    yield "## What the tables hold"
    yield table2.caption([column for each in columns.values() for column in each], draws)
    yield _CLOSE.format(
        size=next(iter(pairs.values())).merged[0].measures.patches.sizes[0],
        beyond=100
        * max(run.beyond for pair in pairs.values() for each in pair.methods for run in each.runs),
    )


def _seeds(methods: Sequence[terms.Trained]) -> str:
    """What differences between losses can show."""
    seeds = max(len(each.runs) for each in methods)
    if seeds == 1:
        return (
            "Each network is trained once, by one seed (`ablation.seeds`): intervals are for other "
            "parts of the Sun, and another training may differ by more. What is seen between two "
            "losses is no evidence of what the term does."
        )
    return (
        f"Each network is trained by {seeds} seeds; numbers are means over them, brackets are of "
        "the first (other parts of the Sun), and ± is the standard deviation between seeds (other "
        "trainings). An effect of a term is claimed where the mean over seeds moves by more than "
        "the seeds' 95 % interval."
    )


def _line(errors: terms.Errors, seed: int) -> dict[str, Any]:
    """A line of the terms' CSV; what is not determined is empty. Seeds are numbered from 1."""
    row: dict[str, Any] = {"pair": errors.pair, "method": errors.method, "seed": seed}
    row |= asdict(errors)
    low, high = row.pop("gain_interval") or (None, None)
    row |= {"gain_low": low, "gain_high": high}
    return {
        key: entry if isinstance(entry, str) else number(_known(entry))
        for key, entry in row.items()
    }


def _known(value: float | None) -> float | None:
    return value if value is not None and np.isfinite(value) else None
