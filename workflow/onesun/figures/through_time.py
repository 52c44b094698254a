"""What figures of a series share: its times in UTC, and points told apart by integration time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import numpy as np
from astropy.time import Time
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from onesun import instruments
from onesun.figures.style import HEAD
from onesun.series.product import Moment, Series
from onesun.tables.text import SIMULATED

GREY = "#b0b0b0"


def utc(times: Sequence[str]) -> list[datetime]:
    """Times given as ISO in TAI."""
    return [time.replace(tzinfo=None) for time in Time(list(times), scale="tai").utc.datetime]


def commonest(moments: Sequence[Moment]) -> np.ndarray:
    """Which frames have the input's commonest integration time; (n,) bool."""
    intervals = [moment.interval for moment in moments]
    (usual, _), *_ = Counter(intervals).most_common(1)
    return np.array([interval == usual for interval in intervals])


def draw_series(
    axes: Axes,
    moments: Sequence[Moment],
    values: Iterable[float | None],
    colour: str,
    label: str,
    *,
    apart: bool = True,
) -> None:
    """Points joined by a line.

    With ``apart``, frames of a rarer integration time of the input are open and not joined: each
    integration time has a level of its own.
    """
    usual = commonest(moments) if apart else np.ones(len(moments), dtype=bool)
    known = np.array([np.nan if value is None else value for value in values], dtype=float)
    times = np.array(utc([moment.time for moment in moments]))
    axes.plot(times[usual], known[usual], "-o", color=colour, ms=2, lw=0.7, label=label)
    axes.plot(times[~usual], known[~usual], "o", color=colour, ms=2.6, mfc="white", mew=0.6)


def time_axis(axes: Axes, moments: Sequence[Moment], *, shown: bool) -> None:
    """Days and hours in UTC along the bottom; without figures where a panel below has them."""
    locator = dates.AutoDateLocator(minticks=3, maxticks=6)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, show_offset=False))
    axes.tick_params(labelbottom=shown)
    if shown:
        (start,) = utc([moments[0].time])
        axes.set_xlabel(f"time (UTC), from {start:%Y-%m-%d %H:%M}")


def day_bars(axes: Axes, times: Sequence[datetime]) -> None:
    """A grey bar every 24 hours from the beginning of the first day."""
    day = times[0].replace(hour=0, minute=0, second=0, microsecond=0)
    low, high = axes.get_xlim()
    while day <= times[-1] + timedelta(days=1):
        place = float(dates.date2num(day))
        if low <= place <= high:
            axes.axvline(place, color=GREY, lw=2.5, alpha=0.6, zorder=0)
        day += timedelta(days=1)
    axes.set_xlim(low, high)


def say_simulated(figure: Figure, series: Sequence[Series]) -> None:
    """Tell simulated frames above the figure, for whoever sees it without its caption."""
    if any(one.simulated for one in series):
        figure.suptitle(SIMULATED, **HEAD)


def short_name(series: Series) -> str:
    """MDI of SoHO/MDI."""
    return instruments.load(series.input_instrument).title.rsplit("/")[-1]


def open_points(moments: Sequence[Moment]) -> str:
    """What open points are, as a sentence; empty where there are none."""
    intervals = [moment.interval for moment in moments]
    usual = commonest(moments)
    first = intervals[int(np.argmax(usual))]
    others = sorted(set(intervals) - {first}, key=str)
    if not others:
        return ""
    rest = " and ".join(_seconds(other) for other in others)
    return f"Filled points: input integrated over {_seconds(first)}; open ones: over {rest}."


def _seconds(interval: float | None) -> str:
    return "an unknown time" if interval is None else f"{interval:g} s"
