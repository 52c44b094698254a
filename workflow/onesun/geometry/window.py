"""A rectangle of the common grid: what figures show, or methods are given instead of the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from onesun.errors import ConfigError
from onesun.geometry.grid import Grid, Which


@dataclass(frozen=True)
class Window:
    """Rows ``bottom`` to ``top - 1`` and columns ``left`` to ``right - 1`` of the input grid.

    For methods it is what :class:`Grid` is: ``shape``, ``radius`` and ``factor`` are those of the
    part. Its target pixels are those under its input pixels.

    Parameters
    ----------
    grid : the whole.
    bottom, top, left, right : input pixels, counted from 0 at the south-east corner of the image.

    Raises ConfigError when it is empty or leaves the grid.
    """

    grid: Grid
    bottom: int
    top: int
    left: int
    right: int

    def __post_init__(self) -> None:
        size = self.grid.input_size
        if not (0 <= self.bottom < self.top <= size and 0 <= self.left < self.right <= size):
            raise ConfigError(
                f"window: rows {self.bottom} to {self.top} and columns {self.left} to "
                f"{self.right} of the input grid, expected a part of its {size} x {size} pixels"
            )

    @classmethod
    def around(cls, grid: Grid, centre: tuple[float, float], size: tuple[float, float]) -> Window:
        """The whole input pixels nearest to a rectangle.

        Parameters
        ----------
        centre, size : (west, north) and (width, height), arcsec on the common grid.
        """
        middle = grid.input_size / 2
        edges = [
            round(middle + (at + side * length / 2) / grid.input_scale)
            for at, length in zip(centre, size, strict=True)
            for side in (-1, 1)
        ]
        left, right, bottom, top = edges
        return cls(grid, bottom, top, left, right)

    @classmethod
    def centred(cls, grid: Grid, centre: Sequence[float], shape: tuple[int, int]) -> Window:
        """The window of a shape whose middle lies nearest to a place.

        Parameters
        ----------
        centre : (west, north), arcsec on the common grid.
        shape : rows and columns, input pixels.
        """
        height, width = shape
        left, bottom = (
            round(grid.input_size / 2 + at / grid.input_scale - side / 2)
            for at, side in zip(centre, (width, height), strict=True)
        )
        return cls(grid, bottom, bottom + height, left, left + width)

    @classmethod
    def of(cls, grid: Grid, edges: Mapping[str, int]) -> Window:
        """From what :meth:`edges` gives."""
        return cls(grid, **edges)

    def edges(self) -> dict[str, int]:
        """Its edges by name, input pixels."""
        return {name: value for name, value in asdict(self).items() if name != "grid"}

    def widened(self, margin: int) -> Window:
        """With ``margin`` more input pixels on every side.

        Raises ConfigError when that leaves the grid.
        """
        return Window(
            self.grid,
            self.bottom - margin,
            self.top + margin,
            self.left - margin,
            self.right + margin,
        )

    @property
    def factor(self) -> int:
        return self.grid.factor

    @property
    def target_scale(self) -> float:
        return self.grid.target_scale

    def shape(self, which: Which) -> tuple[int, int]:
        """Rows and columns."""
        step = self._step(which)
        return (self.top - self.bottom) * step, (self.right - self.left) * step

    def radius(self, which: Which) -> np.ndarray:
        """As of the grid, for the pixels of the window; float32, limb radii."""
        rows, columns = self.slices(which)
        axis = self.grid.axis(which)
        radius: np.ndarray = np.hypot(axis[columns][None, :], axis[rows][:, None])
        return radius.astype(np.float32)

    def slices(self, which: Which) -> tuple[slice, slice]:
        """Rows and columns of the grid's fields that it holds."""
        step = self._step(which)
        return (
            slice(self.bottom * step, self.top * step),
            slice(self.left * step, self.right * step),
        )

    def of_field(self, field: np.ndarray, which: Which) -> np.ndarray:
        """Its part of a field on the grid ``which``; a view."""
        return field[self.slices(which)]

    def without_margin(self, field: np.ndarray, margin: int, which: Which) -> np.ndarray:
        """A field on this window less ``margin`` input pixels on every side; a view."""
        cut = margin * self._step(which)
        rows, columns = self.shape(which)
        return field[cut : rows - cut, cut : columns - cut]

    def extent(self) -> tuple[float, float, float, float]:
        """Its left, right, bottom and top edge, arcsec from the disk centre, west and north."""
        middle, scale = self.grid.input_size / 2, self.grid.input_scale
        west, east = ((edge - middle) * scale for edge in (self.left, self.right))
        south, north = ((edge - middle) * scale for edge in (self.bottom, self.top))
        return west, east, south, north

    def _step(self, which: Which) -> int:
        """Pixels of the grid ``which`` per input pixel."""
        return 1 if which == "input" else self.grid.factor
