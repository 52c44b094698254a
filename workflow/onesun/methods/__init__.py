"""Methods: anything that maps input frames to target frames, behind one interface."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onesun.errors import ConfigError
from onesun.geometry.grid import Grid
from onesun.geometry.window import Window
from onesun.methods.base import Method
from onesun.methods.kinds import FITTED, REFERENCES
from onesun.products.cards import check_pair

__all__ = ["FITTED", "REFERENCES", "Method", "Sources", "load"]


@dataclass(frozen=True)
class Sources:
    """Where methods get what they need; each kind needs one of these or none.

    Parameters
    ----------
    calibration : ``onesun calibrate``'s JSON, for bicubic.
    fit : ``onesun fit``'s tensors, for equated, ridge and wiener.
    weights : ``onesun train``'s weights, for network.
    input_instrument : name of the input's record, for ceiling.
    line : ``onesun line``'s JSON, for matched.
    """

    calibration: Path | None = None
    fit: Path | None = None
    weights: Path | None = None
    input_instrument: str | None = None
    line: Path | None = None

    def need(self, kind: str, name: str) -> Any:
        """One of them. Raises ConfigError when it is absent."""
        value = getattr(self, name)
        if value is None:
            option = "--" + name.replace("_", "-")
            raise ConfigError(f"{option}: absent, but a method of kind {kind} needs it")
        return value

    def check_pair(self, pair: str) -> None:
        """Raise ConfigError when one of the files is of another pair of instruments."""
        beside = [path.with_name("card.json") for path in (self.fit, self.weights) if path]
        for path in [*filter(None, (self.calibration, self.line)), *beside]:
            check_pair(path, pair)


def load(
    settings: Mapping[str, Any], grid: Grid | Window, sources: Sources | None = None
) -> Method:
    """Make the method that a section of the configuration's ``methods`` describes.

    Parameters
    ----------
    settings : the section; its ``kind`` says which method.
    grid : the common grid, or a part of it.
    sources : what the kind needs beside.

    Raises ConfigError when the kind is unknown, lacks something that it needs, or cannot do with a
    part of the grid.
    """
    kind = settings["kind"]
    if kind not in _KINDS:
        *others, last = _KINDS
        raise ConfigError(f'methods: kind "{kind}" found, expected {", ".join(others)} or {last}')
    method = _KINDS[kind](grid, sources or Sources())
    if method.halo is None and not isinstance(grid, Grid):
        raise ConfigError(
            f"methods: kind {kind} found, expected one that can predict a part of the disk"
        )
    return method


def _raw(grid: Grid | Window, _sources: Sources) -> Method:
    from onesun.methods.raw import RawMethod

    return RawMethod(grid)


def _bicubic(grid: Grid | Window, sources: Sources) -> Method:
    from onesun.calibration.product import read_baseline
    from onesun.methods.bicubic import BicubicMethod

    return BicubicMethod(grid, read_baseline(sources.need("bicubic", "calibration")))


def _matched(grid: Grid | Window, sources: Sources) -> Method:
    from onesun.calibration.product import read_line
    from onesun.methods.bicubic import MatchedMethod

    return MatchedMethod(grid, read_line(sources.need("matched", "line")))


def _equated(grid: Grid | Window, sources: Sources) -> Method:
    from onesun.methods.equated import EquatedMethod

    return EquatedMethod(sources.need("equated", "fit"), grid)


def _ridge(grid: Grid | Window, sources: Sources) -> Method:
    from onesun.methods.ridge import RidgeMethod

    return RidgeMethod(sources.need("ridge", "fit"), grid)


def _wiener(grid: Grid | Window, sources: Sources) -> Method:
    from onesun.methods.wiener import WienerMethod

    return WienerMethod(sources.need("wiener", "fit"), grid)


def _ceiling(grid: Grid, sources: Sources) -> Method:
    from onesun.methods.ceiling import CeilingMethod

    return CeilingMethod(grid, sources.need("ceiling", "input_instrument"))


def _network(grid: Grid | Window, sources: Sources) -> Method:
    from onesun.methods.network import NetworkMethod

    return NetworkMethod(sources.need("network", "weights"), grid)


_KINDS: dict[str, Callable[..., Method]] = {
    "raw": _raw,
    "bicubic": _bicubic,
    "matched": _matched,
    "equated": _equated,
    "ridge": _ridge,
    "wiener": _wiener,
    "ceiling": _ceiling,
    "network": _network,
}
