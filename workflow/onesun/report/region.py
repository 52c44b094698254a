"""The region that the report shows at full resolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from onesun.errors import ConfigError
from onesun.geometry.grid import Grid, Which

_WITHIN = 0.9  # solar radii; the region is looked for where fields are trusted


@dataclass(frozen=True)
class Region:
    """A rectangle of whole input pixels.

    Parameters
    ----------
    left, bottom : first input pixel along x (to the west) and y (to the north).
    width, height : input pixels.
    """

    left: int
    bottom: int
    width: int
    height: int

    def cut(self, field: np.ndarray, grid: Grid, which: Which) -> np.ndarray:
        """The region of a frame: (N, N) on the input or target grid to (height, width) there."""
        k = 1 if which == "input" else grid.factor
        rows = slice(k * self.bottom, k * (self.bottom + self.height))
        return field[rows, k * self.left : k * (self.left + self.width)]

    def corner(self, grid: Grid) -> tuple[float, float]:
        """Centre of the first target pixel (left, bottom); arcsec from the disk centre, 1 AU."""
        middle = (grid.target_size - 1) / 2
        x, y = self.left * grid.factor - middle, self.bottom * grid.factor - middle
        return x * grid.target_scale, y * grid.target_scale


def choose(settings: Mapping[str, Any], target: np.ndarray, grid: Grid) -> Region:
    """The region that the configuration asks for, or that of the strongest field.

    Parameters
    ----------
    settings : the configuration's ``report.region``: ``centre`` in arcsec or null, and ``size`` in
        target pixels; edges are moved to those of the nearest input pixels.
    target : (N, N) gauss, NaN where there is no value.

    Raises ConfigError when it reaches beyond the frame, or none of its size lies within 0.9 R.
    """
    width, height = (max(1, round(side / grid.factor)) for side in settings["size"])
    if settings["centre"] is None:
        return _strongest(target, grid, width, height)
    left, bottom = (
        round(grid.input_size / 2 + position / grid.input_scale - side / 2)
        for position, side in zip(settings["centre"], (width, height), strict=True)
    )
    region = Region(left, bottom, width, height)
    if min(left, bottom) < 0 or max(left + width, bottom + height) > grid.input_size:
        edge = grid.input_size / 2 * grid.input_scale
        raise ConfigError(
            f"report.region: found centre {settings['centre']} arcsec and size {settings['size']} "
            f"target pixels, expected a region within the frame, which ends at ±{edge:.0f} arcsec"
        )
    return region


def _strongest(target: np.ndarray, grid: Grid, width: int, height: int) -> Region:
    """The region within 0.9 R of the largest mean |B|, missing values counted as 0."""
    n, k = grid.input_size, grid.factor
    blocks = np.abs(np.nan_to_num(target.astype(np.float64))).reshape(n, k, n, k).sum(axis=(1, 3))
    sums = np.pad(blocks.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    edges = (np.arange(n + 1) - n / 2) / grid.limb_radius("input")
    x = np.maximum(np.abs(edges[: n + 1 - width]), np.abs(edges[width:]))
    y = np.maximum(np.abs(edges[: n + 1 - height]), np.abs(edges[height:]))
    inside = np.hypot(y[:, None], x[None, :]) <= _WITHIN
    if not inside.any():
        raise ConfigError(
            f"report.region.size: found {width * k} by {height * k} target pixels, expected a "
            f"region small enough to lie within {_WITHIN} solar radii, or a centre"
        )
    total = (
        sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width]
        + sums[:-height, :-width]
    )  # fmt: skip
    bottom, left = np.unravel_index(np.where(inside, total, -1).argmax(), inside.shape)
    return Region(int(left), int(bottom), width, height)
