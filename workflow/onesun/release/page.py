"""The page about the weights: written from cards and scores, so that no figure is typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from onesun.convert.release import CARD_SUFFIX, PRODUCT, WeightsError
from onesun.errors import DamagedProductError
from onesun.files import read_json, write_text
from onesun.release import score

SCORES_SUFFIX = ".scores.json"
_TEMPLATE = "weights.md.j2"
_PROMISES = {"68": 68.27, "95": 95.0}
_TOGETHER = "all three"
_PLACES = {"field": "predicted {} G", "radius": "{} R", "target": "HMI {} G"}


@dataclass(frozen=True)
class Model:
    """One pair's card and scores, as the template wants them.

    Parameters
    ----------
    suns : the left-out full disks.
    parts : name and scores of each of them, and of all together.
    coverage : rows of ``name``, ``pixels`` (of all Suns together) and ``cells``.
    overall : of all Suns together, per cent within one error and within the wide interval.
    worst : by the same names, the bin of predicted field or radius farthest from its promise, with
        its per cent.
    """

    pair: str
    card: Mapping[str, Any]
    suns: Sequence[str]
    parts: Sequence[tuple[str, Mapping[str, Any]]]
    coverage: Sequence[Mapping[str, Any]]
    overall: Mapping[str, float]
    worst: Mapping[str, tuple[str, float]]


def write_page(weights: Path, out: Path) -> None:
    """Write Markdown about all weights of a folder that have a card and scores.

    Raises WeightsError for a folder without weights, DamagedProductError for a card without scores.
    """
    cards = sorted(weights.glob(f"*{CARD_SUFFIX}"), reverse=True)
    if not cards:
        raise WeightsError(f"{weights}: no *{CARD_SUFFIX} found, expected at least one")
    scored = [_scored(path) for path in cards]
    models = [_model(card, scores) for card, scores in scored]
    seconds = [sun["training"]["seconds"] for _, each in scored for sun in each["suns"].values()]
    text = (
        _environment()
        .get_template(_TEMPLATE)
        .render(
            models=models,
            frames=scored[0][1]["frames"],
            noises=_noises(scored[0][1]["suns"]),
            fold_minutes=" to ".join(
                dict.fromkeys((_minutes(min(seconds)), _minutes(max(seconds))))
            ),
        )
    )
    write_text(out, text)


def _scored(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    card = read_json(path)
    scores = read_json(path.with_name(path.name.removesuffix(CARD_SUFFIX) + SCORES_SUFFIX))
    for content, product in ((card, PRODUCT), (scores, score.PRODUCT)):
        if content.get("product") != product:
            raise DamagedProductError(f"{path}: {content.get('product')} found, expected {product}")
    if card["realisations_sha256"] != scores["realisations_sha256"]:
        raise DamagedProductError(
            f"{path}: of other realisations than its scores, expected the same"
        )
    return card, scores


def _model(card: dict[str, Any], scores: dict[str, Any]) -> Model:
    suns = sorted(scores["suns"])
    parts = [(name, scores["suns"][name]) for name in suns] + [(_TOGETHER, scores["together"])]
    tables = [part["coverage"] for _, part in parts]
    rows = [
        {
            "name": _place(row),
            "pixels": tables[-1][i]["pixels"],
            "cells": [
                _share(table[i][level]) for table in tables for level in ("68", "95", "normal")
            ],
        }
        for i, row in enumerate(tables[0])
    ]
    together = scores["together"]["coverage"]
    worst = {level: _worst(together, level, promise) for level, promise in _PROMISES.items()}
    return Model(card["pair"], card, suns, parts, rows, together[0], worst)


def _worst(rows: Sequence[Mapping[str, Any]], level: str, promise: float) -> tuple[str, float]:
    """Name and share of the bin that misses its promise by most."""
    known = [row for row in rows if row["by"] in ("field", "radius") and row["pixels"]]
    row = max(known, key=lambda row: abs(row[level] - promise))
    return _place(row), row[level]


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


def _noises(suns: Mapping[str, Mapping[str, Any]]) -> str:
    """The width of the weak fields of each full disk, which is the same for all pairs."""
    return ", ".join(f"{sun['target_noise']:.2f} G ({name})" for name, sun in sorted(suns.items()))


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 90 else f"{seconds:.0f} seconds"


def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("onesun.release", "."),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown
    )
    made.filters |= {
        "cell": _cell,
        "minutes": _minutes,
        "span_of": lambda values: f"{min(values):.2f} to {max(values):.2f}",
        "span": lambda bounds: f"{bounds[0]:.3g} to {bounds[1]:.3g}",
    }
    return made
