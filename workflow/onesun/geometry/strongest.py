"""Where on the disk the field is strongest: what is shown when no place is asked for."""

from __future__ import annotations

import numpy as np

from onesun.geometry.grid import Grid
from onesun.geometry.window import Window

WITHIN = 0.9  # limb radii; fields are trusted up to there


def strongest_window(
    target: np.ndarray, grid: Grid, shape: tuple[int, int], step: int = 1
) -> Window | None:
    """The window of largest mean |B| among those that lie within 0.9 R as a whole.

    Parameters
    ----------
    target : (N, N) gauss; what has no value counts as 0.
    shape : rows and columns of the window, input pixels.
    step : input pixels from one window to the next; ``grid.patch`` for the grid's patches.

    None when no window of that shape lies there.
    """
    (height, width), n, k = shape, grid.input_size, grid.factor
    bottom = np.arange(0, n + 1 - height, step)[:, None]
    left = np.arange(0, n + 1 - width, step)[None, :]
    y, x = (
        np.maximum(np.abs(first - n / 2), np.abs(first + length - n / 2))
        for first, length in ((bottom, height), (left, width))
    )
    inside = np.hypot(y, x) <= WITHIN * grid.limb_radius("input")
    if not inside.any():
        return None
    blocks = np.abs(np.nan_to_num(target.astype(np.float64))).reshape(n, k, n, k).sum(axis=(1, 3))
    sums = np.pad(blocks.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    top, right = bottom + height, left + width
    total = sums[top, right] - sums[bottom, right] - sums[top, left] + sums[bottom, left]
    row, column = np.unravel_index(np.where(inside, total, -1).argmax(), inside.shape)
    south, west = int(row) * step, int(column) * step
    return Window(grid, south, south + height, west, west + width)
