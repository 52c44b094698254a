"""The page about the weights: written from cards and scores, so that no figure is typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from onesun.errors import ConfigError, DamagedProductError
from onesun.io.files import read_json, write_text
from onesun.metrics.coverage import PROMISED
from onesun.training.product import CARD, PRODUCT
from onesun.weights import scores
from onesun.weights.collect import SCORES_SUFFIX

_TEMPLATE = "weights.md.j2"
_FEWEST = 1000  # pixels of a bin whose share says something
_TOGETHER = "all together"
_PLACES = {"field": "predicted {} G", "radius": "{} R", "target": "HMI {} G"}


@dataclass(frozen=True)
class Described:
    """One pair's card and scores, as the template wants them.

    Parameters
    ----------
    suns : the full disks that were left out.
    parts : name and scores of each of them, and of all together.
    coverage : rows of ``name``, ``pixels`` (of all Suns together) and ``cells``.
    overall : of all Suns together.
    worst : by level, the bin of predicted field or radius, of enough pixels, that is farthest from
        its promise, with its per cent as delivered.
    """

    pair: str
    card: Mapping[str, Any]
    suns: Sequence[str]
    parts: Sequence[tuple[str, Mapping[str, Any]]]
    coverage: Sequence[Mapping[str, Any]]
    overall: Mapping[str, Any]
    worst: Mapping[str, tuple[str, float]]


def write_page(folder: Path, out: Path) -> None:
    """Write Markdown about all weights of a folder.

    Raises ConfigError for a folder without weights, DamagedProductError for a card without scores.
    """
    cards = sorted(folder.glob(f"*.{CARD}"), reverse=True)
    if not cards:
        raise ConfigError(f"{folder}: no *.{CARD} found, expected at least one")
    pairs = [_described(path) for path in cards]
    text = (
        _environment()
        .get_template(_TEMPLATE)
        .render(pairs=pairs, noises=_noises(pairs[0].parts[:-1]), fewest=_FEWEST)
    )
    write_text(out, text)


def _described(path: Path) -> Described:
    card = read_json(path)
    found = read_json(path.with_name(path.name.removesuffix(f".{CARD}") + SCORES_SUFFIX))
    for content, product in ((card, PRODUCT), (found, scores.PRODUCT)):
        if content.get("product") != product:
            raise DamagedProductError(f"{path}: {content.get('product')} found, expected {product}")
    suns = sorted(found["suns"])
    parts = [(name, found["suns"][name]) for name in suns] + [(_TOGETHER, found["together"])]
    tables = [part["coverage"] for _, part in parts]
    together = tables[-1]
    rows = [
        {
            "name": _place(row),
            "pixels": row["pixels"],
            "cells": [
                _share(table[i][which][level])
                for table in tables
                for which in ("delivered", "with_noise")
                for level in PROMISED
            ],
        }
        for i, row in enumerate(together)
    ]
    worst = {level: _worst(together, level, promise) for level, promise in PROMISED.items()}
    return Described(card["pair"], card, suns, parts, rows, together[0], worst)


def _worst(rows: Sequence[Mapping[str, Any]], level: str, promise: float) -> tuple[str, float]:
    """Name and share of the bin that misses its promise by most."""
    known = [row for row in rows if row["by"] in ("field", "radius") and row["pixels"] >= _FEWEST]
    row = max(known, key=lambda row: abs(row["delivered"][level] - promise))
    return _place(row), row["delivered"][level]


def _place(row: Mapping[str, Any]) -> str:
    if row["by"] == "all":
        return "all"
    high = "" if row["high"] is None else f" to {row['high']:g}"
    low = f"{row['low']:g}" if high else f"from {row['low']:g}"
    return _PLACES[row["by"]].format(low + high)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _cell(entry: Mapping[str, Any], digits: int) -> str:
    if entry["value"] is None:
        return "–"
    text = f"{entry['value']:.{digits}f}"
    if entry["interval"] is not None:
        text += " [{:.{d}f}, {:.{d}f}]".format(*entry["interval"], d=digits)
    return text


def _independent(entry: Mapping[str, Any]) -> str:
    """The effective number of independent tiles, as a heading ends; nothing where there is none."""
    number = entry["independent"]
    return "" if number is None else f", {number:.0f} independent tiles"


def _noises(suns: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """The width of the weak fields of each full disk, which is the same for all pairs."""
    return ", ".join(f"{sun['noise']:.2f} G ({name})" for name, sun in suns)


def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("onesun.weights", "."),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown
    )
    made.filters |= {
        "cell": _cell,
        "independent": _independent,
        "share": _share,
        "span_of": lambda values: f"{min(values):.2f} to {max(values):.2f}",
        "span": lambda bounds: f"{bounds[0]:.3g} to {bounds[1]:.3g}",
    }
    return made
