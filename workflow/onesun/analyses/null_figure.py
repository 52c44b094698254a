"""The null test as a figure: errors and correlations by field strength."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from onesun.analyses.intervals import Value
from onesun.analyses.null_results import Row
from onesun.figures.style import BLACK, BLUE, GREEN, HEAD, ORANGE, PURPLE, VERMILION, Style, sheet

_HEIGHT = 3.6  # inches
_COLOURS = (PURPLE, BLUE, GREEN, ORANGE, VERMILION)
_LINES = {"optics": (0, (1, 1.2)), "noise": (0, (4, 1.5)), "observed": "-"}


def draw_null(
    rows: Sequence[Row],
    edges: Sequence[float],
    head: str,
    style: Style,
    caption: str,
    out: Path,
) -> None:
    """Draw root-mean-square differences and correlations of every row by bin of field.

    Parameters
    ----------
    edges : of the bins, gauss; the last is open.
    head : words above the figure.
    out : PNG to write; a PDF and the caption go beside it.
    """
    with sheet(out, style, "page", _HEIGHT, caption) as figure:
        panels = figure.subplots(1, 2)
        for axes, key, label in (
            (panels[0], "rmse", "rms difference (G)"),
            (panels[1], "correlation", "correlation"),
        ):
            for row, look in zip(rows, _looks(rows), strict=True):
                _curve(axes, row, getattr(row, key), look)
            axes.set_xticks(np.arange(len(edges)) + 0.5, [f"{edge:g}" for edge in edges])
            axes.set_xlim(-0.5, len(edges) + 0.5)
            axes.set_xticks([0], ["all"], minor=True)
            axes.axvline(0.5, color=BLACK, lw=0.4)
            axes.set_xlabel("|target| (G), the last bin open")
            axes.set_ylabel(label)
        panels[0].set_yscale("log")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(
            handles, labels, loc="outside lower center", ncols=3, title=head,
            title_fontproperties=HEAD,
        )  # fmt: skip


def _looks(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Colours by method; greys of lags the paler the longer."""
    methods = list(dict.fromkeys(row.method for row in rows if row.method))
    lags = [row.kind for row in rows if row.kind.startswith("lag ")]
    looks: list[dict[str, Any]] = []
    for row in rows:
        if row.method:
            colour = _COLOURS[methods.index(row.method) % len(_COLOURS)]
            looks.append({"color": colour, "ls": _LINES[row.kind]})
        elif row.kind in lags:
            grey = 0.35 + 0.4 * lags.index(row.kind) / max(len(lags), 1)
            looks.append({"color": str(grey), "ls": "-", "lw": 2.0})
        else:
            looks.append({"color": BLACK, "ls": "-", "lw": 1.4})
    return looks


def _curve(axes: Axes, row: Row, values: Sequence[Value], look: dict[str, Any]) -> None:
    value, low, high = np.array([(each.value, each.low, each.high) for each in values]).T
    place = np.arange(len(value))
    axes.plot(place[1:], value[1:], label=row.name, **look)
    axes.plot(place[:1], value[:1], "o", ms=3, color=look["color"])
    if row.kind in ("reading", "observed") or row.kind.startswith("lag "):
        shown = np.isfinite(low[1:]) & np.isfinite(high[1:])
        axes.fill_between(
            place[1:], low[1:], high[1:], where=shown, color=look["color"], alpha=0.15, lw=0
        )
