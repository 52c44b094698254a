"""What of a section is given by the pair's name, or by a method for itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_by_pair(loss: Mapping[str, Any]) -> bool:
    """Whether a loss gives its weights by the pair's name."""
    return any(isinstance(value, dict) for value in loss.values())


def own_split(method: dict[str, Any], pair: str) -> dict[str, Any] | None:
    """The months of a method's own on a pair, ``train`` and ``validation``; None for the pair's."""
    section = method.get("split")
    return section["by_pair"].get(pair) if section and "by_pair" in section else section


def is_for_pair(method: dict[str, Any], pair: str) -> bool:
    """Whether a method is meant for a pair: one with months by pair is for those pairs."""
    section = method.get("split") or {}
    return "by_pair" not in section or pair in section["by_pair"]


def own_training(
    training: dict[str, Any], method: dict[str, Any], pair: str | None
) -> dict[str, Any]:
    """The section ``training`` as it holds for a method on a pair.

    What the method says under ``training`` is laid over it, and over that what it says there
    under ``by_pair`` of the pair.
    """
    own: dict[str, Any] = dict(method.get("training") or {})
    of_pair: dict[str, Any] = own.pop("by_pair", {}).get(pair, {})
    return training | own | of_pair


def own_loss_terms(terms: dict[str, Any], method: dict[str, Any]) -> dict[str, Any]:
    """The section ``loss_terms`` with what the method says under this name laid over it."""
    own = method.get("loss_terms") or {}
    return terms | {name: terms[name] | keys for name, keys in own.items()}
