"""Figure 3: one region of input, target, baseline and each loss, and what they err by."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator

from onesun.figures.disks import NORTH, WEST, colour_bar, origin, where_and_when
from onesun.figures.frames import PairFrame, choose_region
from onesun.figures.style import Style, sheet, show_field
from onesun.geometry.grid import Grid
from onesun.geometry.window import Window

_DIFFERENCES = "RdBu_r"
_TITLE = 14  # letters of a title's line


@dataclass(frozen=True)
class Panels:
    """How every panel is drawn: the region, and where the scales end (gauss)."""

    region: Window
    limit: float
    difference_limit: float

    def field(self, axes: Axes, title: str, field: np.ndarray) -> AxesImage:
        lines = textwrap.wrap(title[:1].upper() + title[1:], _TITLE)
        axes.set_title("\n".join(lines), fontsize="small")
        return show_field(axes, field, self.region.extent(), self.limit)

    def difference(self, axes: Axes, difference: np.ndarray) -> AxesImage:
        """Prediction less target, and its root mean square over the region."""
        rms = np.sqrt(np.nanmean(difference.astype(np.float64) ** 2))
        axes.set_title(f"rms {rms:.0f} G", fontsize="small", pad=2)
        return show_field(
            axes, difference, self.region.extent(), self.difference_limit, cmap=_DIFFERENCES
        )


def draw(
    frames: Sequence[PairFrame],
    labels: Sequence[Mapping[str, str]],
    grid: Grid,
    section: Mapping[str, Any],
    style: Style,
    out: Path,
) -> None:
    """Write the figure.

    Parameters
    ----------
    frames : the same frame of each pair, two rows a pair.
    labels : of each pair, the methods as they are shown, by their names, from left to right.
    section : the configuration's ``figures.fig3``.
    """
    region = choose_region(frames[0].target(), grid, section["region"], "fig3.region")
    panels = Panels(region, section["limit"], section["difference_limit"])
    rows, columns = 2 * len(frames), len(labels[0]) + 2
    height = (style.page / columns * 1.13) * rows + 0.6
    text = caption(frames, labels, panels)
    with sheet(out, style, "page", height, text) as figure:
        axes = figure.subplots(rows, columns, sharex=True, sharey=True)
        for row, (frame, names) in enumerate(zip(frames, labels, strict=True)):
            _pair(axes[2 * row : 2 * row + 2], frame, names, panels)
        axes[0, 0].xaxis.set_major_locator(MaxNLocator(2))
        axes[0, 0].yaxis.set_major_locator(MaxNLocator(3))
        figure.supxlabel(WEST, fontsize=style.size)
        figure.supylabel(NORTH, fontsize=style.size)
        figure.suptitle(origin(frames).replace("\n", ", "), fontsize=style.size)


def _pair(axes: np.ndarray, frame: PairFrame, labels: Mapping[str, str], panels: Panels) -> None:
    """Fields of one pair above, differences from its target below."""
    cut = panels.region.of_field
    target = cut(frame.target(), "target")
    panels.field(axes[0, 0], f"{frame.input_name} (input)", cut(frame.input(), "input"))
    for column, (method, label) in enumerate(labels.items(), start=1):
        prediction = cut(frame.prediction(method), "target")
        panels.field(axes[0, column], label, prediction)
        difference = panels.difference(axes[1, column], prediction - target)
    image = panels.field(axes[0, -1], f"{frame.target_name} (target)", target)
    for blank in (axes[1, 0], axes[1, -1]):
        blank.axis("off")
    axes[1, 0].text(
        0.5, 0.5, f"method less\n{frame.target_name}:", transform=axes[1, 0].transAxes, ha="center",
        va="center",
    )  # fmt: skip
    for shown, label, y in ((image, "field (G)", 0.82), (difference, "difference (G)", 0.22)):
        bar = axes[1, -1].inset_axes([0.05, y, 0.9, 0.1])
        colour_bar(None, shown, label, cax=bar, orientation="horizontal")


def caption(
    frames: Sequence[PairFrame], labels: Sequence[Mapping[str, str]], panels: Panels
) -> str:
    """The words below it."""
    names = "; ".join(f"{label} is method `{method}`" for method, label in labels[0].items())
    return (
        "One region of the line-of-sight field: input, methods and target, and "
        "below each method its difference from the target, with the root mean square over the "
        f"region. {names}. Greys from -{panels.limit:g} to {panels.limit:g} G, colours of "
        f"differences from -{panels.difference_limit:g} to {panels.difference_limit:g} G; what is "
        f"beyond has the colour of the end. {where_and_when(frames, panels.region)}"
    )
