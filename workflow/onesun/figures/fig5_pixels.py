"""Figure 5: output against target, pixel by pixel: 2-D histograms, residuals, variances, detail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from onesun.figures.histograms import about, head, percent
from onesun.figures.style import BASELINE, BLACK, HEAD, IDEAL, PREDICTION, Style, sheet
from onesun.metrics.pixels import PixelAgreement
from onesun.tables.merged import Merged, merge_measures

_TARGET = "target (G)"
# Dotted: near the output's in colour.
_IDEAL: dict[str, Any] = {"color": IDEAL, "lw": 1.2, "ls": (0, (1, 1))}
_DASHES, _SHADE = (0, (3, 1.5)), 0.35
_GREYS = ListedColormap(colormaps["Greys"](np.linspace(0.25, 1, 256)))  # one pixel is seen, too


@dataclass(frozen=True)
class _Shown:
    """One method on one pair: what it is called, its colour, its pixels."""

    name: str
    colour: str
    pixels: PixelAgreement


def draw_fig5(
    pairs: Sequence[str],
    baseline: str,
    method: str,
    fewest: int,
    style: Style,
    paths: Sequence[Path],
    out: Path,
) -> None:
    """Draw the figure: two rows a pair.

    Parameters
    ----------
    baseline, method : names of what is compared with the target.
    fewest : bins of fewer pixels (input pixels in the right column) have no mean.
    paths : manifests of measures, in any order.
    out : PNG to write; a PDF and a caption go beside it.

    Raises ConfigError when files, pairs and methods do not fit each other.
    """
    columns = [
        {"name": f"{pair}, {name}", "pair": pair, "method": name}
        for pair in pairs
        for name in (baseline, method)
    ]
    merged = merge_measures(columns, paths)
    shown = [
        _Shown(each.source.method, colour, each.measures.pixels.result())
        for each, colour in zip(merged, (BASELINE, PREDICTION) * len(pairs), strict=True)
    ]
    limits = _limits([each.pixels for each in shown])
    with sheet(
        out, style, "page", 0.8 + 3.7 * len(pairs), _caption(merged, shown, fewest)
    ) as figure:
        _draw(figure, pairs, shown, limits, fewest)
        _legend(figure, shown[:2], head([each.source for each in merged]))


def _limits(agreements: Sequence[PixelAgreement]) -> tuple[float, float]:
    """The target's and the output's field up to which there are pixels within the bins, gauss."""
    held = np.sum([each.counts[1:-1, 1:-1] for each in agreements], axis=0)
    edges = agreements[0].bins.edges
    farthest = np.maximum(np.abs(edges[:-1]), np.abs(edges[1:]))
    x, y = (float(farthest[held.any(axis=axis)].max(initial=farthest.min())) for axis in (1, 0))
    return x, y


def _draw(
    figure: Figure,
    pairs: Sequence[str],
    shown: Sequence[_Shown],
    limits: tuple[float, float],
    fewest: int,
) -> None:
    grid = figure.subplots(
        2 * len(pairs), 3, squeeze=False,
        gridspec_kw={"height_ratios": [1.5, 1] * len(pairs), "hspace": 0.03, "wspace": 0.03},
    )  # fmt: skip
    norm = LogNorm(1, max(int(each.pixels.counts.max()) for each in shown))
    for index, pair in enumerate(pairs):
        above, below = grid[2 * index : 2 * index + 2]
        base, best = shown[2 * index : 2 * index + 2]
        for axes, each in zip(above, (best, base), strict=False):
            image = _joint(axes, each, limits, fewest, norm)
            axes.set_title(f"{pair}: {each.name}")
        above[2].set_title(f"{pair}: detail in input pixels")
        for each in (base, best):
            _relative(below[0], below[1], each, fewest)
            _detail(above[2], below[2], each, fewest)
        _finish(above, below, limits[0])
    figure.colorbar(
        image, ax=grid, location="bottom", aspect=60, shrink=0.6, pad=0.01,
        label=f"pixels per bin of {_width(shown[0].pixels):g} by {_width(shown[0].pixels):g} G",
    )  # fmt: skip


def _legend(figure: Figure, shown: Sequence[_Shown], title: str) -> None:
    named: dict[str, Artist] = {each.name: Line2D([], [], color=each.colour) for each in shown}
    named |= {
        "ideal": Line2D([], [], **_IDEAL),
        "mean output": Line2D([], [], color=BLACK, lw=0.8, ls=_DASHES),
        "standard deviation": Patch(color=shown[1].colour, alpha=_SHADE, lw=0),
    }
    figure.legend(
        [*named.values()], [*named], loc="outside upper center", ncols=len(named), title=title,
        title_fontproperties=HEAD,
    )  # fmt: skip


def _joint(
    axes: Axes, shown: _Shown, limits: tuple[float, float], fewest: int, norm: LogNorm
) -> AxesImage:
    """The 2-D histogram, the ideal, the regression line, and mean and spread of each bin."""
    pixels, ends = shown.pixels, np.array([-limits[0], limits[0]])
    low, high = pixels.bins.low, pixels.bins.high
    counts = np.ma.masked_less(pixels.counts[1:-1, 1:-1].T, 1)
    image = axes.imshow(
        counts, origin="lower", extent=(low, high, low, high), norm=norm, cmap=_GREYS,
        aspect="auto", rasterized=True,
    )  # fmt: skip
    known = _known(pixels.n, fewest)
    target, mean, spread = (
        each[1:-1][known] for each in (pixels.target, pixels.mean, pixels.spread)
    )
    axes.fill_between(target, mean - spread, mean + spread, color=shown.colour, alpha=_SHADE, lw=0)
    line = pixels.regression
    if line.intercept is not None and line.slope is not None:
        axes.plot(ends, line.intercept + line.slope * ends, color=shown.colour, lw=1.2)
    axes.plot(ends, ends, **_IDEAL)
    axes.plot(target, mean, color=BLACK, lw=0.8, ls=_DASHES)
    slope, r = (
        "undetermined" if each is None else f"{each:.3f}" for each in (line.slope, line.correlation)
    )
    axes.text(0.04, 0.96, f"slope {slope}\nr {r}", va="top", transform=axes.transAxes)
    axes.set_ylim(-limits[1], limits[1])
    axes.set_ylabel("output (G)")
    return image


def _relative(residual: Axes, variance: Axes, shown: _Shown, fewest: int) -> None:
    pixels = shown.pixels
    known = _known(pixels.n, fewest)
    for axes, values in (
        (residual, pixels.relative_residual), (variance, pixels.relative_variance),
    ):  # fmt: skip
        axes.plot(pixels.target[1:-1][known], values[1:-1][known], color=shown.colour, lw=0.9)


def _detail(ratio: Axes, correlation: Axes, shown: _Shown, fewest: int) -> None:
    detail = shown.pixels.detail
    known = _known(detail.n, fewest)
    centres = shown.pixels.bins.centres[known]
    for axes, values in ((ratio, detail.variance_ratio), (correlation, detail.correlation)):
        axes.plot(centres, values[1:-1][known], color=shown.colour, lw=0.9, label=shown.name)


def _finish(above: Sequence[Axes], below: Sequence[Axes], limit: float) -> None:
    for axes in (*above, *below):
        axes.set_xlabel(_TARGET)
        axes.tick_params(length=2, pad=2)
    for axes in (*above[:2], *below[:2]):
        axes.set_xlim(-limit, limit)
    above[2].set_xlabel("target, mean of an input pixel (G)")
    below[2].set_xlabel("target, mean of an input pixel (G)")
    above[2].set_ylabel("variance, output / target")
    below[2].set_ylabel("correlation")
    below[0].set_ylabel("relative residual")
    below[1].set_ylabel("relative variance")
    below[1].set_yscale("log")
    for axes, ideal in ((below[0], 0), (above[2], 1), (below[2], 1)):
        axes.axhline(ideal, **_IDEAL, zorder=0)
    for axes in (above[2], below[2]):
        axes.set_ylim(bottom=min(0, axes.get_ylim()[0]))
    _within_one(below[0])


def _within_one(axes: Axes) -> None:
    """Limit relative residuals to 1, and say how many bins lie beyond."""
    curves = [np.asarray(line.get_ydata()) for line in axes.lines]
    beyond = sum(int(np.count_nonzero(np.abs(each) > 1)) for each in curves if len(each) > 2)
    low, high = axes.get_ylim()
    axes.set_ylim(max(low, -1), min(high, 1))
    if beyond:
        axes.text(
            0.98, 0.96, f"{beyond} bins beyond", transform=axes.transAxes, ha="right", va="top"
        )


def _known(n: np.ndarray, fewest: int) -> np.ndarray:
    """Which bins between the ends have enough to give a mean."""
    return n[1:-1] >= fewest


def _width(pixels: PixelAgreement) -> float:
    return (pixels.bins.high - pixels.bins.low) / pixels.bins.count


def _caption(merged: Sequence[Merged], shown: Sequence[_Shown], fewest: int) -> str:
    settings = merged[0].measures.settings
    names = ", ".join(
        f"{int(each.pixels.n.sum()):,} pixels of {entry.source.pair}"
        for entry, each in zip(merged[1::2], shown[1::2], strict=True)
    )
    outside, left_out = 0, 0
    for each in shown:
        counts = each.pixels.counts
        outside = max(outside, 1 - counts[1:-1, 1:-1].sum() / max(counts.sum(), 1))
        few = each.pixels.n < fewest
        left_out = max(left_out, int(each.pixels.n[few].sum()))
    return (
        f"Output against target, {names}, within r ≤ "
        f"{settings['within_radius']:g} solar radii. Upper panels: 2-D histograms of target and "
        f"output in bins of {_width(shown[0].pixels):g} G, of which at most "
        f"{percent(outside)} of a method lies beyond the bins; dotted: output = target; coloured: "
        "regression of output on target over all pixels; dashed and shaded: mean output in each "
        "bin of the target, and its standard deviation. Lower panels: residual, the mean of output "
        "less target over the mean of the target, and variance of output less target over the "
        f"mean target's square. Right: deviations from the mean of the "
        f"{merged[0].measures.grid.factor} by {merged[0].measures.grid.factor} target pixels that "
        "an input pixel covers: their variance, output over target, and the correlation of "
        "output's with target's; both are 1 for a perfect output. Means are given for bins of at "
        f"least {fewest} pixels, which leaves out at most {left_out} pixels of a method. "
        f"Purple: {shown[0].name}; orange: {shown[1].name}. "
        f"{about([each.source for each in merged])}"
    )
