"""The paper's measurements beyond Table 1 (section 2), together: one pass over each frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from onesun.errors import ConfigError
from onesun.geometry.grid import Grid
from onesun.metrics import limits
from onesun.metrics.bins import Bins
from onesun.metrics.comparison import Comparison, Disk
from onesun.metrics.correlations import CorrelationStatistic
from onesun.metrics.flux import FluxStatistic
from onesun.metrics.gradients import GradientStatistic
from onesun.metrics.kernels import KernelStatistic
from onesun.metrics.patches import PatchStatistic
from onesun.metrics.pixels import PixelStatistic
from onesun.metrics.statistic import Statistic
from onesun.metrics.tiled import Tiling
from onesun.metrics.tiles import TileStatistic


class Measures:
    """All statistics over the same frames; each is also an attribute.

    Parameters
    ----------
    settings : the configuration's section ``measure``.
    grid : the common grid.

    Raises ConfigError when settings contradict each other or do not fit the grid.
    """

    product: ClassVar[str] = "measures"

    def __init__(self, settings: Mapping[str, Any], grid: Grid) -> None:
        for problem in limits.problems(settings, grid):
            raise ConfigError(problem)
        self.settings, self.grid = dict(settings), grid
        bins = {name: Bins.from_settings(entry) for name, entry in settings["bins"].items()}
        self.tiling = tiling = Tiling.of(grid, settings["tiles"]["size"])
        self.kernels = KernelStatistic(settings["kernels"], tiling)
        self.flux = FluxStatistic(settings["flux_blocks"], bins["flux"])
        self.gradients = GradientStatistic(bins["gradient"])
        self.patches = PatchStatistic(
            settings["patches"],
            settings["min_share"],
            settings["strong"],
            bins["correlation"],
            bins["extreme"],
            tiling,
        )
        self.pixels = PixelStatistic(bins["field"], grid.factor)
        self.correlations = CorrelationStatistic(
            settings["radius_edges"], settings["field_edges"], settings["within_radius"]
        )
        self.tiles = TileStatistic(tiling, settings["tiles"]["patch"], settings["tiles"]["strong"])

    @property
    def all(self) -> tuple[Statistic[Comparison], ...]:
        """Every statistic, in the order in which they are made above."""
        return tuple(each for each in vars(self).values() if isinstance(each, Statistic))

    @property
    def stamps(self) -> list[str]:
        """The frames so far, ascending."""
        return sorted(self.kernels.frames)

    def update(self, comparison: Comparison) -> Self:
        """Add a frame; returns self. Raises DamagedProductError when it is there already."""
        for statistic in self.all:
            statistic.update(comparison)
        return self

    def merge(self, other: Measures) -> Self:
        """Add another's frames; returns self.

        Raises ConfigError when settings differ, DamagedProductError when a frame is in both.
        """
        if (other.settings, other.grid) != (self.settings, self.grid):
            raise ConfigError("statistics of other settings or grids, expected the same")
        for mine, others in zip(self.all, other.all, strict=True):
            mine.merge(others)
        return self

    def arrays(self) -> dict[str, np.ndarray]:
        """Everything but the stamps, to be kept."""
        return {key: entry for each in self.all for key, entry in each.arrays().items()}

    def comparison(
        self, stamp: str, target: np.ndarray, prediction: np.ndarray, dsun: float
    ) -> Comparison:
        """A frame as :meth:`update` wants it; see :class:`Comparison`."""
        return Comparison(self._disk, stamp, target, prediction, dsun)

    @cached_property
    def _disk(self) -> Disk:
        return Disk(self.grid, self.settings["within_radius"])

    def content(self) -> dict[str, Any]:
        """What a manifest says of them, as JSON can hold it."""
        return {"frames": self.stamps, "settings": self.settings, "grid": asdict(self.grid)}

    @classmethod
    def kept(cls, content: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Self:
        """What :meth:`content` and :meth:`arrays` gave."""
        made = cls(content["settings"], Grid.from_settings(content["grid"]))
        for statistic in made.all:
            statistic.restore(content["frames"], arrays)
        return made
