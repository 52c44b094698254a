"""Where the package finds the data files that come with it, installed or from a checkout."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).parents[1]


def _shipped(installed: str, checkout: str) -> Path:
    inside = _PACKAGE / installed
    return inside if inside.is_dir() else _PACKAGE.parents[1] / checkout


def instrument_records() -> Path:
    """Folder of the instrument records, one YAML file each."""
    return _shipped("resources", "resources") / "instruments"


def resource(name: str) -> Path:
    """A data file of resources/ by its name."""
    return _shipped("resources", "resources") / name


def schemas() -> Path:
    """Folder of the JSON Schemas."""
    return _shipped("schemas", "workflow/schemas")


def cache() -> Path:
    """Folder for downloads that outlive a checkout; ``ONESUN_CACHE`` moves it."""
    return Path(os.environ.get("ONESUN_CACHE") or platformdirs.user_cache_dir("onesun"))
