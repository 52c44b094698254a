"""Figure 4: how the terms of the loss change the errors, a histogram a method and metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from onesun.figures.histograms import (
    Axis,
    about,
    beyond,
    broken,
    frame,
    head,
    note,
    patch_of,
    percent,
    steps,
)  # fmt: skip
from onesun.figures.style import BASELINE, BLACK, FAIR, HEAD, PREDICTION, Style, sheet
from onesun.metrics.bins import Bins
from onesun.metrics.flux import FluxErrors
from onesun.metrics.patches import ALL
from onesun.tables.merged import Merged

_COLOURS = {"bicubic": BASELINE, "matched": FAIR}  # by the shipped names


@dataclass(frozen=True)
class _Metric:
    """A column.

    Parameters
    ----------
    title, label : above it and below.
    counts : of each method.
    left, right : of each method, what its panel says in the upper corners.
    """

    title: str
    label: str
    axis: Axis
    counts: list[np.ndarray]
    left: list[str]
    right: list[str]


def draw(merged: Sequence[Merged], section: Mapping[str, Any], style: Style, out: Path) -> None:
    """Write the figure.

    Parameters
    ----------
    merged : measures of each row's method, all of one pair, the baseline first.
    section : the configuration's ``figures.fig4``.

    Raises ConfigError when that patch is not measured.
    """
    patch = patch_of(merged, section["patch"])
    metrics = _metrics(merged, patch, section["shown"])
    height = 0.95 + 0.95 * len(merged)
    with sheet(out, style, "page", height, _caption(merged, metrics, patch)) as figure:
        figure.suptitle(head([merged[0].source]), **HEAD)
        _draw(figure, merged, metrics, style)


def _metrics(merged: Sequence[Merged], patch: int, shown: float) -> list[_Metric]:
    patches = [each.measures.patches.result()[patch, "within", ALL] for each in merged]
    gradients = [each.measures.gradients.result() for each in merged]
    fluxes = [each.measures.flux.result() for each in merged]
    extreme, correlation = (
        merged[0].measures.patches.bins[name] for name in ("maximum", "correlation")
    )
    nothing = [""] * len(merged)
    # One on the axis of fluxes is 1e16 Mx.
    found = (
        ("Extreme values", "target less output (G)", extreme, 0, 1,
         [each.maximum + each.minimum for each in patches],
         [f"E_min {_median(extreme, each.minimum)}" for each in patches],
         [f"E_max {_median(extreme, each.maximum)}" for each in patches]),
        ("Patch correlation", "Pearson's coefficient", correlation, 1, 1,
         [each.correlation for each in patches],
         [f"mean {each.mean_correlation:.3f}" for each in patches], nothing),
        ("Gradient difference", "of a pixel (G/pixel)", gradients[0].bins, 0, 1,
         [each.counts for each in gradients], nothing,
         [f"mean {each.mean:.2f}" for each in gradients]),
        ("Flux difference", "of a pixel ($10^{16}$ Mx)", fluxes[0].bins, 0, 1e16,
         [each.counts for each in fluxes], nothing, [_mean(each) for each in fluxes]),
    )  # fmt: skip
    return [
        _Metric(title, label, Axis.over(bins, ideal, counts, shown, scale), counts, left, right)
        for title, label, bins, ideal, scale, counts, left, right in found
    ]


def _median(bins: Bins, counts: np.ndarray) -> str:
    return f"{bins.quantiles(counts, [0.5])[0]:+.1f}"


def _mean(flux: FluxErrors) -> str:
    """Of the error of a pixel's flux, in the axis's unit; nothing where pixels are not measured."""
    return f"mean {flux.bias[flux.sizes.index(1)] / 1e16:+.3f}" if 1 in flux.sizes else ""


def _draw(
    figure: Figure, merged: Sequence[Merged], metrics: Sequence[_Metric], style: Style
) -> None:
    grid = figure.subplots(
        len(merged), len(metrics), sharex="col", sharey="col", squeeze=False,
        gridspec_kw={"hspace": 0.03, "wspace": 0.03},
    )  # fmt: skip
    last = len(merged) - 1
    colours = [
        _COLOURS.get(each.source.method, PREDICTION if row else BASELINE)
        for row, each in enumerate(merged)
    ]
    for column, metric in enumerate(metrics):
        percents = [100 * counts[1:-1] / max(counts.sum(), 1) for counts in metric.counts]
        for row, heights in enumerate(percents):
            axes = grid[row, column]
            frame(axes, metric.axis)
            steps(axes, metric.axis, heights, colours[row], filled=True)
            steps(axes, metric.axis, percents[last], BLACK, filled=False)
            below, above = beyond(metric.axis, metric.counts[row])
            note(axes, [below, metric.left[row]], [above, metric.right[row]], style.size)
        # Room above the highest bin for the notes in the corners.
        grid[0, column].set_ylim(0, 1.45 * max(heights.max() for heights in percents))
        grid[0, column].set_title(f"({'abcd'[column]}) {metric.title}")
        grid[last, column].set_xlabel(metric.label)
    for row, each in enumerate(merged):
        grid[row, 0].set_ylabel(broken(each.source.name))
    figure.supylabel("share of patches (a, b) or pixels (c, d) in each bin (%)", size=style.size)


def _caption(merged: Sequence[Merged], metrics: Sequence[_Metric], patch: int) -> str:
    extreme, correlation, gradient, flux = (metric.axis for metric in metrics)
    patches = merged[0].measures.patches.result()[patch, "within", ALL]
    pixels = merged[0].measures.gradients.result().n
    undetermined = max(
        each.measures.patches.result()[patch, "within", ALL].undetermined for each in merged
    )
    outside = max(
        (counts[0] + counts[-1]) / max(counts.sum(), 1)
        for metric in metrics
        for counts in metric.counts
    )
    source, last = merged[0].source, merged[-1].source.name
    limit = merged[0].measures.settings["within_radius"]
    return (
        f"{source.pair}: errors of baselines and of networks trained with one "
        f"term of the loss more each time, within r ≤ {limit:g} solar radii. (a) E_max and E_min, "
        "the differences target less output of the maxima and of the minima over patches of "
        f"{patch} by {patch} target pixels, added ({patches.n:,} patches; bins of "
        f"{extreme.width:g} G). (b) Pearson's correlation over the same patches (bins of "
        f"{correlation.width:g}; at most {undetermined} patches of a method have none). (c) Size "
        f"of the gradient of output less target, Sobel kernels over 8 ({pixels:,} pixels; bins of "
        f"{gradient.width:g} G/pixel). (d) Output less target of the signed radial flux of a pixel "
        f"(bins of {flux.width:.3g} Mx). Shaded: the row's method; black outline: {last}, the last "
        "row; red line: the ideal. Numbers are medians (a) and means (b to d). Arrows say how much "
        "of a row lies beyond the panel; at most "
        f"{percent(outside)} of any lies beyond the measured bins. {about([source])}"
    )
