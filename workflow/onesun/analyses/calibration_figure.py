"""The calibration map as a figure: over the disk, and by what it may depend on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from onesun.analyses.calibration_results import Bin
from onesun.figures.style import BLACK, BLUE, OFF_DISK, VERMILION, Style, sheet

_HEIGHT = 4.8  # inches
_RANGE = 0.02  # of a slope, shown above and below it at least
_CHANCE = 2.0  # standard deviations; the map's colours reach so far from the mean


def draw_calibration(
    bins: Sequence[Bin], slopes: np.ndarray, head: str, style: Style, caption: str, out: Path
) -> None:
    """Draw slopes by tile of the disk, ratios by field and slopes by everything else.

    Parameters
    ----------
    bins : every bin of the table.
    slopes : (n, n) slope of each tile, the first row in the south; NaN where there is none.
    head : words above the figure.
    out : PNG to write; a PDF and the caption go beside it.
    """
    with sheet(out, style, "page", _HEIGHT, caption) as figure:
        panels = figure.subplots(2, 3).ravel()
        _map(figure, panels[0], slopes)
        _by_field(panels[1], bins)
        for axes, by, key, label in (
            (panels[2], "mu", "slope", "mu"),
            (panels[3], "mu", "offset", "mu"),
            (panels[4], "velocity", "slope", "OBS_VR of the target (m/s)"),
        ):
            _by(axes, [each for each in bins if each.by == by], key, label)
        rest = [each for each in bins if each.by in ("interval", "site", "month")]
        _by(panels[5], rest, "slope", "")
        figure.suptitle(head, size="medium", style="italic")


def _map(figure: Figure, axes: Axes, slopes: np.ndarray) -> None:
    known = slopes[np.isfinite(slopes)]
    middle = float(np.median(known)) if known.size else 1.0
    spread = max(float(np.std(known)) * _CHANCE, 0.01) if known.size else 0.1
    axes.set_facecolor(OFF_DISK)
    image = axes.imshow(
        slopes, origin="lower", cmap="PuOr", vmin=middle - spread, vmax=middle + spread
    )
    figure.colorbar(image, ax=axes, shrink=0.9, label="slope")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel("tiles of the disk, north up")


def _by_field(axes: Axes, bins: Sequence[Bin]) -> None:
    for by, colour, shift in (("positive", VERMILION, 0.12), ("negative", BLUE, -0.12)):
        own = [each for each in bins if each.by == by]
        _points(axes, own, "ratio", colour, shift, by)
    _edges(axes, [each for each in bins if each.by == "field"])
    axes.set_xlabel("|target| at matched resolution (G)")
    axes.set_ylabel("ratio")
    axes.legend(loc="best")
    _at_least(axes)


def _by(axes: Axes, bins: Sequence[Bin], key: str, label: str) -> None:
    _points(axes, bins, key, BLACK, 0.0, None)
    if bins and bins[0].low is not None:
        _edges(axes, bins)
    else:
        units = {"interval": " s"}
        names = [each.name + units.get(each.by, "") for each in bins]
        upright = label != ""
        names = [
            name.replace(" to ", "\nto ") if upright else " ".join(name.split()[:2])
            for name in names
        ]
        axes.set_xticks(range(len(bins)), names, rotation=0 if upright else 90, fontsize="x-small")
        axes.set_xlim(-0.6, max(len(bins), 1) - 0.4)
    axes.set_xlabel(label)
    axes.set_ylabel("offset (G)" if key == "offset" else "slope")
    if key != "offset":
        _at_least(axes)


def _edges(axes: Axes, bins: Sequence[Bin]) -> None:
    """Bins are as wide as each other; their edges are named."""
    edges = [f"{each.low:g}" for each in bins]
    edges += [] if bins[-1].high is None else [f"{bins[-1].high:g}"]
    axes.set_xticks(np.arange(len(edges)) - 0.5, edges, fontsize="x-small")
    axes.set_xlim(-0.6, len(bins) - 0.4)


def _at_least(axes: Axes) -> None:
    """Show a range of some per cent, so that differences of a thousandth look like it."""
    low, high = axes.get_ylim()
    middle = (low + high) / 2
    half = max((high - low) / 2, _RANGE * abs(middle))
    axes.set_ylim(middle - half, middle + half)


def _points(
    axes: Axes, bins: Sequence[Bin], key: str, colour: str, shift: float, label: str | None
) -> None:
    """Values with their intervals at the place of each bin; nothing where a bin is left out."""
    known = [(index, each.values[key]) for index, each in enumerate(bins) if each.values]
    if not known:
        axes.text(0.5, 0.5, "no bin has enough pixels", ha="center", transform=axes.transAxes)
        return
    place = np.array([index for index, _ in known]) + shift
    value, low, high = np.array([(each.value, each.low, each.high) for _, each in known]).T
    bars = np.nan_to_num(np.maximum([value - low, high - value], 0))
    axes.errorbar(place, value, yerr=bars, fmt="o", ms=3, color=colour, lw=0.8, label=label)
