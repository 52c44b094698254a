"""What of a section is given by the pair's name."""

from __future__ import annotations

from typing import Any


def is_by_pair(loss: dict[str, Any]) -> bool:
    """Whether a loss gives its weights by the pair's name."""
    return any(isinstance(value, dict) for value in loss.values())
