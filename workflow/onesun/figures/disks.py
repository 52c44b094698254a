"""What figures of disks and regions draw and say alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from onesun.figures.frames import PairFrame
from onesun.figures.style import Extent
from onesun.geometry.grid import Grid
from onesun.geometry.window import Window
from onesun.tables.text import SIMULATED

WEST, NORTH = "solar west (arcsec)", "solar north (arcsec)"


def full_extent(grid: Grid) -> Extent:
    """Edges of both grids, arcsec from the disk centre."""
    half = grid.input_size / 2 * grid.input_scale
    return -half, half, -half, half


def thinned(field: np.ndarray, size: int) -> np.ndarray:
    """Means of square blocks, so that ``size`` or a few more pixels are left on a side.

    A block with any value has the mean of its values; one without is NaN.
    """
    block = max(1, field.shape[0] // size)
    while field.shape[0] % block:
        block -= 1
    side = field.shape[0] // block
    blocks = field.reshape(side, block, side, block)
    count = np.isfinite(blocks).sum(axis=(1, 3))
    total = np.nansum(blocks, axis=(1, 3), dtype=np.float64)
    means: np.ndarray = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return means


def colour_bar(
    axes: Axes | np.ndarray | None, image: AxesImage, label: str, **options: Any
) -> None:
    """A colour bar whose ends, the middle and nothing else are labelled, and marked as open."""
    bar = image.axes.figure.colorbar(image, ax=axes, extend="both", label=label, **options)
    limit = image.get_clim()[1]
    bar.set_ticks([-limit, 0, limit])


def origin(frames: Sequence[PairFrame]) -> str:
    """The frame's time, and whether it is simulated, in two lines."""
    first = frames[0].frame
    simulated = any(frame.frame.simulated for frame in frames)
    time = f"{first.time[:16].replace('T', ' ')} TAI"
    return f"{time}\n{SIMULATED}" if simulated else time


def where_and_when(frames: Sequence[PairFrame], region: Window) -> str:
    """The frame and the region, in the words of a caption."""
    left, right, low, high = region.extent()
    inputs = " and ".join(dict.fromkeys(frame.input_name for frame in frames))
    simulated = any(frame.frame.simulated for frame in frames)
    side, _ = region.shape("target")
    return (
        f"Frame {frames[0].frame.stamp} (1 frame of {inputs} each), observed by "
        f"{frames[0].target_name} at {frames[0].frame.time[:16].replace('T', ' ')} TAI"
        f"{f'; {SIMULATED}' if simulated else ''}. Axes: arcsec from the disk centre to solar west "
        f"and north, the Sun as seen from 1 AU. The region has {side} x {side} target pixels "
        f'({right - left:.0f}" on a side, around {(left + right) / 2:.0f}" west, '
        f'{(low + high) / 2:.0f}" north).'
    )
