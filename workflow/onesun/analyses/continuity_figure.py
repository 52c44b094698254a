"""Continuity of flux as a figure: ratios through time, a panel for each region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from onesun.analyses.continuity_results import Flux
from onesun.figures.style import BLACK, BLUE, GREEN, HEAD, ORANGE, PURPLE, Style, sheet

_HEIGHT = 4.6  # inches
_COLOURS = (PURPLE, ORANGE, BLUE, GREEN)
_FRAMES = 0.5  # of the distance of two months, within which frames are spread


def draw_continuity(
    frames: Mapping[tuple[str, str, str], np.ndarray],
    fluxes: Sequence[Flux],
    head: str,
    style: Style,
    caption: str,
    out: Path,
) -> None:
    """Draw ratios of unsigned fluxes by month and by frame.

    Parameters
    ----------
    frames : the ratio with noise of each frame, by method, region and month.
    fluxes : every row of the table.
    head : words above the figure.
    out : PNG to write; a PDF and the caption go beside it.
    """
    methods = list(dict.fromkeys(flux.method for flux in fluxes))
    months = sorted({flux.month for flux in fluxes if flux.set})
    trained = sorted({flux.month for flux in fluxes if flux.set == "train"})
    regions = list(dict.fromkeys(flux.region for flux in fluxes))
    with sheet(out, style, "page", _HEIGHT, caption) as figure:
        panels = figure.subplots(2, 2, sharex=True).ravel()
        for axes, region in zip(panels, regions, strict=True):
            for index, method in enumerate(methods):
                shift = 0.16 * (index - (len(methods) - 1) / 2)
                own = [flux for flux in fluxes if (flux.method, flux.region) == (method, region)]
                colour = _COLOURS[index % len(_COLOURS)]
                _months(axes, own, months, colour, shift, method)
                _frames(axes, frames, (method, region), months, colour, shift)
            _finish(axes, region, months, trained)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(
            handles, labels, loc="outside upper center", ncols=len(labels), title=head,
            title_fontproperties=HEAD,
        )  # fmt: skip


def _months(
    axes: Axes, own: Sequence[Flux], months: Sequence[str], colour: str, shift: float, label: str
) -> None:
    for which, filling in (("with_noise", colour), ("unsigned", "white")):
        known = [
            (months.index(flux.month), flux.ratios[which])
            for flux in own
            if flux.set and np.isfinite(flux.ratios[which].value)
        ]
        if not known:
            continue
        place = np.array([index for index, _ in known]) + shift
        value, low, high = np.array([(each.value, each.low, each.high) for _, each in known]).T
        bars = np.nan_to_num(np.maximum([value - low, high - value], 0))
        words = f"{label}, with the target's noise" if which == "with_noise" else label
        axes.errorbar(
            place, value, yerr=bars, fmt="o", ms=3.5, color=colour, lw=0.8, label=words, mfc=filling
        )


def _frames(
    axes: Axes,
    frames: Mapping[tuple[str, str, str], np.ndarray],
    name: tuple[str, str],
    months: Sequence[str],
    colour: str,
    shift: float,
) -> None:
    for index, month in enumerate(months):
        values = frames[(*name, month)]
        beside = 0.05 + _FRAMES / 10 * np.linspace(0, 1, len(values))
        axes.plot(index + shift + beside, values, ".", ms=2, color=colour, alpha=0.6)


def _finish(axes: Axes, region: str, months: Sequence[str], trained: Sequence[str]) -> None:
    axes.axhline(1, color=BLACK, lw=0.6, ls=(0, (1, 1)), zorder=0)
    for month in trained:
        middle = months.index(month)
        axes.axvspan(middle - 0.5, middle + 0.5, color="0.9", lw=0, zorder=0)
    every = max(1, len(months) // 12)
    axes.set_xticks(range(0, len(months), every), months[::every])
    axes.tick_params(axis="x", labelrotation=0 if len(months) < 5 else 90)
    axes.set_xlim(-0.5, len(months) - 0.5)
    axes.set_title(region)
    axes.set_ylabel("unsigned flux / target's")
