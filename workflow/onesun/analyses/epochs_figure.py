"""Errors in other epochs as a figure: by month, by predicted field and by size of a block."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from onesun.analyses.epochs_results import Bin, Epochs, Judgement, span, whole_blocks
from onesun.analyses.product import years
from onesun.figures.style import BLUE, GREEN, HEAD, IDEAL, ORANGE, PURPLE, SKY, Style, sheet
from onesun.metrics.coverage import PROMISED
from onesun.tables.text import SIMULATED

_COLOURS = (ORANGE, BLUE, GREEN, PURPLE, SKY)
_MARKERS = {"validation": "s", "test": "o", "train": "x"}
_PROMISED = dict(zip(("within_68", "within_95"), PROMISED.values(), strict=True))
_STYLES = ("-", (0, (4, 1.5)), (0, (1, 1)), (0, (4, 1, 1, 1)))


def draw_epochs(found: Epochs, style: Style, out: Path) -> None:
    """Draw the figure of a pair.

    Parameters
    ----------
    out : PNG to write; a PDF and a caption go beside it.
    """
    colours = {
        method: _COLOURS[index % len(_COLOURS)] for index, method in enumerate(found.methods)
    }
    with sheet(out, style, "page", 4.9, _caption(found)) as figure:
        (months, fields), (sizes, inflation) = figure.subplots(2, 2)
        _by_month(months, found, colours)
        for each, dashes in _dashed(found):
            colour = colours[each.method]
            _by_field(fields, found, each, colour, dashes)
            _by_size(sizes, each, colour, dashes)
            _inflated(inflation, each, colour, dashes)
        _finish(found, fields, sizes, inflation)
        handles = [Line2D([], [], color=colour, label=name) for name, colour in colours.items()]
        handles += [
            Line2D(
                [], [], color="0.4", marker=_MARKERS[name], ls="none", ms=4, label=f"{name} month"
            )
            for name in dict.fromkeys(each.set for each in found.judgements)
        ]
        handles.append(Line2D([], [], color=IDEAL, lw=0.8, ls=(0, (1, 1)), label="promised"))
        simulated = f": {SIMULATED}" if found.simulated else ""
        figure.legend(
            handles=handles, loc="outside upper center", ncols=min(len(handles), 6),
            title=f"{found.pair}{simulated}", title_fontproperties=HEAD,
        )  # fmt: skip


def _dashed(found: Epochs) -> list[tuple[Judgement, object]]:
    """Judgements, and how the line of each month is drawn: test months first, those full."""
    months = sorted({each.month for each in found.judgements})
    tested = [each.month for each in found.judgements if each.set == "test"]
    months.sort(key=lambda month: month not in tested)
    lines = {month: _STYLES[index % len(_STYLES)] for index, month in enumerate(months)}
    return [(each, lines[each.month]) for each in found.judgements]


def _by_month(axes: Axes, found: Epochs, colours: dict[str, str]) -> None:
    """Coverage against time; trained months are strokes at the lower edge."""
    for index, (method, colour) in enumerate(colours.items()):
        own = [each for each in found.judgements if each.method == method]
        for each in own:
            (whole,) = each.of("all")
            # Methods side by side, where several are judged in one month.
            at = years(each.month) + 0.04 * (index - (len(colours) - 1) / 2)
            for name in _PROMISED:
                score = whole.scores[name]
                bars = [[score.value - score.low], [score.high - score.value]]
                axes.errorbar(
                    at, score.value, np.nan_to_num(bars), color=colour,
                    marker=_MARKERS[each.set], ms=4, lw=1, ls="none",
                    mfc=colour if name == "within_68" else "none",
                )  # fmt: skip
        trained = [years(month) for month in own[0].train]
        axes.plot(
            trained, np.full(len(trained), 0.03 + 0.04 * index), color=colour, marker="|", ms=7,
            ls="none", transform=axes.get_xaxis_transform(),
        )  # fmt: skip
    _promises(axes)
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True, nbins=8))
    axes.set_xlabel("year")
    axes.set_ylabel("readings within (%)")
    axes.margins(x=0.08)
    low, _ = axes.get_ylim()
    axes.set_ylim(min(low - 4, 55), 100)
    axes.tick_params(length=2, pad=2)


def _by_field(axes: Axes, found: Epochs, each: Judgement, colour: str, dashes: object) -> None:
    bins = each.of("field")
    known = [index for index, part in enumerate(bins) if part.count >= found.fewest]
    _with_band(axes, [i + 0.5 for i in known], [bins[i] for i in known], "within_68", colour,
               dashes, each.set)  # fmt: skip


def _by_size(axes: Axes, each: Judgement, colour: str, dashes: object) -> None:
    parts = _filled_blocks(each)
    _with_band(
        axes, [part.kind.size for part in parts], parts, "within_68", colour, dashes, each.set
    )


def _inflated(axes: Axes, each: Judgement, colour: str, dashes: object) -> None:
    parts = _filled_blocks(each)
    where = [part.kind.size for part in parts]
    _with_band(axes, where, parts, "rms_normalised", colour, dashes, each.set)


def _filled_blocks(each: Judgement) -> list[Bin]:
    return [part for part in whole_blocks(each) if part.count]


def _with_band(
    axes: Axes, where: Sequence[float], parts: list[Bin], name: str, colour: str, dashes: object,
    used: str,
) -> None:  # fmt: skip
    if not parts:
        return
    scores = [part.scores[name] for part in parts]
    value, low, high = np.array([[each.value, each.low, each.high] for each in scores]).T
    axes.fill_between(where, low, high, color=colour, alpha=0.15, lw=0)
    axes.plot(
        where, value, color=colour, ls=dashes, marker=_MARKERS[used], ms=3, lw=1,
        mfc=colour if used == "test" else "none",
    )  # fmt: skip


def _promises(axes: Axes) -> None:
    for share in _PROMISED.values():
        axes.axhline(share, color=IDEAL, lw=0.8, ls=(0, (1, 1)), zorder=1)


def _finish(found: Epochs, fields: Axes, sizes: Axes, inflation: Axes) -> None:
    bins = found.judgements[0].of("field")
    fields.set_xticks(range(len(bins) + 1), [f"{part.kind.low:g}" for part in bins] + [""])
    fields.set_xlim(0, len(bins))
    fields.set_ylim(0, 100)
    fields.set_xlabel("predicted |field| (G)")
    fields.set_ylabel("within the 68 % half-width (%)")
    fields.axhline(_PROMISED["within_68"], color=IDEAL, lw=0.8, ls=(0, (1, 1)), zorder=1)
    where = sorted({part.kind.size for each in found.judgements for part in _filled_blocks(each)})
    for axes in (sizes, inflation):
        axes.set_xscale("log", base=2)
        axes.set_xticks(where, [f"{size}" for size in where])
        axes.minorticks_off()
        axes.set_xlabel("side of the block (target pixels)")
    sizes.axhline(_PROMISED["within_68"], color=IDEAL, lw=0.8, ls=(0, (1, 1)), zorder=1)
    sizes.set_ylim(0, 100)
    sizes.set_ylabel("block means within one error,\nif pixels were independent (%)")
    inflation.set_yscale("log", base=2)
    inflation.yaxis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%g"))
    inflation.axhline(1, color=IDEAL, lw=0.8, ls=(0, (1, 1)), zorder=1)
    inflation.set_ylabel("inflation of a mean's error")
    for axes in (fields, sizes, inflation):
        axes.tick_params(length=2, pad=2)


def _caption(found: Epochs) -> str:
    trained = {each.method: each for each in found.judgements}
    words = "; ".join(
        f"`{method}` trained on {span(each.train)}, errors calibrated on {span(each.validation)}"
        for method, each in trained.items()
    )
    judged = ", ".join(dict.fromkeys(each.month for each in found.judgements))
    simulated = f" Inputs are {SIMULATED}." if found.simulated else ""
    return (
        f"Errors of {found.pair} in other epochs: {words}; judged in {judged}, with errors as "
        "they are delivered, whatever the target's noise is in the month. Above on the left: per "
        "cent of readings within the half-widths for 68 % (full) and 95 % (open); strokes below "
        "are trained months. On the right: by predicted field, within the 68 % half-width; bins of "
        f"fewer than {found.fewest} pixels are left out. Below: means over blocks of pixels, "
        "within the error of the mean if pixels were independent (left), and the factor by which "
        "that error has to be larger (right). A line's pattern is the month, its colour the "
        "method. "
        f"Bars and bands are {100 * found.confidence:g} % intervals, a unit being "
        f"{found.judgements[0].units}."
        f"{simulated}"
    )
