"""The composed transform: from a pixel of the common grid to a pixel of the raw image."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from onesun.geometry.grid import Grid, Which
from onesun.geometry.pointing import Pointing
from onesun.geometry.sphere import disk_to_heliographic, heliographic_to_disk, rotation_shift


@dataclass(frozen=True)
class Correction:
    """What registration adds to a header's pointing.

    A point at (x, y) limb radii from the disk centre, west and north, is found where the header
    would put ``(1 + scale + stretch (r^2 - 1)) R(-roll) (x, y) + (shift_x, shift_y)``.

    Parameters
    ----------
    shift_x, shift_y : of the disk centre towards solar west and north, limb radii.
    roll : degrees to add to ``CROTA2``.
    scale : fraction by which the limb radius exceeds the header's.
    stretch : radial stretch of the plate, zero at the limb.
    """

    shift_x: float = 0.0
    shift_y: float = 0.0
    roll: float = 0.0
    scale: float = 0.0
    stretch: float = 0.0

    def apply(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where the header's pointing has to be asked for the points (x, y); limb radii."""
        angle = np.deg2rad(self.roll)
        cos, sin = np.cos(angle), np.sin(angle)
        size = 1 + self.scale + self.stretch * (x * x + y * y - 1)
        return (
            size * (cos * x + sin * y) + self.shift_x,
            size * (cos * y - sin * x) + self.shift_y,
        )

    def largest(self, within_radius: float) -> float:
        """The largest displacement within ``within_radius``, limb radii."""
        radius, angle = np.meshgrid(
            np.linspace(0, within_radius, 19), np.linspace(0, 2 * np.pi, 73)
        )
        x, y = radius * np.cos(angle), radius * np.sin(angle)
        moved_x, moved_y = self.apply(x, y)
        return float(np.hypot(moved_x - x, moved_y - y).max())


def off_disk(axis: np.ndarray, rows: slice) -> np.ndarray:
    """Which pixels of ``rows`` lie off the disk; the same comparison as grid.radius() >= 1."""
    outside: np.ndarray = np.hypot(axis[None, :], axis[rows, None]).astype(np.float32) >= 1
    return outside


@dataclass(frozen=True)
class HeaderMapping:
    """A frame seen by its own observer, north up: affine, by its header alone.

    Parameters
    ----------
    axis : (N,) position of each output pixel along one axis, limb radii.
    pointing : of the raw image.
    """

    axis: np.ndarray
    pointing: Pointing

    @classmethod
    def on_grid(cls, grid: Grid, which: Which, pointing: Pointing) -> HeaderMapping:
        """The mapping that brings an image to the common grid."""
        return cls(grid.axis(which), pointing)

    @property
    def shape(self) -> tuple[int, int]:
        return (len(self.axis), len(self.axis))

    @property
    def step(self) -> float:
        return float(self.axis[1] - self.axis[0]) * self.pointing.limb_radius

    def rows(self, rows: slice) -> tuple[np.ndarray, np.ndarray]:
        px, py = self.pointing.to_pixel(self.axis[None, :], self.axis[rows, None])
        px[off_disk(self.axis, rows)] = np.nan
        return px, py


@dataclass(frozen=True)
class InputMapping:
    """An input frame as the target's observer would have seen it at the target's time.

    Parameters
    ----------
    seen : (x, y) from :func:`seen_by_input`, limb radii, (n, n) each.
    pointing : of the raw input image.
    correction : what registration found.
    """

    seen: tuple[np.ndarray, np.ndarray]
    pointing: Pointing
    step: float
    correction: Correction = field(default_factory=Correction)

    def corrected(self, correction: Correction) -> InputMapping:
        """The same mapping with another correction."""
        return replace(self, correction=correction)

    @property
    def shape(self) -> tuple[int, int]:
        return self.seen[0].shape

    def rows(self, rows: slice) -> tuple[np.ndarray, np.ndarray]:
        x, y = self.seen
        return self.pointing.to_pixel(*self.correction.apply(x[rows], y[rows]))


def seen_by_input(
    grid: Grid, target: Pointing, source: Pointing, seconds: float
) -> tuple[np.ndarray, np.ndarray]:
    """Where the input's observer saw what lies in each pixel of the input grid.

    The chain: pixel of the grid, as the target's observer saw it -> heliographic latitude and
    Carrington longitude -> differential rotation -> disk of the input's observer.

    Parameters
    ----------
    grid : the common grid.
    target, source : pointing (observer) of the target and of the input.
    seconds : time of the input less that of the target, s.

    Returns (x, y), each (n, n) float64 in limb radii of the input's disk, solar west and north;
    NaN off the disk and where the point is hidden from the input's observer.
    """
    axis = grid.axis("input")
    on_disk = ~off_disk(axis, slice(None))
    x, y = (np.full(on_disk.shape, np.nan) for _ in "xy")
    row, column = np.nonzero(on_disk)
    latitude, longitude = disk_to_heliographic(
        axis[column], axis[row], np.deg2rad(target.b0), target.rsun_radians
    )
    longitude += np.deg2rad(target.l0 - source.l0) + rotation_shift(latitude, seconds)
    x[on_disk], y[on_disk] = heliographic_to_disk(
        latitude, longitude, np.deg2rad(source.b0), source.rsun_radians
    )
    return x, y


def input_mapping(grid: Grid, target: Pointing, source: Pointing, seconds: float) -> InputMapping:
    """The uncorrected :class:`InputMapping` of a pair; see :func:`seen_by_input`."""
    step = source.limb_radius / grid.limb_radius("input")
    return InputMapping(seen_by_input(grid, target, source, seconds), source, step)
