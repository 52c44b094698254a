"""What turns a network's own error into a calibrated one: factors by field strength and radius."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class ErrorScale:
    """Factors on the error, each interpolated linearly between knots and constant beyond them.

    Parameters
    ----------
    field_knots : (F,) rising, gauss of the predicted |field|; interpolated in log(1 + gauss).
    field_factors : (F,)
    radius_knots : (R,) rising, limb radii.
    radius_factors : (R,)
    """

    field_knots: Sequence[float]
    field_factors: Sequence[float]
    radius_knots: Sequence[float]
    radius_factors: Sequence[float]

    @classmethod
    def none(cls) -> ErrorScale:
        """The one that leaves errors as they are."""
        return cls([0.0], [1.0], [0.0], [1.0])

    @classmethod
    def from_card(cls, section: Mapping[str, Any]) -> ErrorScale:
        """From the card's section ``error_scale``; raises KeyError or TypeError for another."""
        names = ("field_knots", "field_factors", "radius_knots", "radius_factors")
        return cls(*([float(value) for value in section[name]] for name in names))

    def for_card(self) -> dict[str, list[float]]:
        return {name: [float(value) for value in values] for name, values in asdict(self).items()}

    def by_field(self, field: np.ndarray) -> np.ndarray:
        """Factor at each predicted field (gauss, any shape); float32."""
        place = np.log1p(np.abs(field))
        factors = np.interp(place, np.log1p(self.field_knots), self.field_factors)
        return factors.astype(np.float32)

    def by_radius(self, radius: np.ndarray) -> np.ndarray:
        """Factor at each radius (limb radii, any shape); float32."""
        return np.interp(radius, self.radius_knots, self.radius_factors).astype(np.float32)
