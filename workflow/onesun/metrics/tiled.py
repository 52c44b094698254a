"""Sums over tiles of the disk, day by day: what intervals are drawn from, in files that merge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from onesun.errors import ConfigError
from onesun.geometry.grid import Grid


@dataclass(frozen=True)
class Tiling:
    """Square tiles of the target grid, numbered row by row from its first corner.

    Parameters
    ----------
    side : of the frame, target pixels.
    size : side of a tile, target pixels; a divisor of ``side``.
    limb : radius of the limb, target pixels.

    Raises ConfigError when the tiles do not fill the frame.
    """

    side: int
    size: int
    limb: float

    def __post_init__(self) -> None:
        if self.side % self.size:
            raise ConfigError(
                f"measure.tiles.size: found {self.size}, expected a divisor of "
                f"grid.target_size {self.side}"
            )

    @classmethod
    def of(cls, grid: Grid, size: int) -> Tiling:
        return cls(grid.target_size, size, grid.limb_radius("target"))

    @property
    def across(self) -> int:
        """Tiles on a side of the frame."""
        return self.side // self.size

    @property
    def count(self) -> int:
        """Tiles of the frame."""
        return self.across**2

    def numbers(self, step: int = 1) -> np.ndarray:
        """The tile of each block of ``step`` x ``step`` pixels, by the block's first corner.

        Returns (side / step, side / step) int64.
        """
        along = np.arange(0, self.side, step) // self.size
        return along[:, None] * self.across + along

    def add_up(self, numbers: np.ndarray, *values: np.ndarray) -> np.ndarray:
        """The sums of ``values`` over tiles, and before them how many there are.

        Parameters
        ----------
        numbers : (n,) tiles.
        values : (n,) each.

        Returns (tiles, 1 + values) float64.
        """
        counted = [np.bincount(numbers, minlength=self.count)]
        summed = [np.bincount(numbers, value, minlength=self.count) for value in values]
        return np.stack([*counted, *summed], axis=1).astype(np.float64)


class TileSums:
    """Arrays that add up over the frames of a day, their first axis being the tiles.

    Days are apart, so that what is drawn may be longer than a day; a day's frames show the same
    part of the Sun. Memory grows with the days, not with the frames.
    """

    def __init__(self) -> None:
        self.days: dict[str, dict[str, np.ndarray]] = {}

    def add(self, stamp: str, sums: Mapping[str, np.ndarray]) -> Self:
        """Add a frame of the day on which its stamp, or a day's own name, begins; returns self."""
        day = self.days.setdefault(stamp[:8], {})
        for name, entry in sums.items():
            day[name] = day[name] + entry if name in day else np.asarray(entry, np.float64)
        return self

    def merge(self, other: TileSums) -> Self:
        """Add another's frames; returns self."""
        for day, sums in other.days.items():
            self.add(day, sums)
        return self

    def table(self, name: str) -> np.ndarray:
        """The sums called ``name``, days ascending; (days, tiles, ...) float64."""
        return np.stack([self.days[day][name] for day in sorted(self.days)])

    def arrays(self) -> dict[str, np.ndarray]:
        """What :meth:`table` gives, by name."""
        return {name: self.table(name) for name in next(iter(self.days.values()), {})}

    @classmethod
    def of(cls, stamps: list[str], arrays: Mapping[str, np.ndarray]) -> TileSums:
        """What :meth:`arrays` gave for frames of these stamps."""
        made = cls()
        for index, day in enumerate(sorted({stamp[:8] for stamp in stamps})):
            made.days[day] = {name: entry[index] for name, entry in arrays.items()}
        return made
