"""What of a section is given by the pair's name, or by a method for itself."""

from __future__ import annotations

from typing import Any


def is_by_pair(loss: dict[str, Any]) -> bool:
    """Whether a loss gives its weights by the pair's name."""
    return any(isinstance(value, dict) for value in loss.values())


def own_training(
    training: dict[str, Any], method: dict[str, Any], pair: str | None
) -> dict[str, Any]:
    """The section ``training`` as it holds for a method on a pair.

    What the method says under ``training`` is laid over it, and over that what it says there
    under ``by_pair`` of the pair.
    """
    own = dict(method.get("training") or {})
    of_pair = own.pop("by_pair", {}).get(pair, {})
    return training | own | of_pair


def own_loss_terms(terms: dict[str, Any], method: dict[str, Any]) -> dict[str, Any]:
    """The section ``loss_terms`` with what the method says under this name laid over it."""
    own = method.get("loss_terms") or {}
    return terms | {name: terms[name] | keys for name, keys in own.items()}
