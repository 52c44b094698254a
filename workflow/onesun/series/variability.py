"""The stage ``variability``: by how much HMI's field follows its orbit (Figure 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun.errors import DamagedProductError, OneSunError
from onesun.files import read_json, write_json
from onesun.series import product
from onesun.series.daily import Daily, Times, analyse
from onesun.times import from_iso, tai_seconds

PRODUCT = "daily variability"
# What HMI is held against; neither has seen its orbit.
AGAINST = ("prediction", "input")


def variability(path: Path, settings: Mapping[str, Any], out: Path) -> None:
    """Fit the ratios of a series; write ``out`` (JSON).

    Parameters
    ----------
    path : the series.
    settings : the configuration's section ``variability``.

    Raises OneSunError where frames are too few, do not span a day, or lack OBS_VR.
    """
    series = product.read(path)
    without = [moment.stamp for moment in series.moments if moment.observer_velocity is None]
    if without:
        raise OneSunError(
            f"{path}: no OBS_VR of the target in {len(without)} frames ({without[0]} the first), "
            "expected it in all, as the phase is told by it"
        )
    hours = np.array([tai_seconds(from_iso(moment.time)) for moment in series.moments]) / 3600
    hours -= hours[0]
    found = {}
    for against in AGAINST:
        values = [
            _unsigned(moment, "target") / _unsigned(moment, against) for moment in series.moments
        ]
        signed = np.array([getattr(moment, against).signed for moment in series.moments])
        times = Times(
            hours,
            [moment.interval for moment in series.moments],
            np.array([moment.observer_velocity for moment in series.moments]),
            signed if settings["zero_point"] else None,
        )
        found[against] = _described(
            analyse(
                times,
                np.log(values),
                degree=settings["degree"],
                half_day=settings["half_day"],
            )
        )
    content = {
        "product": PRODUCT,
        "pair": series.pair,
        "method": series.method,
        "month": series.month,
        "start": series.moments[0].time,
        "stamps": [moment.stamp for moment in series.moments],
        "hours": [round(float(hour), 6) for hour in hours],
        "settings": dict(settings),
        "simulated": series.simulated,
        **found,
    }
    write_json(out, content)


def _unsigned(moment: product.Moment, which: str) -> float:
    total = getattr(moment, which)
    return total.unsigned if total.unsigned_with_noise is None else total.unsigned_with_noise


def _described(daily: Daily) -> dict[str, Any]:
    """For the file; fitted values as ratios of the series to HMI, as Figure 8 shows them."""
    hours, curve = daily.curve
    return {
        "waves": {f"{period:g}h": asdict(wave) for period, wave in daily.waves.items()},
        "velocity_amplitude": daily.velocity,
        "velocity_largest": daily.largest,
        "slope_per_day": daily.slope,
        "zero_point_per_gauss": daily.zero_point,
        "memory": daily.memory,
        "scatter": daily.scatter,
        "fitted_ratio": [float(value) for value in np.exp(-daily.fitted)],
        "curve": {"hours": hours.tolist(), "ratio": np.exp(-curve).tolist()},
    }


@dataclass(frozen=True)
class Shown:
    """What Figure 8 shows of it.

    Parameters
    ----------
    amplitude, error : the daily part in phase with OBS_VR, fraction of HMI's unsigned field.
    start : time of the first frame, ISO in TAI.
    hours, ratio : the fitted curve of prediction over HMI, hours from the start.
    """

    amplitude: float
    error: float
    start: str
    hours: np.ndarray
    ratio: np.ndarray


def read(path: Path, pair: str, month: str) -> Shown:
    """Read what :func:`variability` wrote.

    Raises DamagedProductError when it is something else, OneSunError when it is of another series.
    """
    content = read_json(path)
    try:
        if content["product"] != PRODUCT:
            raise ValueError(f"found {content['product']}")
        wave, curve = content["prediction"]["waves"]["24h"], content["prediction"]["curve"]
        shown = Shown(
            wave["in_phase"], wave["in_phase_error"], content["start"],
            np.array(curve["hours"]), np.array(curve["ratio"]),
        )  # fmt: skip
        of = (content["pair"], content["month"])
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedProductError(f"{path}: no {PRODUCT} ({error})") from None
    if of != (pair, month):
        raise OneSunError(f"{path}: of {' '.join(of)}, expected {pair} {month}")
    return shown
