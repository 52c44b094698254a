"""A field that is on the common grid already, to be moved there by a correction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from onesun.alignment.mapping import Correction, off_disk
from onesun.geometry.grid import AU_METRES, RSUN_AT_1AU, Grid, Which
from onesun.geometry.pointing import Pointing


@dataclass(frozen=True)
class GridField:
    """A field on the target grid, with the pointing that the grid is: north up, as from 1 AU.

    Parameters
    ----------
    field : (N, N) float32, gauss.
    grid : the common grid.
    """

    field: np.ndarray
    grid: Grid

    @property
    def pointing(self) -> Pointing:
        centre = (self.grid.target_size - 1) / 2
        return Pointing(
            x0=centre, y0=centre, scale=self.grid.target_scale, roll=0.0,
            rsun=RSUN_AT_1AU, dsun=AU_METRES, b0=0.0, l0=0.0,
        )  # fmt: skip

    def mapping(self, which: Which) -> GridMapping:
        """From the pixels of one of the grids to this field, uncorrected."""
        return GridMapping(self.grid.axis(which), self.pointing)


@dataclass(frozen=True)
class GridMapping:
    """Where pixels of the input or the target grid lie in a field on the target grid.

    Parameters
    ----------
    axis : (N,) position of each output pixel along one axis, limb radii.
    pointing : of the field.
    correction : by how much the field's features lie elsewhere than the grid says.
    """

    axis: np.ndarray
    pointing: Pointing
    correction: Correction = field(default_factory=Correction)

    def corrected(self, correction: Correction) -> GridMapping:
        """The same mapping with another correction."""
        return replace(self, correction=correction)

    @property
    def shape(self) -> tuple[int, int]:
        return (len(self.axis), len(self.axis))

    @property
    def step(self) -> float:
        return float(self.axis[1] - self.axis[0]) * self.pointing.limb_radius

    def rows(self, rows: slice) -> tuple[np.ndarray, np.ndarray]:
        x, y = self.correction.apply(self.axis[None, :], self.axis[rows, None])
        px, py = self.pointing.to_pixel(x, y)
        px[off_disk(self.axis, rows)] = np.nan
        return px, py
