"""Figure 8: HMI's daily variability against a series that does not have it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np

from onesun.figures.style import BLUE, PREDICTION, SKY, TARGET, Style, sheet
from onesun.figures.through_time import (
    day_bars,
    draw_series,
    open_points,
    say_simulated,
    short_name,
    time_axis,
    utc,
)
from onesun.series.product import Series
from onesun.series.variability import Shown
from onesun.tables.text import SIMULATED

_HEIGHT = 4.8  # inches


def draw(out: Path, series: Series, found: Shown, style: Style) -> None:
    """Draw HMI, the prediction, their ratio with the fit, and HMI's radial velocity."""
    name, moments = short_name(series), series.moments
    amplitude = f"{100 * found.amplitude:.2f} ± {100 * found.error:.2f} %"
    with sheet(out, style, "column", _HEIGHT, _caption(series, found, amplitude)) as figure:
        panels = figure.subplots(4, 1, sharex=True)
        ratios = [moment.as_dict()["ratio"]["prediction"] for moment in moments]
        noisy = [moment.prediction.unsigned_with_noise for moment in moments]
        velocity = np.array([moment.observer_velocity for moment in moments], dtype=float) / 1000
        for panel, values, colour, label, apart in (
            (
                panels[0],
                [m.target.unsigned for m in moments],
                TARGET,
                "HMI mean\nunsigned (G)",
                False,
            ),
            (panels[1], noisy, PREDICTION, f"SR-{name} mean\nunsigned (G)", True),
            (panels[2], ratios, PREDICTION, f"SR-{name} / HMI", True),
            (panels[3], velocity, SKY, "HMI OBS_VR\n(km/s)", False),
        ):
            draw_series(panel, moments, values, colour, label, apart=apart)
            panel.set_ylabel(label)
        (start,) = utc([found.start])
        times = [start + timedelta(hours=float(hour)) for hour in found.hours]
        panels[2].plot(times, found.ratio, color=BLUE, lw=0.9, label=_label(found, amplitude))
        low, high = panels[2].get_ylim()
        panels[2].set_ylim(low, high + 0.4 * (high - low))  # for the legend
        panels[2].legend(
            handles=panels[2].lines[-1:], loc="upper left", borderaxespad=0.1, handlelength=1.2
        )
        for panel in panels:
            day_bars(panel, times)
            time_axis(panel, moments, shown=panel is panels[-1])
        figure.align_ylabels(panels)
        say_simulated(figure, [series])


def _label(found: Shown, amplitude: str) -> str:
    if found.put_in is None:
        return f"24 h: {amplitude}"
    expected = "" if found.expected is None else f", expected {100 * found.expected:.2f} %"
    return f"24 h: put in {100 * found.put_in:.2f} %{expected},\nfound {amplitude}"


def _caption(series: Series, found: Shown, amplitude: str) -> str:
    name = short_name(series)
    parts = [
        f"From above: the region's mean unsigned field as HMI observed it; SR-{name} "
        f"({series.method}) with a noise of {series.noise:.2f} G; their ratio, with the fitted "
        "trend and sinusoids through the commonest integration time; HMI's radial velocity, "
        "positive away from the Sun. HMI's unsigned field follows the velocity with an amplitude "
        f"of {amplitude} (24 h, the part in phase with OBS_VR, one standard error). Grey bars: "
        "every 24 hours from the beginning of the first day, UTC. "
        f"{len(series.moments)} frames of {series.pair}, {series.month}."
    ]
    if caption := open_points(series.moments):
        parts.append(caption)
    if found.response is not None:
        parts.append(
            "Noise does not follow the velocity: where HMI's signal varies by 1 %, its unsigned "
            f"field, noise included, varies by {found.response:.2f} %."
        )
    if series.simulated:
        parts.append(f"All frames are {SIMULATED}.")
    if found.put_in is not None:
        parts.append(f"HMI's variability is put in: {_put_in(found.put_in, found.expected)}")
    return " ".join(parts)


def _put_in(fraction: float, expected: float | None) -> str:
    text = f"{100 * fraction:.2f} % of the signal"
    if expected is None:
        return f"{text}."
    return f"{text}, by which {100 * expected:.2f} % of the unsigned field is expected."
