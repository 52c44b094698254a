"""The stage ``series``: a region's total field through time, of input, prediction and target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun import methods
from onesun.calibration.product import read_baseline, read_line
from onesun.errors import ConfigError, OneSunError
from onesun.io.progress import track
from onesun.methods.bicubic import BicubicMethod, MatchedMethod
from onesun.metrics.signal import noise_of
from onesun.products.aligned import AlignedFrame
from onesun.products.cards import check_pair
from onesun.series import noise, product
from onesun.series.crop import RegionMonth, open_region, shown
from onesun.series.totals import total


@dataclass(frozen=True)
class SeriesTask:
    """What to follow.

    Parameters
    ----------
    pair, method, month : names.
    region : manifest of the region's frames.
    noise : the pair's HMI noise, as ``onesun noise`` wrote it.
    calibration, line : the pair's, for the two baselines that the input is shown by.
    settings : the method's section.
    sources : what the method needs.
    """

    pair: str
    method: str
    month: str
    region: Path
    noise: Path
    calibration: Path
    line: Path
    settings: Mapping[str, Any]
    sources: methods.Sources


def follow(task: SeriesTask, out: Path) -> None:
    """Measure every frame; write ``out`` (JSON) and the last frame's fields beside it (NPZ).

    Raises ConfigError when a file is of another pair or month or the margin is less than the
    method needs, OneSunError when no pixel of a frame has a value.
    """
    region = open_region(task.region, task.pair, task.month)
    for path in (task.noise, task.calibration, task.line):
        check_pair(path, task.pair)
    sigma = noise.read_sigma(task.noise)
    method = methods.load(task.settings, region.wide, task.sources)
    if method.halo is None or method.halo > region.margin:
        raise ConfigError(
            f"series.margin: found {region.margin} input pixels, expected at least {method.halo}, "
            f"how far method {task.method} looks"
        )
    baseline = BicubicMethod(region.wide, read_baseline(task.calibration))
    matched = MatchedMethod(region.wide, read_line(task.line))
    seen = _Seen(region, method, baseline, matched, sigma)
    frames = sorted(region.month.frames, key=lambda frame: frame.time)
    moments = []
    for frame in track(frames, f"following {task.pair} {task.method} {task.month}"):
        moment, fields = seen.at(frame)
        moments.append(moment)
    about = (task.pair, task.method, task.month, region.month.input_instrument)
    simulated = region.month.simulated
    product.write(out, product.Series(*about, simulated, sigma, region.window, moments, fields))


@dataclass(frozen=True)
class _Seen:
    """A region, what predicts it and by which two baselines its input is shown."""

    region: RegionMonth
    method: methods.Method
    baseline: methods.Method
    matched: methods.Method
    sigma: float

    def at(self, frame: AlignedFrame) -> tuple[product.Moment, dict[str, np.ndarray]]:
        """One frame's numbers and its fields."""
        month = self.region.month
        field, target = month.input(frame), month.target(frame)
        prediction, scaled, matched = (
            shown(self.region, method.predict(field, frame), "target")
            for method in (self.method, self.baseline, self.matched)
        )
        use = np.isfinite(target) & np.isfinite(prediction)
        if not use.any():
            raise OneSunError(
                f"{month.pair} {frame.stamp}: no pixel of the region has a value, expected "
                "a region on the disk"
            )
        level = total(target[use])
        moment = product.Moment(
            stamp=frame.stamp,
            time=frame.time,
            input_time=frame.input_time,
            interval=frame.interval,
            observer_velocity=frame.observer_velocity,
            pixels=int(np.count_nonzero(use)),
            target=level,
            input=total(scaled[use]),
            matched=total(matched[use]),
            prediction=total(prediction[use], self.sigma),
            **_noise(target[use], level.unsigned),
        )
        given = shown(self.region, field, "input")
        return moment, {"input": given, "prediction": prediction, "target": target}


def _noise(target: np.ndarray, unsigned: float) -> dict[str, float]:
    """The target's noise and response, by their names in a moment; nothing where none is found."""
    try:
        found = noise_of(target)
    except OneSunError:  # too few weak fields: a region of strong ones, or of few pixels
        return {}
    return {"noise": found.sigma, "response": found.response(unsigned)}
