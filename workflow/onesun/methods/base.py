"""What a method is: anything that maps input frames to target frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from onesun.errors import UntrustedFrameError
from onesun.geometry.grid import Grid, Which
from onesun.geometry.window import Window

if TYPE_CHECKING:
    from onesun.products.aligned import AlignedFrame


@runtime_checkable
class Method(Protocol):
    """One interface for baselines, networks and whatever else; the evaluation sees no more.

    ``name`` tells the kind of method. ``reads`` tells what it is given: the ``input``'s field, or
    the ``target``'s own. A method that reads the target, or that was fitted to the frames it is
    asked for, predicts nothing: it is a reference to hold predictions against (`kinds.REFERENCES`),
    and every product of it says so. ``halo`` tells how many input
    pixels away from a target pixel's own input pixel can still matter to it; None, all of them.
    """

    @property
    def name(self) -> str: ...

    @property
    def reads(self) -> Which: ...

    @property
    def halo(self) -> int | None: ...

    def predict(self, field: np.ndarray, frame: AlignedFrame | None = None) -> np.ndarray:
        """Make a field on the target grid of what the method reads.

        Parameters
        ----------
        field : (ny, nx) on the grid of ``reads`` (or the part of it that the method was made
            for), float32, gauss, NaN where there is no value.
        frame : what is recorded of the frame beside its fields, such as its observers' distances;
            a method that does not need it takes the field alone.

        Returns (Ny, Nx) on the target grid, float32, gauss; NaN exactly where the distance from
        the disk centre is one limb radius or more.
        """
        ...


class FullDisk:
    """What methods share that fill the disk of a grid: checks before, the limb after.

    Given a window they fill the disk's part in it. With ``halo`` input pixels and the limb's
    nearest pixels around it, a part comes out as in the whole.
    """

    def __init__(self, grid: Grid | Window) -> None:
        self.grid = grid
        self._off_disk = grid.radius("target") >= 1

    def check(self, field: np.ndarray, which: Which = "input") -> None:
        """Raise UntrustedFrameError for a field that is not on the grid ``which``."""
        expected = self.grid.shape(which)
        if field.shape != expected:
            raise UntrustedFrameError(f"{which}: {field.shape} pixels, expected {expected}")

    def masked(self, prediction: np.ndarray) -> np.ndarray:
        """Set what lies off the disk to NaN, in place; (Ny, Nx) float32."""
        prediction[self._off_disk] = np.nan
        return prediction
