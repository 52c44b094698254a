"""The common grid: solar north up, the Sun as large as from 1 AU (paper, section 6.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from onesun.errors import ConfigError
from onesun.geometry import settings

ARCSEC_PER_RADIAN = 206264.80624709636
AU_METRES = 149_597_870_700.0
SOLAR_RADIUS_METRES = 696_000_000.0  # RSUN_REF of the HMI and MDI headers
RSUN_AT_1AU = ARCSEC_PER_RADIAN * float(np.arcsin(SOLAR_RADIUS_METRES / AU_METRES))  # arcsec

Which = Literal["input", "target"]
_STANDARD = settings.Grid()


@dataclass(frozen=True)
class Grid:
    """Two aligned square grids centred on the disk.

    Input pixel i covers target pixels ``factor * i`` to ``factor * i + factor - 1``.

    Parameters
    ----------
    target_size : pixels on a side of the target grid.
    target_scale : arcsec per target pixel, for a Sun seen from 1 AU.
    factor : target pixels per input pixel, along one axis.
    patch : input pixels on a side of a patch.
    """

    target_size: int = _STANDARD.target_size
    target_scale: float = _STANDARD.target_scale
    factor: int = _STANDARD.factor
    patch: int = _STANDARD.patch

    def __post_init__(self) -> None:
        if self.target_size % (self.factor * self.patch):
            raise ConfigError(
                f"grid.target_size: {self.target_size} found, expected a multiple of "
                f"grid.factor * grid.patch = {self.factor * self.patch}"
            )

    @classmethod
    def from_settings(cls, section: dict[str, Any]) -> Grid:
        """Make a grid of the configuration's section ``grid``."""
        return cls(**section)

    @property
    def input_size(self) -> int:
        return self.target_size // self.factor

    @property
    def input_scale(self) -> float:
        return self.target_scale * self.factor

    @property
    def patches(self) -> int:
        """Patches of one frame."""
        return (self.input_size // self.patch) ** 2

    def size(self, which: Which) -> int:
        return self.input_size if which == "input" else self.target_size

    def shape(self, which: Which) -> tuple[int, int]:
        """Rows and columns."""
        return (self.size(which),) * 2

    def scale(self, which: Which) -> float:
        """Arcsec per pixel for a Sun seen from 1 AU."""
        return self.input_scale if which == "input" else self.target_scale

    def limb_radius(self, which: Which) -> float:
        """Radius of the limb in pixels."""
        return RSUN_AT_1AU / self.scale(which)

    def axis(self, which: Which) -> np.ndarray:
        """Position of each pixel centre along one axis, in limb radii; (N,) float64."""
        size = self.size(which)
        return (np.arange(size) - (size - 1) / 2) / self.limb_radius(which)

    def radius(self, which: Which) -> np.ndarray:
        """Distance of each pixel from the disk centre in limb radii; (N, N) float32."""
        axis = self.axis(which)
        radius: np.ndarray = np.hypot(axis[None, :], axis[:, None]).astype(np.float32)
        return radius
