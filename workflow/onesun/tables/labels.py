"""Losses and methods as figures and tables name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from onesun.methods.own import is_by_pair

TERMS = {
    "mse": "MSE",
    "gradient": "Grad",
    "histogram": "Hist",
    "ssim": "SSIM",
    "likelihood": "NLL",
}


def loss_label(weights: Mapping[str, float]) -> str:
    """The terms whose weight is above 0, as "MSE + Grad", in the order of equation 8."""
    return " + ".join(label for term, label in TERMS.items() if weights.get(term, 0) > 0)


def method_weights(
    name: str,
    pair: str,
    methods: Mapping[str, Mapping[str, Any]],
    losses: Mapping[str, Mapping[str, Any]],
) -> Mapping[str, float]:
    """Weights of a network's loss on a pair; none for other methods. Sections as configured."""
    if methods[name]["kind"] != "network":
        return {}
    loss = losses[methods[name]["loss"]]
    return loss[pair] if is_by_pair(loss) else loss


def method_label(
    name: str,
    pair: str,
    methods: Mapping[str, Mapping[str, Any]],
    losses: Mapping[str, Mapping[str, Any]],
) -> str:
    """A network's loss, any other method's own name; sections of the configuration."""
    return loss_label(method_weights(name, pair, methods, losses)) or name


def labelled(
    names: Sequence[str],
    pair: str,
    methods: Mapping[str, Mapping[str, Any]],
    losses: Mapping[str, Mapping[str, Any]],
) -> list[dict[str, str]]:
    """Columns of these methods on a pair, as in ``table1.columns``, named by their losses."""
    return [
        {"name": method_label(name, pair, methods, losses), "pair": pair, "method": name}
        for name in names
    ]
