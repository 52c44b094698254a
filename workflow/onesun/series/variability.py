"""The stage ``variability``: by how much HMI's field follows its orbit (Figure 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun.errors import DamagedProductError, OneSunError
from onesun.io.files import read_json, write_json
from onesun.reading.times import from_iso, tai_seconds
from onesun.series import product
from onesun.series.daily import Daily, Times, Wave, analyse
from onesun.series.settings import Variability
from onesun.series.totals import Total

PRODUCT = "daily variability"
# What HMI is compared with; neither has seen its orbit.
AGAINST = ("prediction", "input")


def variability(
    path: Path,
    settings: Variability,
    out: Path,
    put_in: Mapping[str, float] | None = None,
) -> None:
    """Fit the ratios of a series; write ``out`` (JSON).

    What is fitted is HMI's unsigned field, noise included. Noise does not vary with the orbit, so
    that it varies by less than the signal does: ``response`` times. For each period the file has
    the amplitude that was ``found`` (of the unsigned field), the ``signal`` it stands for, and of
    the sample what was ``put_in`` (of the signal) and is ``expected`` to be found.

    Parameters
    ----------
    path : the series.
    settings : the configuration's section ``variability``.
    put_in : fractions of the signal that simulated frames were given, by period: "24h", "12h".

    Raises OneSunError where frames are too few, do not span a day, or lack OBS_VR.
    """
    series = product.read(path)
    without = [moment.stamp for moment in series.moments if moment.observer_velocity is None]
    if without:
        raise OneSunError(
            f"{path}: no OBS_VR of the target in {len(without)} frames ({without[0]} the first), "
            "expected it in all, as it fixes the phase"
        )
    hours = np.array([tai_seconds(from_iso(moment.time)) for moment in series.moments]) / 3600
    hours -= hours[0]
    response = _response(series.moments)
    found = {
        against: _described(_daily(series.moments, against, hours, settings), response)
        for against in AGAINST
    }
    content = {
        "product": PRODUCT,
        "pair": series.pair,
        "method": series.method,
        "month": series.month,
        "start": series.moments[0].time,
        "stamps": [moment.stamp for moment in series.moments],
        "hours": [round(float(hour), 6) for hour in hours],
        "settings": settings.model_dump(),
        "simulated": series.simulated,
        "noise": _mean([moment.noise for moment in series.moments]),
        "response": response,
        "put_in": dict(put_in or {}),
        "expected": {
            period: None if response is None else fraction * response
            for period, fraction in (put_in or {}).items()
        },
        **found,
    }
    write_json(out, content)


def _daily(
    moments: Sequence[product.Moment],
    against: str,
    hours: np.ndarray,
    settings: Variability,
) -> Daily:
    """The fit of HMI's unsigned field over that of ``against``, hours counted from the first."""
    values = [_unsigned(moment, "target") / _unsigned(moment, against) for moment in moments]
    signed = np.array([getattr(moment, against).signed for moment in moments])
    times = Times(
        hours,
        [moment.interval for moment in moments],
        np.array([moment.observer_velocity for moment in moments]),
        signed if settings.zero_point else None,
    )
    return analyse(times, np.log(values), degree=settings.degree, half_day=settings.half_day)


def _response(moments: Sequence[product.Moment]) -> float | None:
    return _mean([moment.response for moment in moments])


def _mean(values: Sequence[float | None]) -> float | None:
    """None where a frame has none."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None


def _unsigned(moment: product.Moment, which: str) -> float:
    total: Total = getattr(moment, which)
    return total.unsigned if total.unsigned_with_noise is None else total.unsigned_with_noise


def _described(daily: Daily, response: float | None) -> dict[str, Any]:
    """For the file; fitted values as ratios of the series to HMI, as Figure 8 shows them."""
    hours, curve = daily.curve
    waves = {f"{period:g}h": wave for period, wave in daily.waves.items()}
    return {
        "waves": {period: asdict(wave) for period, wave in waves.items()},
        "signal": {period: _signal(wave, response) for period, wave in waves.items()},
        "velocity_amplitude": daily.velocity,
        "velocity_largest": daily.largest,
        "slope_per_day": daily.slope,
        "zero_point_per_gauss": daily.zero_point,
        "memory": daily.memory,
        "scatter": daily.scatter,
        "fitted_ratio": [float(value) for value in np.exp(-daily.fitted)],
        "curve": {"hours": hours.tolist(), "ratio": np.exp(-curve).tolist()},
    }


def _signal(wave: Wave, response: float | None) -> dict[str, float] | None:
    """The part in phase as a fraction of the signal; None where the response is not known, or 0."""
    if not response:
        return None
    return {
        "in_phase": wave.in_phase / response,
        "in_phase_error": wave.in_phase_error / response,
    }


@dataclass(frozen=True)
class Shown:
    """What Figure 8 shows of it.

    Parameters
    ----------
    amplitude, error : the daily part in phase with OBS_VR, fraction of HMI's unsigned field.
    put_in, expected : fraction of the signal that simulated frames were given, and of the
        unsigned field that it comes to; None where nothing was put in or it is not known.
    response : change of the unsigned field by that of the signal; None where it is not known.
    start : time of the first frame, ISO in TAI.
    hours, ratio : the fitted curve of prediction over HMI, hours from the start.
    """

    amplitude: float
    error: float
    put_in: float | None
    expected: float | None
    response: float | None
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
            wave["in_phase"], wave["in_phase_error"],
            content["put_in"].get("24h"), content["expected"].get("24h"), content["response"],
            content["start"], np.array(curve["hours"]), np.array(curve["ratio"]),
        )  # fmt: skip
        of = (content["pair"], content["month"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DamagedProductError(f"{path}: no {PRODUCT} ({error})") from None
    if of != (pair, month):
        raise OneSunError(f"{path}: of {' '.join(of)}, expected {pair} {month}")
    return shown
