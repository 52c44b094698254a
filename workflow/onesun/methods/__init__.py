"""Methods: anything that maps input frames to target frames, behind one interface."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from onesun.errors import ConfigError
from onesun.geometry.grid import Grid
from onesun.methods.base import Method

__all__ = ["Method", "load"]


def load(
    settings: Mapping[str, Any],
    grid: Grid,
    calibration: Path | None = None,
    weights: Path | None = None,
) -> Method:
    """Make the method that a section of the configuration's ``methods`` describes.

    Parameters
    ----------
    settings : the section; its ``kind`` is raw, bicubic or network.
    grid : the common grid.
    calibration : ``onesun calibrate``'s JSON; bicubic needs it.
    weights : ``onesun train``'s weights; network needs them.

    Raises ConfigError when the kind is unknown or lacks a file that it needs.
    """
    kind = settings["kind"]
    if kind == "raw":
        from onesun.methods.raw import RawMethod

        return RawMethod(grid)
    if kind == "bicubic":
        from onesun.calibration.product import read_baseline
        from onesun.methods.bicubic import BicubicMethod

        return BicubicMethod(grid, read_baseline(_needed(kind, "--calibration", calibration)))
    if kind == "network":
        weights = _needed(kind, "--weights", weights)
        from onesun.methods.network import NetworkMethod

        return NetworkMethod(weights, grid)
    raise ConfigError(f'methods: kind "{kind}" found, expected raw, bicubic or network')


def _needed(kind: str, option: str, path: Path | None) -> Path:
    if path is None:
        raise ConfigError(f"{option}: absent, expected a file for a method of kind {kind}")
    return path
