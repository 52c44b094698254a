"""What a method is: anything that maps input frames to target frames."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

from onesun.errors import UntrustedFrameError
from onesun.geometry.grid import Grid


@runtime_checkable
class Method(Protocol):
    """One interface for baselines, networks and whatever else; the evaluation sees no more.

    ``name`` tells the kind of method.
    """

    name: str

    def predict(self, field: np.ndarray) -> np.ndarray:
        """Predict the target's field from the input's.

        Parameters
        ----------
        field : (n, n) on the input grid, float32, gauss, NaN where there is no value.

        Returns (n * factor, n * factor) on the target grid, float32, gauss; NaN exactly where
        the distance from the disk centre is one limb radius or more.
        """
        ...


class FullDisk:
    """What methods share that fill the disk of a grid: checks before, the limb after."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self._off_disk = grid.radius("target") >= 1

    def check(self, field: np.ndarray) -> None:
        """Raise UntrustedFrameError for a field that is not on the input grid."""
        expected = (self.grid.input_size,) * 2
        if field.shape != expected:
            raise UntrustedFrameError(f"input: {field.shape} pixels, expected {expected}")

    def masked(self, prediction: np.ndarray) -> np.ndarray:
        """Set what lies off the disk to NaN, in place; (N, N) float32."""
        prediction[self._off_disk] = np.nan
        return prediction
