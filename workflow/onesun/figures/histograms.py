"""Grids of histograms, a method a row: what Figures 4 and 9 share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from onesun.errors import ConfigError
from onesun.figures.style import IDEAL
from onesun.metrics.bins import Bins
from onesun.tables.merged import Merged
from onesun.tables.sources import Source
from onesun.tables.text import SIMULATED, frames


@dataclass(frozen=True)
class Axis:
    """What a column of panels has along x.

    Parameters
    ----------
    bins : of the histograms.
    ideal : where a perfect method would lie, in the bins' unit.
    low, high : what is shown, edges of bins.
    scale : of the bins' unit, one on the axis.
    """

    bins: Bins
    ideal: float
    low: float
    high: float
    scale: float = 1.0

    @classmethod
    def over(
        cls,
        bins: Bins,
        ideal: float,
        counts: Sequence[np.ndarray],
        shown: float,
        scale: float = 1.0,
    ) -> Axis:
        """Wide enough for the share ``shown`` of each of ``counts`` and for the ideal."""
        tail = (1 - shown) / 2
        found = np.array([bins.quantiles(each, [tail, 1 - tail]) for each in counts])
        # What lies beyond the bins ends at their ends.
        low = np.nan_to_num(np.where(np.isnan(found[:, 0]), bins.low, found[:, 0])).min()
        high = np.nan_to_num(np.where(np.isnan(found[:, 1]), bins.high, found[:, 1])).max()
        edges, slack = bins.edges, 1e-9 * (bins.high - bins.low)
        first = np.searchsorted(edges, min(low, ideal) + slack, side="right") - 1
        last = np.searchsorted(edges, max(high, ideal) - slack)
        return cls(bins, ideal, float(edges[max(first, 0)]), float(edges[last]), scale)

    @property
    def width(self) -> float:
        """Of a bin, in the bins' unit."""
        return (self.bins.high - self.bins.low) / self.bins.count

    def beyond(self, counts: np.ndarray) -> tuple[float, float]:
        """Shares of what was counted that lie below and above what is shown."""
        total = max(counts.sum(), 1)
        edges, middle = self.bins.edges, self.width / 2
        below = counts[0] + counts[1:-1][edges[:-1] < self.low - middle].sum()
        above = counts[-1] + counts[1:-1][edges[:-1] > self.high - middle].sum()
        return float(below / total), float(above / total)


def patch_of(merged: Sequence[Merged], patch: int | None) -> int:
    """The side of the patches, target pixels; None is the smallest measured.

    Raises ConfigError when these are not measured.
    """
    sizes = merged[0].measures.patches.sizes
    if patch is not None and patch not in sizes:
        raise ConfigError(f"patches of {patch} pixels: not measured, expected one of {sizes}")
    return patch or sizes[0]


def frame(axes: Axes, axis: Axis) -> None:
    """Limits and the line of the ideal; the axis's ends get a little room."""
    room = 0.02 * (axis.high - axis.low)
    axes.set_xlim((axis.low - room) / axis.scale, (axis.high + room) / axis.scale)
    axes.axvline(axis.ideal / axis.scale, color=IDEAL, lw=1.0, zorder=4)
    axes.margins(y=0)
    axes.tick_params(length=2, pad=2)


def steps(
    axes: Axes, axis: Axis, heights: np.ndarray, colour: str, filled: bool, label: str | None = None
) -> None:
    """Draw a histogram: shaded, or its outline.

    Parameters
    ----------
    heights : (bins.count,) of the bins between the ends.
    """
    edges = axis.bins.edges / axis.scale
    if filled:
        axes.stairs(heights, edges, fill=True, color=colour, lw=0, alpha=0.7, label=label)
    else:
        axes.stairs(heights, edges, color=colour, lw=0.8, zorder=3, label=label)


def note(axes: Axes, left: Sequence[str], right: Sequence[str], size: float) -> None:
    """Short lines in a panel's upper corners, in the smallest text that can be read."""
    for lines, x, side in ((left, 0.02, "left"), (right, 0.98, "right")):
        axes.text(
            x, 0.97, "\n".join(lines), transform=axes.transAxes, ha=side, va="top",
            fontsize=0.75 * size, linespacing=1.3,
        )  # fmt: skip


def beyond(axis: Axis, counts: np.ndarray) -> tuple[str, str]:
    """How much lies below and above what is shown, in words; empty where there is none."""
    below, above = (percent(share) if share else "" for share in axis.beyond(counts))
    return below and f"← {below}", above and f"{above} →"


def percent(share: float) -> str:
    """A share in per cent, to a hundredth."""
    return "< 0.01 %" if 0 < share < 1e-4 else f"{100 * share:.2f} %" if share else "0 %"


def broken(label: str) -> str:
    """A loss's name on two lines, to be read along a low panel."""
    words = label.split(" + ")
    half = (len(words) + 1) // 2
    return label if len(words) < 3 else " + ".join(words[:half]) + "\n+ " + " + ".join(words[half:])


def head(sources: Sequence[Source]) -> str:
    """Pairs and simulated frames, to stand above a figure that is seen without its caption."""
    pairs = " and ".join(dict.fromkeys(source.pair for source in sources))
    simulated = any(source.simulated for source in sources)
    return f"{pairs}: {SIMULATED}" if simulated else pairs


def about(sources: Sequence[Source]) -> str:
    """How many frames of which months, and whether they are simulated."""
    sentences = list(frames(sources))
    if any(source.simulated for source in sources):
        sentences.append(f"Inputs are {SIMULATED}.")
    return " ".join(sentences)
