"""Correlation and extreme values patch by patch (paper, equations 1, 3 and 4; Figures 4 and 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from onesun.metrics import blocks
from onesun.metrics.bins import Bins
from onesun.metrics.comparison import Comparison
from onesun.metrics.statistic import Contribution, Statistic
from onesun.metrics.tiled import Tiling

AREAS = ("within", "disk")
ALL = "all"  # patches of any field strength
_MEASURED = ("correlation", "maximum", "minimum")


@dataclass(frozen=True)
class PatchErrors:
    """Patches of one size, in one area, of one class of field strength.

    Parameters
    ----------
    n : patches; ``undetermined`` of them are constant in one field and have no correlation.
    mean_correlation, mean_maximum, mean_minimum : of the correlation, and of |E_max| and |E_min|
        in gauss; NaN without a patch.
    correlation, maximum, minimum : (bins.size,) int64, how many have which correlation, E_max and
        E_min (target less prediction).
    """

    n: int
    undetermined: int
    mean_correlation: float
    mean_maximum: float
    mean_minimum: float
    correlation: np.ndarray
    maximum: np.ndarray
    minimum: np.ndarray


@dataclass(frozen=True)
class _Patches:
    """What is measured in each patch of a frame; (patches,) each."""

    tile: np.ndarray
    area: dict[str, np.ndarray]
    strength: np.ndarray
    values: dict[str, np.ndarray]


class PatchStatistic(Statistic[Comparison]):
    """Histograms over patches: those wholly ``within`` the limit, and those of the whole ``disk``.

    Parameters
    ----------
    sizes : sides of the patches, target pixels, each a divisor of the frame's.
    min_share : share of a patch's pixels that must have a value; only these are measured.
    strong : for each class, the least mean |target| over a patch, gauss. One more class, "all",
        takes every patch.
    correlation, extreme : bins of the correlation, and of E_max and E_min in gauss.
    tiling : tiles of the frame; a patch counts in the tile of its first corner.
    """

    name = "patches"

    def __init__(
        self,
        sizes: Sequence[int],
        min_share: float,
        strong: Mapping[str, float],
        correlation: Bins,
        extreme: Bins,
        tiling: Tiling,
    ) -> None:
        super().__init__()
        self.tiling = tiling
        self.sizes, self.min_share = tuple(sorted(sizes)), min_share
        self.classes = {ALL: 0.0, **{name: strong[name] for name in sorted(strong)}}
        self.bins = {"correlation": correlation, "maximum": extreme, "minimum": extreme}

    def settings(self) -> Any:
        return self.sizes, self.min_share, self.classes, self.bins, self.tiling

    def of(self, comparison: Comparison) -> Contribution:
        counts, sums, tiles = {}, {}, {}
        for size in self.sizes:
            patches = _measure(comparison, size, self.min_share, self.tiling)
            for area in AREAS:
                for name, threshold in self.classes.items():
                    chosen = patches.area[area] & (patches.strength >= threshold)
                    key = f"{size}/{area}/{name}"
                    values = {part: patches.values[part][chosen] for part in _MEASURED}
                    for part, found in values.items():
                        known = found[np.isfinite(found)]
                        counts[f"{key}/{part}"] = self.bins[part].counts(known)
                    tiles[key] = self._by_tile(patches.tile[chosen], values)
                    sums[key] = tiles[key].sum(axis=0)
        return Contribution(counts, sums, tiles)

    def _by_tile(self, tile: np.ndarray, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Patches, those with a correlation, and the sums of correlation, |E_max| and |E_min|."""
        known = np.isfinite(values["correlation"])
        correlation = np.where(known, values["correlation"], 0)
        extremes = (np.abs(values[part]) for part in ("maximum", "minimum"))
        return self.tiling.add_up(tile, known, correlation, *extremes)

    def result(self) -> dict[tuple[int, str, str], PatchErrors]:
        """By size, area ("within" or "disk") and class of strength."""
        return {
            (size, area, name): self._errors(f"{size}/{area}/{name}")
            for size in self.sizes
            for area in AREAS
            for name in self.classes
        }

    def _errors(self, key: str) -> PatchErrors:
        n, known, correlation, maximum, minimum = self.total(key)
        with np.errstate(invalid="ignore", divide="ignore"):
            return PatchErrors(
                int(n),
                int(n - known),
                float(correlation / known),
                float(maximum / n),
                float(minimum / n),
                *(self.counts[f"{key}/{part}"] for part in _MEASURED),
            )


def _measure(comparison: Comparison, size: int, min_share: float, tiling: Tiling) -> _Patches:
    x, y, valid = comparison.target, comparison.prediction, comparison.valid
    # Pixels without a value are 0 in both fields: they add nothing to any sum.
    n = blocks.sums(size, valid)
    enough = (n >= min_share * size**2) & (n > 0)
    n = n[enough]
    sx, sy, xx, yy, xy = (
        blocks.sums(size, *factors)[enough] for factors in ((x,), (y,), (x, x), (y, y), (x, y))
    )
    strength = blocks.sums(size, np.abs(x))[enough] / n
    values = {"correlation": _correlation(n, sx, sy, xx, yy, xy)}
    for part, ufunc, none in (("maximum", np.maximum, -np.inf), ("minimum", np.minimum, np.inf)):
        of_x, of_y = (
            blocks.reduce(np.where(valid, field, np.float32(none)), size, ufunc)[enough]
            for field in (x, y)
        )
        values[part] = of_x - of_y
    area = {"within": comparison.disk.whole_within(size)[enough], "disk": np.ones(n.shape, bool)}
    return _Patches(tiling.numbers(size)[enough], area, strength, values)


def _correlation(
    n: np.ndarray, x: np.ndarray, y: np.ndarray, xx: np.ndarray, yy: np.ndarray, xy: np.ndarray
) -> np.ndarray:
    """Pearson's coefficient from plain sums; NaN where a field is constant."""
    spread_x, spread_y = xx - x * x / n, yy - y * y / n
    # What centring leaves of a constant field is rounding, a few parts in 1e16 of its squares.
    known = (spread_x > 1e-12 * xx) & (spread_y > 1e-12 * yy)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (xy - x * y / n) / (np.sqrt(spread_x) * np.sqrt(spread_y))
    return np.clip(np.where(known, found, np.nan), -1, 1)
