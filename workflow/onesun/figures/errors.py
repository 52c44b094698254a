"""Coverage by predicted field and by radius: whether errors keep their promise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from onesun.figures.histograms import about, head
from onesun.figures.style import BLACK, BLUE, GREEN, HEAD, IDEAL, ORANGE, PURPLE, Style, sheet
from onesun.metrics.coverage import PROMISED, Row
from onesun.tables.errors import Covered, merge_coverage

_COLOURS = (BLUE, ORANGE, GREEN, PURPLE)
_PANELS = {"field": "predicted |field| (G)", "radius": "distance from the disk centre (R)"}
_LINES = {"half_68": "-", "half_95": (0, (4, 1.5))}
_NOISY = 0.4  # opacity of what is judged with the month's noise


def draw_errors(paths: Sequence[Path], style: Style, out: Path) -> None:
    """Draw the figure: a panel by predicted field and one by radius.

    Parameters
    ----------
    paths : what ``onesun coverage`` wrote, in any order.
    out : PNG to write; a PDF and a caption go beside it.

    Raises ConfigError when files do not fit each other.
    """
    found = merge_coverage(paths)
    names = _names(found)
    with sheet(out, style, "page", 3.1, _caption(found)) as figure:
        panels = figure.subplots(1, 2, sharey=True)
        for axes, (by, label) in zip(panels, _PANELS.items(), strict=True):
            for each, colour in zip(found, _colours(found), strict=True):
                _curves(axes, each, by, colour)
            _finish(axes, [row for row in found[0].coverage.result() if row.by == by], label)
        panels[0].set_ylabel("readings within (%)")
        handles = [Line2D([], [], color=colour) for colour in _colours(found)]
        handles += [Line2D([], [], color=BLACK, ls=ls) for ls in _LINES.values()]
        handles += [
            Line2D([], [], color=BLACK, alpha=_NOISY, marker="o", mfc="none", ms=3),
            Line2D([], [], color=IDEAL, lw=0.8, ls=(0, (1, 1))),
        ]
        labels = [
            *names,
            "68 % half-width",
            "95 % half-width",
            "with the month's noise",
            "promised",
        ]
        figure.legend(
            handles, labels, loc="outside upper center", ncols=len(labels),
            title=head([each.source for each in found]), title_fontproperties=HEAD,
        )  # fmt: skip


def _names(found: Sequence[Covered]) -> list[str]:
    """Pairs; with their methods where a pair has several."""
    pairs = [each.source.pair for each in found]
    return pairs if len(set(pairs)) == len(pairs) else [each.source.name for each in found]


def _colours(found: Sequence[Covered]) -> list[str]:
    return [_COLOURS[index % len(_COLOURS)] for index in range(len(found))]


def _curves(axes: Axes, each: Covered, by: str, colour: str) -> None:
    """Points in the middle of each bin that has enough pixels."""
    rows = [row for row in each.coverage.result() if row.by == by]
    known = [index for index, row in enumerate(rows) if row.pixels >= each.fewest]
    for kind, dashes in _LINES.items():
        for noisy in (False, True):
            shares = [
                getattr(rows[i].with_noise if noisy else rows[i].delivered, kind) for i in known
            ]
            axes.plot(
                [i + 0.5 for i in known], shares, color=colour, ls=dashes, marker="o", ms=3,
                mfc="none" if noisy else colour, alpha=_NOISY if noisy else 1,
                zorder=2 if noisy else 3,
            )  # fmt: skip


def _finish(axes: Axes, rows: Sequence[Row], label: str) -> None:
    """Bins are as wide as each other; their edges are named."""
    for share in PROMISED.values():
        axes.axhline(share, color=IDEAL, lw=0.8, ls=(0, (1, 1)), zorder=1)
    edges = [f"{row.low:g}" for row in rows]
    edges.append("" if rows[-1].high is None else f"{rows[-1].high:g}")
    axes.set_xticks(range(len(edges)), edges)
    axes.set_xlim(0, len(rows))
    axes.set_xlabel(label)
    low, _ = axes.get_ylim()
    axes.set_ylim(min(low, 50), 100)
    axes.tick_params(length=2, pad=2)


def _caption(found: Sequence[Covered]) -> str:
    pixels = "; ".join(
        f"{each.coverage.result()[0].pixels:,} pixels of {each.source.name}" for each in found
    )
    noises = "; ".join(
        f"{each.source.name} {each.months[0].promised_noise:.2f} G promised, "
        + ", ".join(f"{month.noise:.2f} G in {month.month}" for month in each.months)
        for each in found
    )
    return (
        "How many of the target's readings lie within the uncertainty, by predicted field and by "
        "radius. Per cent within the 68 % half-width (full lines, 68.3 % promised) and within the "
        f"95 % half-width (dashed, 95 % promised); {pixels}, one in sixteen of the disk. Strong: "
        "as delivered; pale: with the square of the month's own noise of the target in place of "
        f"the promised ({noises}), which a user does not know. Above "
        "the dotted line intervals are too wide, below too narrow. Bins of fewer than "
        f"{found[0].fewest} pixels are left out, and drawn as wide as each other. "
        f"{about([each.source for each in found])}"
    )
