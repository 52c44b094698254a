"""The same region as input, predictions and target: what the page's slider shows."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun import instruments
from onesun.errors import ConfigError
from onesun.geometry.grid import RSUN_AT_1AU, Grid
from onesun.geometry.upsample import repeat
from onesun.geometry.window import Window
from onesun.metrics.moments import Agreement, Moments
from onesun.products import aligned, predictions
from onesun.products.aligned import AlignedFrame, AlignedMonth
from onesun.products.predictions import PredictedMonth
from onesun.products.steps import QUANTUM, to_steps
from onesun.report.region import choose


@dataclass(frozen=True)
class Layer:
    """One field of a scene.

    Parameters
    ----------
    name : of the method, or of the instrument.
    field : gauss; NaN where there is no value.
    agreement : with the target over the region's target pixels; None for the target itself.
    """

    name: str
    field: np.ndarray
    agreement: Agreement | None


@dataclass(frozen=True)
class Scene:
    """The region of one pair and frame.

    Parameters
    ----------
    pair : its name.
    time : the target's, ISO in TAI.
    simulated : whether the input or the target is.
    region : where it is.
    input : on the input grid, (h, w), in the input's own gauss.
    methods : on the target grid, (factor * h, factor * w), in the order given.
    target : likewise.
    """

    pair: str
    time: str
    simulated: bool
    region: Window
    input: Layer
    methods: tuple[Layer, ...]
    target: Layer

    def as_dict(self) -> dict[str, Any]:
        """What slider.js reads; JSON can hold it."""
        west, _, south, _ = self.region.extent()
        grid = self.region.grid
        half = grid.target_scale / 2  # to the centre of the first target pixel
        return {
            "pair": self.pair,
            "factor": grid.factor,
            "scale": grid.target_scale,
            "corner": [west + half, south + half],
            "limb": RSUN_AT_1AU,
            "quantum": QUANTUM,
            "input": encoded(self.input),
            "methods": [encoded(layer) for layer in self.methods],
            "target": encoded(self.target),
        }


def read_scenes(
    config: Mapping[str, Any], aligned_months: Sequence[Path], predicted_months: Sequence[Path]
) -> list[Scene]:
    """A scene for each month of aligned frames, with every method predicted for it.

    Parameters
    ----------
    config : a complete configuration; its ``report``, ``grid`` and ``pairs`` are used.
    aligned_months, predicted_months : manifests; of predictions at least one for each pair.

    Raises ConfigError when manifests do not fit each other or the frame or region is not there.
    """
    opened = [predictions.read_month(path) for path in predicted_months]
    months = [aligned.read_month(path) for path in aligned_months]
    known = {(month.pair, month.month) for month in months}
    for path, predicted in zip(predicted_months, opened, strict=True):
        if (predicted.pair, predicted.month) not in known:
            raise ConfigError(
                f"{path}: predictions of {predicted.pair} {predicted.month}, expected a pair and "
                "month whose aligned frames are given"
            )
    return [
        _scene(config, month, [p for p in opened if (p.pair, p.month) == (month.pair, month.month)])
        for month in months
    ]


def _scene(config: Mapping[str, Any], month: AlignedMonth, made: Sequence[PredictedMonth]) -> Scene:
    if month.pair not in config["pairs"]:
        raise ConfigError(
            f"pairs: {month.pair} is missing, expected the pair whose aligned frames are given"
        )
    if not made:
        raise ConfigError(
            f"{month.pair} {month.month}: no predictions given, expected those of a method"
        )
    grid = Grid.from_settings(config["grid"])
    frame = _frame(config["report"]["frame"], month)
    whole = month.target(frame)
    if whole.shape != (grid.target_size, grid.target_size):
        raise ConfigError(
            f"grid.target_size: found {grid.target_size}, expected the {whole.shape[0]} pixels of "
            f"the aligned frames of {month.pair}"
        )
    region = choose(config["report"]["region"], whole, grid)
    target = region.of_field(whole, "target")
    field = region.of_field(month.input(frame), "input")
    repeated = repeat(field, grid.factor)
    methods = [(p.method, region.of_field(p.prediction(frame.stamp), "target")) for p in made]
    return Scene(
        pair=month.pair,
        time=frame.time,
        simulated=frame.simulated,
        region=region,
        input=Layer(_title(month.input_instrument), field, _of(target, repeated)),
        methods=tuple(Layer(name, made, _of(target, made)) for name, made in methods),
        target=Layer(_title(config["pairs"][month.pair]["target"]), target, None),
    )


def _frame(stamp: str | None, month: AlignedMonth) -> AlignedFrame:
    frames = {frame.stamp: frame for frame in month.frames}
    if not frames:
        raise ConfigError(f"{month.pair} {month.month}: no aligned frame, expected at least one")
    if stamp is None:
        return frames[max(frames)]
    if stamp not in frames:
        raise ConfigError(
            f'report.frame: found "{stamp}", expected a frame of {month.pair} {month.month}: '
            f"{', '.join(sorted(frames))}"
        )
    return frames[stamp]


def _title(instrument: str) -> str:
    return instruments.load(instrument).title


def _of(target: np.ndarray, field: np.ndarray) -> Agreement:
    both = np.isfinite(target) & np.isfinite(field)
    return Moments().update(target[both], field[both]).result()


def encoded(layer: Layer) -> dict[str, Any]:
    """A field in steps of 0.1 G: int32 by planes of bytes, deflated, in base64."""
    steps = to_steps(layer.field).astype("<i4")
    planes = steps.reshape(-1, 1).view(np.uint8).T
    height, width = steps.shape
    data = base64.b64encode(zlib.compress(planes.tobytes(), 9)).decode("ascii")
    return {"name": layer.name, "width": width, "height": height, "data": data}
