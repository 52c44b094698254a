"""One frame of a submission, beside its target, its input, and what follows from these."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from onesun import instruments
from onesun.benchmark.definition import Definition
from onesun.benchmark.reading import Answer
from onesun.geometry.grid import Grid
from onesun.geometry.psf import matched
from onesun.geometry.upsample import bicubic, fill_nearest
from onesun.metrics.comparison import Comparison, Disk
from onesun.products.aligned import AlignedFrame


class Setting:
    """What is the same for all frames of a benchmark."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.grid: Grid = definition.on_grid()
        self.line = definition.calibrated()
        self.disk = Disk(self.grid, definition.measure.within_radius)
        self.record = instruments.load(definition.input)
        self.input_inside = self.grid.radius("input") <= np.float64(self.disk.within_radius)


@dataclass(frozen=True)
class Case:
    """A frame of a submission.

    Parameters
    ----------
    setting : of the benchmark.
    frame : what is recorded of it.
    target : (N, N) gauss, NaN where there is no value.
    input : (n, n) on the input grid, its own gauss, NaN where there is no value.
    answer : of the submission.
    """

    setting: Setting
    frame: AlignedFrame
    target: np.ndarray
    input: np.ndarray
    answer: Answer

    @property
    def stamp(self) -> str:
        return self.frame.stamp

    @cached_property
    def comparison(self) -> Comparison:
        """Prediction and target, as the paper's measurements take them."""
        setting = self.setting
        given = (self.stamp, self.target, self.answer.field, self.frame.dsun)
        return Comparison(setting.disk, *given)

    @cached_property
    def deviation(self) -> np.ndarray | None:
        """The stated standard error; (N, N) gauss, 1 where not ``valid``; None without one."""
        error = self.answer.deviation
        if error is None:
            return None
        return np.where(self.comparison.valid, error, np.float32(1)).astype(np.float32)

    @cached_property
    def calibrated(self) -> np.ndarray:
        """The input in gauss of the target, where both are equally sharp; (n, n), NaN kept."""
        line = self.setting.line
        field: np.ndarray = ((self.input - line.a) / line.b).astype(np.float32)
        return field

    @cached_property
    def baseline(self) -> np.ndarray:
        """The calibrated input, upsampled by cubic convolution; (N, N) float32, gauss."""
        return bicubic(fill_nearest(self.calibrated), self.setting.grid.factor)

    @cached_property
    def degraded(self) -> np.ndarray:
        """The prediction as the input's optics and pixels would show it; (n, n), NaN off disk."""
        field = np.where(self.comparison.valid, self.answer.field, np.nan).astype(np.float32)
        record = self.setting.record
        return matched(
            field,
            self.setting.grid,
            fwhm=record.optics.fwhm,
            pixel=record.detector.plate_scale,
            dsun=self.frame.input_dsun,
        )

    @property
    def noise(self) -> float:
        """Of a raw input pixel, in calibrated gauss; NaN where it is not recorded."""
        raw = self.frame.input_noise or self.setting.definition.noise
        return np.nan if raw is None else raw / self.setting.line.b
