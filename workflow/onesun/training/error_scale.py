"""What turns a network's own error into a calibrated one: factors by field strength and radius."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

_LEAST = 0.5  # of a standard deviation, that is left when less noise of the target is in it


@dataclass(frozen=True)
class ErrorScale:
    """Factors on the error, each interpolated linearly between knots and constant beyond them.

    Parameters
    ----------
    field_knots : (F,) rising, gauss of the predicted |field|; interpolated in log(1 + gauss).
    field_factors : (F,) which, with those of the radius, make a standard deviation of the error.
    radius_knots : (R,) rising, limb radii.
    radius_factors : (R,)
    half_widths_68, half_widths_95 : (F,) standard deviations within which 68.27 % and 95 % of the
        target's readings lie; a normal distribution's are 1 and 1.96.
    target_noise : gauss; that of the readings which the errors are for.
    block_sizes : target pixels on a side, rising; may be empty.
    block_inflation : standard deviation of the mean error of a block of that size over what it
        would be if the errors of its pixels were independent.
    """

    field_knots: Sequence[float]
    field_factors: Sequence[float]
    radius_knots: Sequence[float]
    radius_factors: Sequence[float]
    half_widths_68: Sequence[float]
    half_widths_95: Sequence[float]
    target_noise: float
    block_sizes: Sequence[int] = ()
    block_inflation: Sequence[float] = ()

    @classmethod
    def from_card(cls, section: Mapping[str, Any]) -> ErrorScale:
        """From the card's section ``error_scale``; raises KeyError or TypeError for another."""
        given = {field.name: section[field.name] for field in fields(cls)}
        noise = float(given.pop("target_noise"))
        sizes = [int(size) for size in given.pop("block_sizes")]
        lists = {name: [float(value) for value in values] for name, values in given.items()}
        return cls(**lists, target_noise=noise, block_sizes=sizes)

    def for_card(self) -> dict[str, list[float] | list[int] | float]:
        found = asdict(self)
        noise = float(found.pop("target_noise"))
        sizes = [int(size) for size in found.pop("block_sizes")]
        lists = {name: [float(value) for value in values] for name, values in found.items()}
        return {**lists, "target_noise": noise, "block_sizes": sizes}

    def by_field(self, field: np.ndarray) -> np.ndarray:
        """Factor at each predicted field (gauss, any shape); float32."""
        return self._along_field(field, self.field_factors)

    def by_radius(self, radius: np.ndarray) -> np.ndarray:
        """Factor at each radius (limb radii, any shape); float32."""
        factors: np.ndarray = np.interp(radius, self.radius_knots, self.radius_factors)
        return factors.astype(np.float32)

    def deviation(self, error: np.ndarray, field: np.ndarray, radius: np.ndarray) -> np.ndarray:
        """Standard deviation of the target's readings around the prediction; float32, gauss.

        Parameters
        ----------
        error : as the network states it, gauss.
        field, radius : the predicted field, gauss, and limb radii; of the error's shape.
        """
        calibrated: np.ndarray = error * self.by_field(field) * self.by_radius(radius)
        return calibrated

    def half_68(self, deviation: np.ndarray, field: np.ndarray) -> np.ndarray:
        """Half-width that holds 68.27 % of the readings; float32, gauss."""
        half_width: np.ndarray = deviation * self._along_field(field, self.half_widths_68)
        return half_width

    def half_95(self, deviation: np.ndarray, field: np.ndarray) -> np.ndarray:
        """Half-width that holds 95 % of the readings; float32, gauss."""
        half_width: np.ndarray = deviation * self._along_field(field, self.half_widths_95)
        return half_width

    def for_noise(self, deviation: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Standard deviations of readings with another noise; float32, gauss.

        Parameters
        ----------
        deviation : for readings with the noise ``target_noise``, gauss.
        noise : of the readings, gauss, measured as ``target_noise`` was.
        """
        variance = np.square(deviation) + (np.square(noise) - self.target_noise**2)
        error: np.ndarray = np.sqrt(np.maximum(variance, np.square(_LEAST * deviation)))
        return error.astype(np.float32)

    def _along_field(self, field: np.ndarray, factors: Sequence[float]) -> np.ndarray:
        place = np.log1p(np.abs(field))
        found: np.ndarray = np.interp(place, np.log1p(self.field_knots), factors).astype(np.float32)
        return found
