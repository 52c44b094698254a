"""What turns a network's own error into a calibrated one: factors by field strength and radius."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

_LEAST = 0.5  # of an error, that is left when less noise of the target is in it


@dataclass(frozen=True)
class ErrorScale:
    """Factors on the error, each interpolated linearly between knots and constant beyond them.

    Parameters
    ----------
    field_knots : (F,) rising, gauss of the predicted |field|; interpolated in log(1 + gauss).
    field_factors : (F,)
    radius_knots : (R,) rising, limb radii.
    radius_factors : (R,)
    wide_factors : (F,) how many calibrated errors hold 95 % of the target's readings; more than a
        normal distribution's 1.96 where tails are longer.
    target_noise : gauss; that of the readings which the errors are promised for.
    """

    field_knots: Sequence[float]
    field_factors: Sequence[float]
    radius_knots: Sequence[float]
    radius_factors: Sequence[float]
    wide_factors: Sequence[float]
    target_noise: float

    @classmethod
    def from_card(cls, section: Mapping[str, Any]) -> ErrorScale:
        """From the card's section ``error_scale``; raises KeyError or TypeError for another."""
        given = {field.name: section[field.name] for field in fields(cls)}
        noise = float(given.pop("target_noise"))
        lists = {name: [float(value) for value in values] for name, values in given.items()}
        return cls(**lists, target_noise=noise)

    def for_card(self) -> dict[str, list[float] | float]:
        told = asdict(self)
        noise = told.pop("target_noise")
        lists = {name: [float(value) for value in values] for name, values in told.items()}
        return lists | {"target_noise": float(noise)}

    def by_field(self, field: np.ndarray) -> np.ndarray:
        """Factor at each predicted field (gauss, any shape); float32."""
        return self._along_field(field, self.field_factors)

    def wide(self, field: np.ndarray) -> np.ndarray:
        """How many errors hold 95 % of the readings, at each predicted field (gauss); float32."""
        return self._along_field(field, self.wide_factors)

    def by_radius(self, radius: np.ndarray) -> np.ndarray:
        """Factor at each radius (limb radii, any shape); float32."""
        return np.interp(radius, self.radius_knots, self.radius_factors).astype(np.float32)

    def for_noise(self, error: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Calibrated errors as they are against readings with another noise; float32, gauss.

        Parameters
        ----------
        error : calibrated, gauss.
        noise : of the readings, gauss, measured as ``target_noise`` was.
        """
        variance = np.square(error) + (np.square(noise) - self.target_noise**2)
        return np.sqrt(np.maximum(variance, np.square(_LEAST * error))).astype(np.float32)

    def calibrated(self, error: np.ndarray, field: np.ndarray, radius: np.ndarray) -> np.ndarray:
        """The error that holds 68 % of the target's readings; float32, gauss.

        Parameters
        ----------
        error : as the network states it, gauss.
        field, radius : the predicted field, gauss, and limb radii; of the error's shape.
        """
        return error * self.by_field(field) * self.by_radius(radius)

    def _along_field(self, field: np.ndarray, factors: Sequence[float]) -> np.ndarray:
        place = np.log1p(np.abs(field))
        return np.interp(place, np.log1p(self.field_knots), factors).astype(np.float32)
