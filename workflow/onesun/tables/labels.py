"""Losses and methods as figures and tables name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from onesun.errors import ConfigError
from onesun.losses.names import NAMES
from onesun.methods.own import is_by_pair


def loss_label(weights: Mapping[str, float]) -> str:
    """The terms whose weight is above 0, as "MSE + Grad", in the order of equation 8.

    Raises ConfigError for a term without a label.
    """
    used = {term for term, weight in weights.items() if weight > 0}
    if used - NAMES.keys():
        raise ConfigError(
            f"loss: term {min(used - NAMES.keys())!r} found, expected one of {', '.join(NAMES)}"
        )
    return " + ".join(name.label for term, name in NAMES.items() if term in used)


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
