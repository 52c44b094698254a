"""The card of a fit, a training or a calibration: a JSON file that says which pair it is of."""

from __future__ import annotations

from pathlib import Path

from onesun.errors import ConfigError
from onesun.io.files import read_json


def check_pair(path: Path, pair: str) -> None:
    """Raise ConfigError when a calibration or a card (JSON) is of another pair than asked for."""
    content = read_json(path)
    found = content.get("pair") if isinstance(content, dict) else None
    if found != pair:
        raise ConfigError(f"{path}: of pair {found}, expected {pair}")
