"""What the search trains: for each term, networks whose loss is MSE + weight * term.

Light to import: the rules ask it which trainings a search needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

REFERENCE = "mse"


def losses(search: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The loss of every candidate by its name, "gradient/5", after that of the reference, "mse".

    Parameters
    ----------
    search : section of the configuration; without weights there is nothing to train.
    """
    if not any(search["weights"].values()):
        return {}
    return {REFERENCE: {"mse": 1}} | {
        f"{term}/{text(weight)}": {"mse": 1, term: weight}
        for term, weights in search["weights"].items()
        for weight in weights
    }


def asked(loss: Mapping[str, Any]) -> list[str]:
    """The terms of a loss whose weights are to be those that the search finds."""
    return [term for term, weight in loss.items() if weight == "search"]


def text(weight: float) -> str:
    """A weight as names and tables show it: the same for 5 and 5.0, other for another weight."""
    return f"{weight:.15g}"


def sections(search: Mapping[str, Any], of_method: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The settings by which ``onesun train`` trains a candidate.

    Parameters
    ----------
    search : section of the configuration.
    of_method : the sections of the method that is searched with, for a pair.
    name : the candidate's.
    """
    return {
        "method": of_method["method"] | {"loss": "search"},
        "network": of_method["network"],
        "loss": losses(search)[name],
        "loss_terms": of_method["loss_terms"],
        "training": of_method["training"] | {"epochs": search["epochs"]},
    }
