"""Figure 1: fifty years of magnetographs, their pixels, and the sunspot number."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from onesun.figures.observatories import Magnetograph
from onesun.figures.style import BLACK, BLUE, VERMILION, Style, sheet
from onesun.sunspots import Series

COLOURS = {"ground": BLUE, "space": VERMILION}
_YEARS = 50  # at least, before the end of the sunspot numbers
_LABEL_SHIFT = 1.3  # years; an instrument often begins before another at its pixel has ended
_LABEL_GAP = 1.12  # from a line to its name, a factor on the axis of pixels


def draw(instruments: Sequence[Magnetograph], series: Series, style: Style, out: Path) -> None:
    """Write the figure.

    Parameters
    ----------
    instruments : with years and pixels.
    series : monthly sunspot numbers; their last month ends the axis of years.
    """
    end = series.years[-1] + 0.5 / 12
    start = min([end - _YEARS, *(instrument.first for instrument in instruments)])
    with sheet(out, style, "column", 3.9, caption(instruments, series, start)) as figure:
        upper, lower = figure.subplots(2, sharex=True, height_ratios=(2.2, 1))
        for instrument in instruments:
            _line(upper, instrument, end)
        _pixel_axis(upper, [instrument.pixel for instrument in instruments])
        shown = series.years >= start
        lower.fill_between(series.years[shown], series.numbers[shown], color="#b0b0b0", lw=0)
        lower.plot(series.years[shown], series.numbers[shown], color=BLACK, lw=0.5)
        lower.set(
            xlabel="year", ylabel="monthly mean\nsunspot number", xlim=(start - 1, end + 1), ylim=0
        )


def _line(axes: Axes, instrument: Magnetograph, end: float) -> None:
    """The years of one instrument at its pixel; an arrow where it continues."""
    colour = COLOURS[instrument.place]
    last = end if instrument.last is None else min(instrument.last + 1, end)
    axes.plot([instrument.first, last], [instrument.pixel] * 2, color=colour, lw=2.2,
              solid_capstyle="butt")  # fmt: skip
    if instrument.last is None:
        axes.plot([last], [instrument.pixel], ">", color=colour, ms=4, clip_on=False)
    axes.text(
        instrument.first + _LABEL_SHIFT, instrument.pixel * _LABEL_GAP, instrument.name,
        va="bottom", fontsize="small", color=colour,
    )  # fmt: skip


def _pixel_axis(axes: Axes, pixels: Sequence[float]) -> None:
    axes.set_yscale("log")
    axes.set(ylabel="pixel (arcsec)", ylim=(min(pixels) / 1.6, max(pixels) * 2.2))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    for number, (place, colour) in enumerate(COLOURS.items()):
        axes.text(
            0.02, 0.78 - 0.09 * number, f"{place}-based", color=colour, transform=axes.transAxes,
            fontsize="small", weight="bold",
        )  # fmt: skip


def caption(instruments: Sequence[Magnetograph], series: Series, start: float) -> str:
    """The words below it, with every source."""
    shown = [month for month, year in zip(series.months, series.years, strict=True) if year > start]
    sources = "\n".join(
        f"- {one.name} ({one.observatory}), {one.first} to {one.last or 'now'}, "
        f'{one.pixel:g}": {one.source}'
        for one in instruments
    )
    return (
        f"Above: pixel size in arcsec (logarithmic) of {len(instruments)} "
        "magnetographs on the ground and in space against the calendar years in which they took "
        "magnetograms; an arrow marks those that go on. "
        f"Below: monthly mean total sunspot number (version 2.0), {len(shown)} months from "
        f"{shown[0]} to {shown[-1]}, from {series.source}.\n\n{sources}"
    )
