"""Figure 2: full disks of inputs, predictions and target, with a patch at full resolution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from onesun.figures.disks import (
    NORTH,
    WEST,
    colour_bar,
    full_extent,
    origin,
    thinned,
    where_and_when,
)
from onesun.figures.frames import PairFrame, choose_region
from onesun.figures.style import FIELD, INPUT, PREDICTION, TARGET, Style, sheet, show_field
from onesun.geometry.grid import Grid, Which
from onesun.geometry.window import Window

_DISK = 512  # pixels of a disk's picture
_INSET = 0.37  # of the panel's side
TICKS = (-800, 0, 800)  # arcsec


def draw(
    frames: Sequence[PairFrame],
    method: str,
    grid: Grid,
    section: Mapping[str, Any],
    style: Style,
    out: Path,
) -> None:
    """Write the figure.

    Parameters
    ----------
    frames : the same frame of each pair, one column a pair; the target is the first's.
    method : whose predictions are shown.
    section : the configuration's ``figures.fig2``.
    """
    target = frames[0].target()
    region = choose_region(target, grid, section["inset"], "fig2.inset")
    disks = Disks(region, style, section["inset_limit"])
    columns = len(frames) + 1
    height = style.page / columns * 2.2
    with sheet(out, style, "page", height, caption(frames, method, region, disks)) as figure:
        axes = figure.subplots(2, columns, sharex=True, sharey=True)
        for column, frame in enumerate(frames):
            name = frame.input_name
            disks.draw(axes[0, column], f"{name} (input)", frame.input(), "input", INPUT)
            sharper = frame.prediction(method)
            disks.draw(axes[1, column], f"SR-{name}", sharper, "target", PREDICTION)
        name = f"{frames[0].target_name} (target)"
        images = disks.draw(axes[1, -1], name, target, "target", TARGET)
        _key(axes[0, -1], images, frames)
        axes[0, 0].set(xticks=TICKS, yticks=TICKS)
        for panel in axes[-1]:
            panel.set_xlabel(WEST)
        for panel in axes[:, 0]:
            panel.set_ylabel(NORTH)


@dataclass(frozen=True)
class Disks:
    """How every panel is drawn: the inset's region, and where the greys end (gauss)."""

    region: Window
    style: Style
    inset_limit: float

    def draw(
        self, axes: Axes, title: str, field: np.ndarray, which: Which, colour: str
    ) -> tuple[AxesImage, AxesImage]:
        """One disk, and its inset in the corner farthest from the region."""
        extent = full_extent(self.region.grid)
        disk = show_field(axes, thinned(field, _DISK), extent, self.style.field_limit)
        disk.set_interpolation("antialiased")
        axes.set_title(title)
        left, right, low, high = self.region.extent()
        x = 0.0 if left + right > 0 else 1 - _INSET
        y = 0.0 if low + high > 0 else 1 - _INSET
        inset = axes.inset_axes((x, y, _INSET, _INSET))
        patch = self.region.of_field(field, which)
        detail = show_field(inset, patch, self.region.extent(), self.inset_limit)
        inset.set(xticks=[], yticks=[])
        for spine in inset.spines.values():
            spine.set(color=colour, linewidth=1.2)
        axes.indicate_inset_zoom(inset, edgecolor=colour, alpha=1, linewidth=0.7)
        return disk, detail


def _key(axes: Axes, images: Sequence[AxesImage], frames: Sequence[PairFrame]) -> None:
    """Both greys, and what the frame is, in the panel that is left over."""
    axes.axis("off")
    for image, what, y in zip(images, ("disks", "insets"), (0.62, 0.22), strict=True):
        bar = axes.inset_axes((0.1, y, 0.8, 0.06))
        colour_bar(None, image, f"{what}: {FIELD}", cax=bar, orientation="horizontal")
    axes.text(0.5, 0.98, origin(frames), ha="center", va="top", transform=axes.transAxes)


def caption(frames: Sequence[PairFrame], method: str, region: Window, disks: Disks) -> str:
    """The words below it."""
    pairs = "; ".join(
        f"SR-{frame.input_name} is {frame.month.pair} by {method}" for frame in frames
    )
    return (
        f"Full disks of the line-of-sight field: inputs above, predictions below, "
        f"the target at the right ({pairs}). Greys from -{disks.style.field_limit:g} to "
        f"{disks.style.field_limit:g} G, in the insets from -{disks.inset_limit:g} to "
        f"{disks.inset_limit:g} G; stronger fields are black and white. For these pictures of "
        f"whole disks fields are averaged over several pixels; the insets show every pixel. "
        f"{where_and_when(frames, region)}"
    )
