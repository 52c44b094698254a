"""Where the pixels of a conversion lie: the grid that the network reads, and the one it makes.

Both are views of the Sun by the frame's own observer, so that helioprojective coordinates stay
what they are. ``standard`` has solar north up and the disk in the middle, with as many pixels to
its radius as HMI's has from 1 AU. ``input`` has the centre and the roll of the frame, and pixels
that divide its pixels evenly: by 4 for MDI, and by 5 for GONG, whose pixels are larger, because a
network knows the Sun at one scale; what remains between the two scales is a few per cent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from onesun.errors import ConfigError
from onesun.geometry.grid import RSUN_AT_1AU, Grid
from onesun.geometry.pointing import Pointing

Geometry = Literal["standard", "input"]
GEOMETRIES: tuple[Geometry, ...] = get_args(Geometry)


@dataclass(frozen=True)
class View:
    """A rectangle of square pixels on the sky of one observer.

    Parameters
    ----------
    shape : rows and columns.
    pointing : disk centre, scale and roll of these pixels, and the observer.
    """

    shape: tuple[int, int]
    pointing: Pointing

    def finer(self, factor: int) -> View:
        """The same rectangle with each pixel divided into ``factor`` x ``factor``."""
        rows, columns = self.shape
        old = self.pointing
        pointing = replace(
            old,
            x0=(old.x0 + 0.5) * factor - 0.5,
            y0=(old.y0 + 0.5) * factor - 0.5,
            scale=old.scale / factor,
        )
        return View((rows * factor, columns * factor), pointing)

    def widened(self, by: int) -> View:
        """The same pixels with ``by`` more on every side."""
        pointing = replace(self.pointing, x0=self.pointing.x0 + by, y0=self.pointing.y0 + by)
        return View((self.shape[0] + 2 * by, self.shape[1] + 2 * by), pointing)

    def radius(self) -> np.ndarray:
        """Distance of each pixel from the disk centre; limb radii, ``shape`` float32."""
        return self.pointing.radius(self.shape)


def check_geometry(name: str) -> Geometry:
    """The geometry of this name; raises ConfigError where there is none."""
    for geometry in GEOMETRIES:
        if name == geometry:
            return geometry
    raise ConfigError(f"geometry: {name!r} found, expected one of {', '.join(GEOMETRIES)}")


def read_by_network(
    frame: Pointing, shape: tuple[int, int], geometry: Geometry, grid: Grid
) -> View:
    """The low-resolution view that a frame is resampled to.

    Parameters
    ----------
    frame : the frame's own pointing.
    shape : its rows and columns.
    geometry : see the module.
    grid : the common grid on which the network is trained.
    """
    check_geometry(geometry)
    # Arcsec per pixel that make the Sun as large on the grid as from 1 AU.
    trained_scale = grid.input_scale * frame.rsun / RSUN_AT_1AU
    if geometry == "standard":
        middle = (grid.input_size - 1) / 2
        pointing = replace(frame, x0=middle, y0=middle, scale=trained_scale, roll=0.0)
        return View(grid.shape("input"), pointing)
    divided_by = max(round(grid.factor * frame.scale / trained_scale), 1)
    ratio = divided_by / grid.factor  # low-resolution pixels to a pixel of the frame
    pointing = replace(
        frame,
        x0=(frame.x0 + 0.5) * ratio - 0.5,
        y0=(frame.y0 + 0.5) * ratio - 0.5,
        scale=frame.scale / ratio,
    )
    rows, columns = (int(np.ceil(size * ratio)) for size in shape)
    return View((rows, columns), pointing)


@dataclass(frozen=True)
class ViewMapping:
    """From the pixels of a view to those of the frame, as :mod:`onesun.alignment.resample` asks."""

    view: View
    frame: Pointing

    @property
    def shape(self) -> tuple[int, int]:
        return self.view.shape

    @property
    def step(self) -> float:
        return self.view.pointing.scale / self.frame.scale

    def rows(self, rows: slice) -> tuple[np.ndarray, np.ndarray]:
        number, columns = self.view.shape
        down = np.arange(*rows.indices(number), dtype=float)[:, None]
        x, y = self.view.pointing.to_disk(np.arange(columns, dtype=float)[None, :], down)
        px, py = self.frame.to_pixel(x, y)
        px[np.hypot(x, y).astype(np.float32) >= 1] = np.nan
        return px, py
