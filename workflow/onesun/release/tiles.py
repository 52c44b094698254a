"""Which part of the grid trains and which is held out: whole tiles, the same in every frame."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from onesun.geometry.grid import Grid
from onesun.geometry.window import Window
from onesun.release.recipe import HeldOutTiles

_STEP = 3  # from row to row, so that held-out tiles do not line up in columns


def on_disk(settings: HeldOutTiles, grid: Grid) -> list[Window]:
    """All tiles that touch the disk, row after row."""
    return [window for _, window in _numbered(settings, grid)]


def held_out(settings: HeldOutTiles, grid: Grid) -> list[Window]:
    """The held-out tiles that touch the disk: every ``every``-th, row after row."""
    return [window for number, window in _numbered(settings, grid) if number % settings.every == 0]


def _numbered(settings: HeldOutTiles, grid: Grid) -> Iterator[tuple[int, Window]]:
    tiles = grid.input_size // settings.size
    for row in range(tiles):
        for column in range(tiles):
            window = _window(grid, row, column, settings.size)
            if (window.radius("input") < 1).any():
                yield _STEP * row + column, window


def training_mask(settings: HeldOutTiles, grid: Grid) -> np.ndarray:
    """Input pixels that train; (n, n) bool."""
    mask = np.ones(grid.shape("input"), dtype=bool)
    for window in held_out(settings, grid):
        window.of_field(mask, "input")[:] = False
    return mask


def _window(grid: Grid, row: int, column: int, size: int) -> Window:
    return Window(grid, row * size, (row + 1) * size, column * size, (column + 1) * size)
