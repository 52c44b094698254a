"""What every statistic over frames has in common: it updates, merges and gives a result."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

import numpy as np

from onesun.errors import ConfigError, DamagedProductError
from onesun.metrics.tiled import TileSums


@dataclass(frozen=True)
class Contribution:
    """What one frame adds.

    Parameters
    ----------
    counts : int64 arrays by name; they add up over frames.
    sums : float64 arrays by name; they are kept by frame, to be added up in the order of the
        frames' stamps (the same result whatever was merged first).
    tiles : float64 arrays by name, the first axis being the tiles of the disk; they add up by
        day, and intervals are drawn from them.
    """

    counts: dict[str, np.ndarray] = field(default_factory=dict)
    sums: dict[str, np.ndarray] = field(default_factory=dict)
    tiles: dict[str, np.ndarray] = field(default_factory=dict)


class Stamped(Protocol):
    """What one frame is judged by; its stamp names the frame."""

    @property
    def stamp(self) -> str: ...


_Frame = TypeVar("_Frame", bound=Stamped)


class Statistic(ABC, Generic[_Frame]):
    """A statistic over frames; subclasses say what one frame adds and what follows from all.

    Memory is bounded by the number of frames, by a few kilobytes each, whatever their size, and
    by that of days.
    """

    name: ClassVar[str]

    def __init__(self) -> None:
        self.counts: dict[str, np.ndarray] = {}
        self.frames: dict[str, dict[str, np.ndarray]] = {}
        self.tiles = TileSums()

    @abstractmethod
    def settings(self) -> Any:
        """What distinguishes this statistic from others of its class; comparable."""

    @abstractmethod
    def of(self, comparison: _Frame) -> Contribution:
        """What one frame adds: the same counts and sums, in the same shapes, every time."""

    @abstractmethod
    def result(self) -> Any:
        """What follows from the frames so far; at least one is needed."""

    def update(self, comparison: _Frame) -> Self:
        """Add a frame; returns self. Raises DamagedProductError when it is there already."""
        self._once(comparison.stamp)
        found = self.of(comparison)
        self.frames[comparison.stamp] = found.sums
        self._add(found.counts)
        self.tiles.add(comparison.stamp, found.tiles)
        return self

    def merge(self, other: Statistic[_Frame]) -> Self:
        """Add another's frames; returns self.

        Raises ConfigError when the other measures something else, DamagedProductError when a
        frame is in both.
        """
        if type(other) is not type(self) or other.settings() != self.settings():
            raise ConfigError(f"statistics {self.name}: of different settings, expected the same")
        for stamp in other.frames:
            self._once(stamp)
        self.frames |= other.frames
        self._add(other.counts)
        self.tiles.merge(other.tiles)
        return self

    def table(self, name: str) -> np.ndarray:
        """The sums called ``name`` of every frame, stamps ascending; (frames, ...) float64."""
        return np.stack([self.frames[stamp][name] for stamp in sorted(self.frames)])

    def total(self, name: str) -> np.ndarray:
        """The sums called ``name`` added up over frames in the order of their stamps."""
        total: np.ndarray = self.table(name).sum(axis=0)
        return total

    def arrays(self) -> dict[str, np.ndarray]:
        """Everything but the stamps, to be kept; names begin with the statistic's own."""
        names = next(iter(self.frames.values()), {})
        kinds = {
            "sums": {name: self.table(name) for name in names},
            "counts": self.counts,
            "tiles": self.tiles.arrays(),
        }
        return {
            f"{self.name}/{kind}/{name}": entry
            for kind, entries in kinds.items()
            for name, entry in entries.items()
        }

    def restore(self, stamps: list[str], arrays: Mapping[str, np.ndarray]) -> Self:
        """Take over what :meth:`arrays` gave for these frames; returns self.

        Raises KeyError where there is nothing of this statistic: it is newer than the file.
        """
        if stamps and not any(key.startswith(f"{self.name}/") for key in arrays):
            raise KeyError(self.name)
        kinds = {"counts": self.counts, "sums": {}, "tiles": {}}
        for key, entry in arrays.items():
            name, kind, part = key.split("/", 2)
            if name == self.name:
                kinds[kind][part] = entry
        self.frames = {
            stamp: {name: entry[index] for name, entry in kinds["sums"].items()}
            for index, stamp in enumerate(stamps)
        }
        self.tiles = TileSums.of(stamps, kinds["tiles"])
        return self

    def _once(self, stamp: str) -> None:
        if stamp in self.frames:
            raise DamagedProductError(f"frame {stamp}: counted twice, expected once")

    def _add(self, counts: Mapping[str, np.ndarray]) -> None:
        for name, entry in counts.items():
            self.counts[name] = self.counts[name] + entry if name in self.counts else entry.copy()
