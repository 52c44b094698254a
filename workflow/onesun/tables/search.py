"""From the cards of the search's trainings to the best weight of each term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from onesun.errors import ConfigError, DamagedProductError
from onesun.io.files import read_json
from onesun.products.cards import check_pair
from onesun.search.candidates import text
from onesun.search.product import Row, entries
from onesun.tables.search_page import page
from onesun.tables.text import csv_text, write_both
from onesun.training.product import PRODUCT

# What must be the same for two trainings to differ by their loss alone.
_CONDITIONS = (
    *("network", "calibration", "loss_terms", "training"),
    *("precision", "seed", "data", "split"),
)


@dataclass(frozen=True)
class _Candidate:
    """A training of the search: MSE + ``weight`` * ``term``, or MSE alone ("" and 0)."""

    path: Path
    term: str
    weight: float
    card: dict[str, Any]

    def score(self, name: str) -> float:
        """A validation score of the weights that are kept."""
        value: float | None = self.card["scores"].get(f"validation_{name}")
        if value is None:
            raise DamagedProductError(f"{self.path}: no score validation_{name}, expected a number")
        return value


def search(pair: str, cards: Sequence[Path], out: Path) -> None:
    """Write what each candidate came to as ``out`` (CSV) and beside it as Markdown.

    Parameters
    ----------
    pair : pair of the trainings.
    cards : of one training by MSE alone and of any number by MSE and one more term, all under
        the same conditions.
    out : CSV file to write.

    Raises ConfigError when the cards are not such a set, DamagedProductError when one is no card.
    """
    candidates = [_read(path, pair) for path in cards]
    references = [candidate for candidate in candidates if not candidate.term]
    if len(references) != 1 or len(candidates) < 2:
        raise ConfigError(
            f"--card: {len(references)} trainings by MSE alone and "
            f"{len(candidates) - len(references)} by another term found, expected 1 and at least 1"
        )
    (reference,) = references
    _check_alike(candidates, reference)
    terms = dict.fromkeys(candidate.term for candidate in candidates if candidate.term)
    rows = [row for term in terms for row in _rows(term, candidates, reference)]
    write_both(out, csv_text([entries(row) for row in rows]), page(rows, reference.card))


def choose(rows: Sequence[Row]) -> list[Row]:
    """A term's rows, rising in weight, the best of them marked; of equals the lighter is best."""
    best = min(range(len(rows)), key=lambda i: rows[i].objective)
    # Weight 0 is the first row: the lightest weight that was tried is the second.
    edge = best in (0, 1, len(rows) - 1)
    return [
        replace(row, chosen=i == best, at_edge=i == best and edge) for i, row in enumerate(rows)
    ]


def _rows(term: str, candidates: Sequence[_Candidate], reference: _Candidate) -> list[Row]:
    of_term = sorted((c for c in candidates if c.term == term), key=lambda c: c.weight)
    l2, l_term = (_above_zero(reference, name) for name in ("mse", term))
    rows = [
        Row(
            pair=each.card["pair"],
            term=term,
            weight=each.weight,
            l2=each.score("mse"),
            l_term=each.score(term),
            objective=each.score("mse") / l2 + each.score(term) / l_term,
            rmse=each.score("rmse"),
            correlation=each.score("correlation"),
            epoch=each.card["best_epoch"],
            simulated=each.card["simulated"],
        )
        for each in [reference, *of_term]
    ]
    return choose(rows)


def _above_zero(reference: _Candidate, name: str) -> float:
    value = reference.score(name)
    if not value > 0:
        raise ConfigError(
            f"{reference.path}: validation_{name} {value} found, expected above 0, as the others "
            "are measured by it"
        )
    return value


def _read(path: Path, pair: str) -> _Candidate:
    check_pair(path, pair)
    card = read_json(path)
    try:
        if card["product"] != PRODUCT:
            raise DamagedProductError(f"{path}: a {card['product']}, expected a model's card")
        weights = {term: float(weight) for term, weight in card["loss"].items() if weight > 0}
        wanted = ("scores", "best_epoch", "simulated", *_CONDITIONS)
        card = {"pair": pair} | {key: card[key] for key in wanted}
    except (AttributeError, KeyError, TypeError) as error:
        raise DamagedProductError(f"{path}: not a model's card ({error})") from None
    if weights.pop("mse", 0) != 1 or len(weights) > 1:
        raise ConfigError(f"{path}: not trained by MSE with weight 1 and at most one term more")
    term, weight = next(iter(weights.items()), ("", 0.0))
    return _Candidate(path, term, weight, card)


def _check_alike(candidates: Sequence[_Candidate], reference: _Candidate) -> None:
    seen: dict[tuple[str, float], Path] = {}
    for each in candidates:
        for key in _CONDITIONS:
            if each.card[key] != reference.card[key]:
                raise ConfigError(
                    f"{each.path}: another {key} than {reference.path}, expected trainings that "
                    "differ in their loss alone"
                )
        if (each.term, each.weight) in seen:
            raise ConfigError(
                f"{each.path}: {each.term} of weight {text(each.weight)} again, after "
                f"{seen[each.term, each.weight]}, expected each weight once"
            )
        seen[each.term, each.weight] = each.path
