"""Resolution as a figure: spectra, coherence, transfer and small elements of every method."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from onesun.analyses.resolution_results import Resolution, Resolved
from onesun.figures.style import (
    BASELINE,
    BLACK,
    BLUE,
    GREEN,
    HEAD,
    IDEAL,
    PREDICTION,
    SKY,
    TARGET,
    VERMILION,
    Style,
    sheet,
)
from onesun.tables.text import SIMULATED

_OTHERS = (GREEN, SKY, VERMILION, BLACK)
_NAMED = {"bicubic": BASELINE, "wiener": BLUE, "onesun": PREDICTION, "full": PREDICTION}
_MARKERS = "os^D"
_PERIODS = (16, 8, 4, 3, 2, 1)  # arcsec, named on the upper axis
_SHOWN = 2.5  # of the input's Nyquist frequency; beyond it there is nothing to see


def draw_resolution(found: Resolution, style: Style, out: Path) -> None:
    """Draw the figure of a pair.

    Parameters
    ----------
    out : PNG to write; a PDF and a caption go beside it.
    """
    colours = _colours(found)
    with sheet(out, style, "page", 4.6, _caption(found)) as figure:
        (power, coherence, transfer), (skill, *elements) = figure.subplots(2, 3)
        _powers(power, found, colours)
        for axes, name, label in (
            (coherence, "coherence", "coherence with the target"),
            (transfer, "transfer", "transfer function"),
            (skill, "skill", "share of power right"),
        ):
            _curves(axes, found, name, colours)
            axes.set_ylabel(label)
        coherence.set_ylim(-0.05, 1.02)
        transfer.set_ylim(-0.05, 1.3)
        transfer.axhline(1, color=IDEAL, lw=0.8, ls=(0, (1, 1)), zorder=1)
        skill.set_ylim(-0.5, 1.02)
        skill.axhline(0, color=IDEAL, lw=0.8, ls=(0, (1, 1)), zorder=1)
        thresholds = found.settings["thresholds"]
        for axes, index in zip(elements, sorted({0, len(thresholds) - 1}), strict=False):
            _elements(axes, found, index, colours, style.size)
        for axes in elements[len({0, len(thresholds) - 1}) :]:
            axes.set_axis_off()
        handles = [Line2D([], [], color=colour, label=name) for name, colour in colours.items()]
        handles += [
            Line2D([], [], color=TARGET, ls="--", label="target"),
            Line2D([], [], color="0.5", lw=0.8, ls="-.", label="input's Nyquist frequency"),
        ]
        simulated = f": {SIMULATED}" if found.simulated else ""
        figure.legend(
            handles=handles, loc="outside upper center", ncols=len(handles),
            title=f"{found.pair}{simulated}", title_fontproperties=HEAD,
        )  # fmt: skip


def _colours(found: Resolution) -> dict[str, str]:
    """Of each method, the same in every figure for those that come with the configuration."""
    free, colours = list(_OTHERS), {}
    for method in found.methods:
        colours[method.name] = _NAMED.get(method.name) or free.pop(0)
        free = free or list(_OTHERS)
    return colours


def _powers(axes: Axes, found: Resolution, colours: Mapping[str, str]) -> None:
    frequencies = found.frequencies[1:]
    for method in found.methods:
        axes.plot(frequencies, method.power[1, 1:], color=colours[method.name])
    axes.plot(frequencies, found.methods[0].power[0, 1:], color=TARGET, ls="--", zorder=4)
    axes.set_yscale("log")
    target = found.methods[0].power[0, 1:]
    axes.set_ylim(np.nanmin(target) / 10, 3 * np.nanmax(target))
    axes.set_ylabel("power density (G² arcsec²)")
    _frequency_axis(axes, found)


def _curves(axes: Axes, found: Resolution, name: str, colours: Mapping[str, str]) -> None:
    frequencies = found.frequencies[1:]
    for method in found.methods:
        value, low, high = method.curves[name][:, 1:]
        colour = colours[method.name]
        axes.fill_between(frequencies, low, high, color=colour, alpha=0.2, lw=0)
        axes.plot(frequencies, value, color=colour)
    _frequency_axis(axes, found)


def _frequency_axis(axes: Axes, found: Resolution) -> None:
    """Linear in frequency, with periods named above."""
    last = min(found.frequencies[-1], _SHOWN * found.nyquist)
    axes.set_xlim(0, last)
    axes.axvline(found.nyquist, color="0.5", lw=0.8, ls="-.", zorder=1)
    axes.set_xlabel("cycles per arcsec")
    axes.tick_params(length=2, pad=2)
    above = axes.secondary_xaxis("top")
    shown = [period for period in _PERIODS if 1 / period <= last]
    above.set_xticks([1 / period for period in shown], [f"{period}″" for period in shown])
    above.tick_params(length=2, pad=1, labelsize="x-small")


def _elements(
    axes: Axes, found: Resolution, index: int, colours: Mapping[str, str], size: float
) -> None:
    """Recall and precision of each method as its threshold falls, and by chance."""
    shares = found.settings["shares"]
    for method in found.methods:
        _element_curve(axes, method, index, shares, colours[method.name])
    axes.set_xlim(0, _highest_recall(found))
    axes.set_ylim(0, 1)
    axes.set_xlabel("recall of small elements")
    axes.set_ylabel("precision")
    axes.tick_params(length=2, pad=2)
    axes.text(
        0.97, 0.97, f"target ≥ {found.settings['thresholds'][index]:g} G",
        transform=axes.transAxes, ha="right", va="top", fontsize=0.85 * size,
    )  # fmt: skip


def _highest_recall(found: Resolution) -> float:
    """Where the axis of recall ends, the same for all thresholds."""
    recalls = [
        row["recall"].value.value for method in found.methods for row in method.elements.values()
    ]
    return min(1.0, 0.1 + float(np.nanmax([0.0, *recalls])))


def _element_curve(
    axes: Axes, method: Resolved, index: int, shares: list[float], colour: str
) -> None:
    rows = [method.elements[index, j] for j in range(len(shares))]
    recall = [row["recall"].value.value for row in rows]
    precision = [row["precision"].value.value for row in rows]
    axes.plot(recall, precision, color=colour, lw=0.8)
    for j, marker in zip(range(len(shares)), _MARKERS[-len(shares) :], strict=False):
        axes.plot(recall[j], precision[j], marker=marker, ms=3.5, color=colour, ls="none")
    chance = [row["recall_by_chance"].value.value for row in rows]
    wrong = [row["precision_by_chance"].value.value for row in rows]
    axes.plot(chance, wrong, color=colour, lw=0.8, alpha=0.4, ls=(0, (1, 1)))


def _caption(found: Resolution) -> str:
    settings = found.settings
    fewest, most = settings["sizes"]
    shares = ", ".join(f"{share:g}" for share in settings["shares"])
    simulated = f" Inputs are {SIMULATED}." if found.simulated else ""
    return (
        f"Resolution of {found.pair}: {found.frames} frame{'s' * (found.frames != 1)} of "
        f"{', '.join(found.months)}, r ≤ "
        f"{settings['within_radius']:g}. Power density of target and predictions, coherence with "
        "the target, transfer function and share of the target's power that is right, by spatial "
        f"frequency (windows of {settings['window']} target pixels, tapered, all directions "
        f"together); bands are intervals, a unit being {found.what} ({found.units} of them). "
        "Dash-dotted: the input's Nyquist frequency, "
        f"{found.nyquist:.3f} cycles per arcsec. Below on the right: recall and precision of "
        f"elements of {fewest} to {most:.0f} target pixels, as the prediction's threshold goes "
        f"through {shares} of the target's (the highest a diamond); dotted, by chance: the same "
        "after moving the prediction by half a tile. "
        f"`wiener` is `{settings['wiener']}` behind the best filter by frequency, fitted to these "
        f"frames.{simulated}"
    )
