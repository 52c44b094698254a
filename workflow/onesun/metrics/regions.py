"""Agreement of predictions with targets over regions of the disk: Table 1's rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

import numpy as np

from onesun.errors import ConfigError, DamagedProductError
from onesun.geometry.grid import Grid
from onesun.metrics.cells import SUMS, CellSums, Range
from onesun.metrics.moments import Moments
from onesun.metrics.tiled import TileSums, Tiling


@dataclass(frozen=True)
class Region:
    """One row of Table 1; bounds are inclusive.

    Parameters
    ----------
    name : as printed.
    radius : distance from the disk centre, limb radii.
    strength : |target|, gauss.
    polarity : of the target, "positive" or "negative"; None is both. 0 G has none.
    paper : whether the row is one of the paper's.
    """

    name: str
    radius: Range = (0.0, np.inf)
    strength: Range = (0.0, np.inf)
    polarity: str | None = None
    paper: bool = False

    @classmethod
    def from_settings(cls, row: Mapping[str, Any]) -> Region:
        """Make a region of a row under ``table1.rows``; a bound of null is open.

        Raises ConfigError when a lower bound exceeds the upper one.
        """
        bounds = {key: _bounds(row["name"], key, row.get(key)) for key in ("r", "field")}
        polarity, paper = row.get("polarity"), row.get("paper", False)
        return cls(row["name"], bounds["r"], bounds["field"], polarity, paper)

    def as_settings(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "r": [_open(bound) for bound in self.radius],
            "field": [_open(bound) for bound in self.strength],
            "polarity": self.polarity,
            "paper": self.paper,
        }


def _bounds(name: str, key: str, given: Sequence[float | None] | None) -> Range:
    low, high = given if given is not None else (None, None)
    low = 0.0 if low is None else float(low)
    high = np.inf if high is None else float(high)
    if low > high:
        raise ConfigError(f"table1.rows: row {name!r}: {key} from {low} to {high}, expected rising")
    return low, high


def _open(bound: float) -> float | None:
    return None if np.isinf(bound) else bound


class RegionMoments:
    """The moments of (target, prediction) over each region, for one frame after the other.

    Parameters
    ----------
    grid : the common grid.
    regions : Table 1's rows.
    tiling : the tiles by which :meth:`sums` are kept; None is one tile, the frame.
    """

    def __init__(self, grid: Grid, regions: Sequence[Region], tiling: Tiling | None = None) -> None:
        self.regions = list(regions)
        self.tiling = tiling or Tiling.of(grid, grid.target_size)
        self._cells = CellSums(
            grid.radius("target"),
            [region.radius for region in regions],
            [bound for region in regions for bound in _thresholds(region) if bound < np.inf],
            tiles=self.tiling.numbers(),
            polar=[
                bound
                for region in regions
                if region.polarity is not None
                for bound in _thresholds(region)
                if bound < np.inf
            ],
        )

    def __call__(self, target: np.ndarray, prediction: np.ndarray) -> list[Moments]:
        """Moments over each region, x the target and y the prediction; see :meth:`sums`."""
        return moments(self.sums(target, prediction))

    def sums(self, target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        """Sums of 1, x, y, x^2, y^2 and xy over each tile of each region.

        Parameters
        ----------
        target, prediction : (N, N) on the target grid, gauss, NaN where there is no value.
            Pixels without a target value do not count.

        Returns (tiles, regions, 6) float64.

        Raises OneSunError when a shape is wrong or the prediction lacks values on the disk.
        """
        sums = self._cells(target, prediction)
        return np.stack([self._region(region, sums) for region in self.regions], axis=1)

    def _region(self, region: Region, sums: np.ndarray) -> np.ndarray:
        low, beyond = _thresholds(region)
        over = self._over(region, low, sums)
        if beyond < np.inf:
            over = over - self._over(region, beyond, sums)
        inside = self._cells.inside(region.radius)
        found = np.zeros((self.tiling.count, SUMS))
        np.add.at(found, self._cells.tiles[inside], over.T)
        return found

    def _over(self, region: Region, threshold: float, sums: np.ndarray) -> np.ndarray:
        """The region's sums over |target| >= threshold in its polarity; (6, cells)."""
        inside, levels = self._cells.inside(region.radius), self._cells.levels
        both: np.ndarray = sums[levels.index((threshold, False))][:, inside]
        if region.polarity is None:
            return both
        positive: np.ndarray = sums[levels.index((threshold, True))][:, inside]
        return positive if region.polarity == "positive" else np.subtract(both, positive)


def moments(sums: np.ndarray) -> list[Moments]:
    """Moments over each region of sums by tile, (tiles, regions, 6)."""
    return [Moments.from_sums(*row) for row in sums.sum(axis=0)]


def _thresholds(region: Region) -> Range:
    """The region's strengths as half-open: float32 values > high are those >= its successor."""
    low, high = region.strength
    if region.polarity is not None:
        low = max(low, float(np.nextafter(0, 1)))  # 0 G has no polarity
    return low, float(np.nextafter(high, np.inf))


@dataclass
class RegionStatistics:
    """Moments over regions by frame, and sums over tiles of them by day; both merge.

    The moments make the table's values, the same to the bit in whatever order frames are added.
    The sums by tile make its intervals (onesun.metrics.units).

    Parameters
    ----------
    regions : Table 1's rows.
    tiling : the tiles.
    frames : for each frame's stamp, the moments over each region.
    tiles : the sums, called "rows", (tiles, regions, 6).
    """

    product: ClassVar[str] = "statistics"

    regions: list[Region]
    tiling: Tiling
    frames: dict[str, list[Moments]] = field(default_factory=dict)
    tiles: TileSums = field(default_factory=TileSums)

    def update(self, stamp: str, sums: np.ndarray) -> RegionStatistics:
        """Add a frame's sums, (tiles, regions, 6); returns self.

        Raises DamagedProductError when the frame is there already.
        """
        self._once(stamp)
        self.frames[stamp] = moments(sums)
        self.tiles.add(stamp, {"rows": sums})
        return self

    def merge(self, other: RegionStatistics) -> RegionStatistics:
        """Add another's frames; returns self. Raises ConfigError when regions or tiles differ."""
        if other.regions != self.regions:
            raise ConfigError("statistics over different rows, expected the same rows")
        if other.tiling != self.tiling:
            raise ConfigError("statistics over different tiles, expected the same tiles")
        for stamp in other.frames:
            self._once(stamp)
        self.frames |= other.frames
        self.tiles.merge(other.tiles)
        return self

    def _once(self, stamp: str) -> None:
        if stamp in self.frames:
            raise DamagedProductError(f"frame {stamp}: counted twice, expected once")

    def result(self) -> list[Moments]:
        """Moments over each region of all frames, in the order of their stamps."""
        total = [Moments() for _ in self.regions]
        for stamp in sorted(self.frames):
            for sum_, moments in zip(total, self.frames[stamp], strict=True):
                sum_.merge(moments)
        return total

    def arrays(self) -> dict[str, np.ndarray]:
        """The sums by tile."""
        return self.tiles.arrays()

    def content(self) -> dict[str, Any]:
        """Everything but the sums by tile, and what follows from it for the reader."""
        return {
            "x": "target, gauss",
            "y": "prediction, gauss",
            "tiling": asdict(self.tiling),
            "rows": [region.as_settings() for region in self.regions],
            "frames": {
                stamp: [moments.as_dict() for moments in self.frames[stamp]]
                for stamp in sorted(self.frames)
            },
            "summary": [
                {"name": region.name, **asdict(moments.result())}
                for region, moments in zip(self.regions, self.result(), strict=True)
            ],
        }

    @classmethod
    def kept(cls, content: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> RegionStatistics:
        """What :meth:`content` and :meth:`arrays` gave."""
        regions = [Region.from_settings(row) for row in content["rows"]]
        frames = {
            stamp: [Moments.from_dict(entry) for entry in entries]
            for stamp, entries in content["frames"].items()
        }
        tiles = TileSums.of(list(frames), arrays)
        return cls(regions, Tiling(**content["tiling"]), frames, tiles)
