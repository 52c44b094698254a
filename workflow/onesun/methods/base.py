"""What a method is: anything that maps input frames to target frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from onesun.errors import UntrustedFrameError
from onesun.geometry.grid import Grid, Which

if TYPE_CHECKING:
    from onesun.aligned import AlignedFrame


@runtime_checkable
class Method(Protocol):
    """One interface for baselines, networks and whatever else; the evaluation sees no more.

    ``name`` tells the kind of method. ``reads`` tells what it is given: the ``input``'s field, or
    the ``target``'s own. A method that reads the target predicts nothing; it is a reference to
    hold predictions against, and every product of it says so.
    """

    name: str
    reads: Which

    def predict(self, field: np.ndarray, frame: AlignedFrame | None = None) -> np.ndarray:
        """Make a field on the target grid of what the method reads.

        Parameters
        ----------
        field : (n, n) on the grid of ``reads``, float32, gauss, NaN where there is no value.
        frame : what is recorded of the frame beside its fields, such as its observers' distances;
            a method that does not need it takes the field alone.

        Returns (N, N) on the target grid, float32, gauss; NaN exactly where the distance from
        the disk centre is one limb radius or more.
        """
        ...


class FullDisk:
    """What methods share that fill the disk of a grid: checks before, the limb after."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self._off_disk = grid.radius("target") >= 1

    def check(self, field: np.ndarray, which: Which = "input") -> None:
        """Raise UntrustedFrameError for a field that is not on the grid ``which``."""
        expected = (self.grid.size(which),) * 2
        if field.shape != expected:
            raise UntrustedFrameError(f"{which}: {field.shape} pixels, expected {expected}")

    def masked(self, prediction: np.ndarray) -> np.ndarray:
        """Set what lies off the disk to NaN, in place; (N, N) float32."""
        prediction[self._off_disk] = np.nan
        return prediction
