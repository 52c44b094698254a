"""What the files of a trained network are called.

A module of its own, so that stages that only name them, training above all, do not depend on how a
network is loaded and its error calibrated.
"""

from __future__ import annotations

from pathlib import Path

PRODUCT = "model"
WEIGHTS_SUFFIX = ".safetensors"
WEIGHTS = f"weights{WEIGHTS_SUFFIX}"
CARD = "card.json"
CURVE = "learning_curve.csv"
ERRORS = "errors.json"
ERRORS_PRODUCT = "calibrated errors"


def card_of(weights: Path) -> Path:
    """Where the card of a file of weights is."""
    if weights.name == WEIGHTS:
        return weights.with_name(CARD)
    return weights.with_name(weights.name.removesuffix(WEIGHTS_SUFFIX) + f".{CARD}")
