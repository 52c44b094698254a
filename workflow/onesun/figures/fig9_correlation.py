"""Figure 9: correlation by patch, full disk against its inner part, all fields against strong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from onesun.errors import ConfigError
from onesun.figures.histograms import (
    Axis,
    about,
    beyond,
    broken,
    frame,
    head,
    note,
    patch_of,
    steps,
)
from onesun.figures.style import BLUE, HEAD, Style, sheet
from onesun.metrics.patches import ALL, PatchErrors
from onesun.tables.merged import Merged

_GREY = "#999999"
_AREAS = {"disk": _GREY, "within": BLUE}  # the wider one behind


def draw(merged: Sequence[Merged], section: Mapping[str, Any], style: Style, out: Path) -> None:
    """Write the figure.

    Parameters
    ----------
    merged : measures of each row's method, all of one pair, the baseline first.
    section : the configuration's ``figures.fig9``.

    Raises ConfigError when what is asked for is not measured.
    """
    patch = patch_of(merged, section["patch"])
    classes = [ALL, _strong(merged[0], section["strong"])]
    errors = [each.measures.patches.result() for each in merged]
    height = 1.0 + 0.95 * len(merged)
    panels = {
        (row, name): {area: each[patch, area, name] for area in _AREAS}
        for row, each in enumerate(errors)
        for name in classes
    }
    with sheet(out, style, "column", height, _caption(merged, panels, patch, classes[1])) as figure:
        _draw(figure, merged, panels, classes, section["shown"], style)


def _strong(merged: Merged, name: str | None) -> str:
    thresholds = merged.measures.settings["strong"]
    if not thresholds or (name is not None and name not in thresholds):
        raise ConfigError(
            f"fields {name or 'that are strong'}: not measured, expected one of measure.strong, "
            f"{', '.join(thresholds) or 'which is empty'}"
        )
    return name or min(thresholds, key=thresholds.get)


def _draw(
    figure: Figure,
    merged: Sequence[Merged],
    panels: Mapping[tuple[int, str], Mapping[str, PatchErrors]],
    classes: Sequence[str],
    shown: float,
    style: Style,
) -> None:
    grid = figure.subplots(
        len(merged), 2, sharex=True, sharey="col", squeeze=False,
        gridspec_kw={"hspace": 0.03, "wspace": 0.03},
    )  # fmt: skip
    bins = merged[0].measures.patches.bins["correlation"]
    counts = [each.correlation for panel in panels.values() for each in panel.values()]
    axis = Axis.over(bins, 1, counts, shown)
    limit = merged[0].measures.settings["within_radius"]
    threshold = merged[0].measures.settings["strong"][classes[1]]
    for column, name in enumerate(classes):
        found = [panels[row, name] for row in range(len(merged))]
        for row, panel in enumerate(found):
            _panel(grid[row, column], axis, panel, style)
        highest = max(each.correlation[1:-1].max() for panel in found for each in panel.values())
        grid[0, column].set_ylim(0, 1.45 * max(highest, 1) / 1000)
        grid[-1, column].set_xlabel("Pearson's coefficient")
    grid[0, 0].set_title("(a) all fields")
    grid[0, 1].set_title(f"(b) mean |B| ≥ {threshold:g} G")
    for row, each in enumerate(merged):
        grid[row, 0].set_ylabel(broken(each.source.name))
    figure.supylabel("thousands of patches in each bin", size=style.size)
    handles = [grid[0, 0].patches[index] for index in range(len(_AREAS))]
    figure.legend(
        handles, ["full disk", f"r ≤ {limit:g} solar radii"], loc="outside upper center", ncols=2,
        title=head([merged[0].source]), title_fontproperties=HEAD,
    )  # fmt: skip


def _panel(axes: Axes, axis: Axis, panel: Mapping[str, PatchErrors], style: Style) -> None:
    frame(axes, axis)
    for area, colour in _AREAS.items():
        steps(axes, axis, panel[area].correlation[1:-1] / 1000, colour, filled=True)
    means = [f"{panel[area].mean_correlation:.2f}" for area in _AREAS if panel[area].n]
    lines = [f"mean {', '.join(means)}", beyond(axis, panel["disk"].correlation)[0]]
    note(axes, lines, [], style.size)


def _caption(
    merged: Sequence[Merged],
    panels: Mapping[tuple[int, str], Mapping[str, PatchErrors]],
    patch: int,
    strong: str,
) -> str:
    source, settings = merged[0].source, merged[0].measures.settings
    everything, chosen = panels[0, ALL], panels[0, strong]
    undetermined = max(each.undetermined for panel in panels.values() for each in panel.values())
    bins = merged[0].measures.patches.bins["correlation"]
    return (
        f"{source.pair}: Pearson's correlation of output and target over patches of "
        f"{patch} by {patch} target pixels, a loss a row. Grey: all patches of which at least "
        f"{100 * settings['min_share']:g} % lies on the disk; blue: those wholly within r ≤ "
        f"{settings['within_radius']:g} solar radii. (a) All: {everything['disk'].n:,} and "
        f"{everything['within'].n:,} patches. (b) Those whose mean |B| of the target is at least "
        f"{settings['strong'][strong]:g} G: {chosen['disk'].n:,} and {chosen['within'].n:,}. Bins "
        f"of {(bins.high - bins.low) / bins.count:g}; at most {undetermined:,} patches of a panel "
        "have no correlation. Means are of grey and blue. Arrows say how much "
        "of the grey lies beyond the panel. "
        f"Red line: the ideal, 1. {about([source])}"
    )
