"""Figure 6: a region as input, prediction and target, and its total field through time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from onesun.figures.style import (
    BASELINE,
    FAIR,
    FIELD,
    IDEAL,
    PREDICTION,
    TARGET,
    Style,
    sheet,
    show_field,
)
from onesun.figures.through_time import (
    draw_series,
    open_points,
    say_simulated,
    short_name,
    time_axis,
    utc,
)
from onesun.series.product import Series
from onesun.tables.text import SIMULATED

_HEIGHT = 9.4  # inches
_IMAGES = ("input", "prediction", "target")
_ROWS = ("unsigned", "ratio", "input_ratio", "signed", "signed_ratio")


def draw(out: Path, series: Sequence[Series], style: Style) -> None:
    """Draw a column for each pair's series, with the fields of its last frame."""
    with sheet(out, style, "page", _HEIGHT, _caption(series, style)) as figure:
        panels = figure.subplots(
            len(_IMAGES) + len(_ROWS),
            len(series),
            squeeze=False,
            height_ratios=[1.28] * len(_IMAGES) + [1] * len(_ROWS),
        )
        images = [
            _draw_images(column[: len(_IMAGES)], one, style, outer=not index)
            for index, (column, one) in enumerate(zip(panels.T, series, strict=True))
        ]
        figure.colorbar(
            images[-1], ax=list(panels[: len(_IMAGES)].flat), label=FIELD, extend="both",
            aspect=40, pad=0.01,
        )  # fmt: skip
        for index, (column, one) in enumerate(zip(panels.T, series, strict=True)):
            _draw_rows(column[len(_IMAGES) :], one, outer=not index)
        _letter(figure, panels)
        say_simulated(figure, series)


def _draw_images(axes: Sequence[Axes], series: Series, style: Style, *, outer: bool) -> AxesImage:
    name, last = short_name(series), series.moments[-1]
    times = {"input": last.input_time, "prediction": last.input_time, "target": last.time}
    titles = {"input": name, "prediction": f"SR-{name} ({series.method})", "target": "HMI"}
    for panel, which in zip(axes, _IMAGES, strict=True):
        image = show_field(panel, series.fields[which], series.window.extent(), style.field_limit)
        when = utc([times[which]])[0]
        panel.set_title(f"{titles[which]}, {when:%Y-%m-%d %H:%M} UTC", pad=2)
        panel.tick_params(labelbottom=which == "target")
        if outer:
            panel.set_ylabel("north (arcsec)")
    axes[-1].set_xlabel("west (arcsec)")
    return image


def _draw_rows(axes: Sequence[Axes], series: Series, *, outer: bool) -> None:
    name, moments = short_name(series), series.moments
    of = {which: [getattr(moment, which) for moment in moments] for which in (*_IMAGES, "matched")}
    ratios = [moment.as_dict()["ratio"] for moment in moments]
    unsigned, ratio, input_ratio, signed, signed_ratio = axes
    noisy = [total.unsigned_with_noise for total in of["prediction"]]
    for panel, kind, sr in (
        (unsigned, "unsigned", noisy),
        (signed, "signed", [total.signed for total in of["prediction"]]),
    ):
        draw_series(panel, moments, [getattr(t, kind) for t in of["input"]], BASELINE, name)
        fair = [getattr(t, kind) for t in of["matched"]]
        draw_series(panel, moments, fair, FAIR, "matched")
        target = [getattr(t, kind) for t in of["target"]]
        draw_series(panel, moments, target, TARGET, "HMI", apart=False)
        draw_series(panel, moments, sr, PREDICTION, f"SR-{name}")
    for panel, key, colour, label in (
        (ratio, "prediction", PREDICTION, f"SR-{name} / HMI"),
        (input_ratio, "input", BASELINE, f"{name} / HMI"),
        (input_ratio, "matched", FAIR, "matched / HMI"),
        (signed_ratio, "input_signed", BASELINE, f"{name} / HMI"),
        (signed_ratio, "matched_signed", FAIR, "matched / HMI"),
        (signed_ratio, "prediction_signed", PREDICTION, f"SR-{name} / HMI"),
    ):
        values = [np.nan if r[key] is None else r[key] for r in ratios]
        draw_series(panel, moments, values, colour, label)
    for panel in (ratio, input_ratio, signed_ratio):
        panel.axhline(1, color=IDEAL, lw=0.7, zorder=0)
    for panel, label in zip(
        axes,
        ("mean unsigned\nfield (G)", "unsigned ratio", "unsigned ratio", "mean signed\nfield (G)",
         "signed ratio"),
        strict=True,
    ):  # fmt: skip
        if outer:
            panel.set_ylabel(label)
        low, high = panel.get_ylim()
        lines = -(-len(panel.get_legend_handles_labels()[1]) // 2)
        panel.set_ylim(low, high + 0.3 * lines * (high - low))  # for the legend
        panel.legend(loc="upper left", ncols=2, borderaxespad=0.1, handlelength=1.2,
                     columnspacing=1)  # fmt: skip
        time_axis(panel, moments, shown=panel is axes[-1])


def _letter(figure: Figure, panels: np.ndarray) -> None:
    """Letters for the caption, row by row."""
    for index, panel in enumerate(panels.flat):
        panel.annotate(
            chr(ord("a") + index), (1, 1), (-3, -3), xycoords="axes fraction",
            textcoords="offset points", ha="right", va="top", weight="bold",
            bbox={"boxstyle": "square,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.8},
        )  # fmt: skip
    figure.align_ylabels(panels[:, 0])


def _caption(series: Sequence[Series], style: Style) -> str:
    limit = style.field_limit
    parts = [
        "A region as the input observed it, as predicted (SR) and as HMI saw it, "
        f"at the last time of each series; grey from {-limit:g} to {limit:g} G. Below, its mean "
        "unsigned and mean signed field through time, and their ratios to HMI's; times the number "
        "of pixels they are the paper's totals. Through time, the input is upsampled and scaled, "
        "over the slope of the training months' Sun as the paper's baseline, and by the line "
        "fitted at equal resolution (matched), the fair one. To the unsigned SR field HMI's noise "
        "is added: the expectation of |B + noise| in each pixel. Red: a ratio of 1."
    ]
    for one in series:
        low, high = one.moments[0].stamp[:13], one.moments[-1].stamp[:13]
        parts.append(
            f"{one.pair}: {len(one.moments)} frames from {low} to {high} TAI, "
            f"{one.moments[-1].pixels:,} pixels each, noise of {one.noise:.2f} G."
        )
    parts += sorted({caption for one in series if (caption := open_points(one.moments))})
    if any(one.simulated for one in series):
        parts.append(f"All inputs are {SIMULATED}.")
    return " ".join(parts)
