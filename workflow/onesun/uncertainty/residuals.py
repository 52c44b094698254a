"""What a network predicts of frames, its error, and what the target reads there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from onesun.errors import ConfigError, OneSunError, UntrustedFrameError
from onesun.geometry.grid import Grid
from onesun.methods.network import NetworkMethod
from onesun.products.aligned import AlignedFrame, AlignedMonth
from onesun.products.cards import check_pair
from onesun.training.error_scale import ErrorScale
from onesun.training.product import card_of

KEPT = 16  # of so many pixels, one is kept: neighbours share their errors


@dataclass(frozen=True)
class Residuals:
    """Pixels where the target has a value; (m,) each, float32 but for ``unseen``.

    Parameters
    ----------
    field, error : predicted, gauss; the error as the network states it, not calibrated.
    target : gauss.
    radius : limb radii.
    noise : of the target's readings, gauss.
    unseen : bool, pixels in tiles of the disk that trained nothing.
    """

    field: np.ndarray
    error: np.ndarray
    target: np.ndarray
    radius: np.ndarray
    noise: np.ndarray
    unseen: np.ndarray

    @classmethod
    def joined(cls, parts: Sequence[Residuals]) -> Residuals:
        """Of several frames or months, one after the other."""
        names = [each.name for each in fields(cls)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def only(self, chosen: np.ndarray | slice) -> Residuals:
        """Those of some pixels; ``chosen`` is (m,) bool, numbers, or from where to where."""
        return Residuals(*(getattr(self, each.name)[chosen] for each in fields(self)))

    @property
    def misfit(self) -> np.ndarray:
        """How far the prediction is from the target; (m,) gauss."""
        residual: np.ndarray = np.abs(self.target - self.field)
        return residual

    def deviation(self, scale: ErrorScale) -> np.ndarray:
        """The calibrated standard deviation for readings of the noise; (m,) gauss."""
        return scale.for_noise(scale.deviation(self.error, self.field, self.radius), self.noise)


@dataclass(frozen=True)
class Answer:
    """A network's answer to one frame beside its target; (N, N) float32 each, gauss.

    Parameters
    ----------
    field, error : predicted; the error as the network states it, not calibrated.
    target : NaN where it has no value.
    """

    field: np.ndarray
    error: np.ndarray
    target: np.ndarray


class Judge:
    """Brings a network and aligned frames together, pixel by pixel.

    Parameters
    ----------
    weights : of a network with an error, its card beside it.
    pair : that it has to be of.
    grid : the common grid.

    Raises ConfigError for a network of another pair or without an error.
    """

    def __init__(self, weights: Path, pair: str, grid: Grid) -> None:
        check_pair(card_of(weights), pair)
        self.network = NetworkMethod(weights, grid)
        if not self.network.model.network.error:
            raise ConfigError(
                f"{weights}: a network without an error, expected one with error: true"
            )
        self._weights = weights
        self.radius = grid.radius("target")
        self.on_disk = self.radius < 1

    def predicted(self, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Field and error of an input, as the network states them; see :class:`Answer`."""
        field, error = self.network.predict_with_error(given)
        if error is None:
            raise OneSunError(f"{self._weights}: no error, expected a network that states it")
        return field, error

    def answer(self, month: AlignedMonth, frame: AlignedFrame) -> Answer:
        """What the network predicts of a frame.

        Raises UntrustedFrameError for an input that cannot be used, OneSunError for an answer that
        is no field with an error.
        """
        target = month.target(frame)
        try:
            field, error = self.predicted(month.input(frame))
        except UntrustedFrameError as trouble:
            path = month.folder / frame.input_file
            raise UntrustedFrameError(f"{path}: {trouble}") from None
        known = np.isfinite(target) & self.on_disk
        if not (np.isfinite(field) & np.isfinite(error) & (error > 0))[known].all():
            raise OneSunError(
                f"{self._weights}: no finite field or no error above 0 in {frame.stamp}, expected "
                "both in every pixel"
            )
        target[~self.on_disk] = np.nan
        return Answer(field, error, target)

    def residuals(self, answer: Answer, noise: float, unseen: np.ndarray) -> Residuals:
        """One pixel in ``KEPT`` of an answer.

        Parameters
        ----------
        noise : of the month's target, gauss.
        unseen : (N, N) bool on the target grid, tiles that trained nothing.
        """
        kept = np.flatnonzero(np.isfinite(answer.target))[::KEPT]
        noises = np.full(kept.shape, noise, dtype=np.float32)
        planes = answer.field, answer.error, answer.target, self.radius, unseen
        field, error, target, radius, unseen = (plane.ravel()[kept] for plane in planes)
        return Residuals(field, error, target, radius.astype(np.float32), noises, unseen)
