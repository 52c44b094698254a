"""What users compute from a field, of target and prediction: by active region and of the disk."""

from __future__ import annotations

from typing import Any

import numpy as np

from onesun.benchmark import regions
from onesun.benchmark.case import Case
from onesun.benchmark.definition import Quantities
from onesun.benchmark.regions import NAMES, Box, Patch
from onesun.geometry.flux import pixel_area
from onesun.geometry.grid import ARCSEC_PER_RADIAN, AU_METRES, SOLAR_RADIUS_METRES
from onesun.geometry.sphere import disk_to_heliographic
from onesun.metrics import blocks
from onesun.metrics.statistic import Contribution, Statistic
from onesun.metrics.tiled import Tiling

# Of each quantity: regions in which both determine it, sums of target and prediction, of the
# difference's size and square.
REGION_SUMS = ("n", "x", "y", "abs", "squares")
# Of a region's signed flux where errors are given: regions, squares of the difference over its
# error, those within 1.96 of it.
STATED_SUMS = ("n", "zz", "within")
# Of the disk, target and prediction: unsigned flux, Mx; areas, Mm^2; then of each polar cap pixels
# and sums of the field, G.
DISK_SUMS = (
    "flux_x", "flux_y", "weak_x", "weak_y", "strong_x", "strong_y",
    "north_n", "north_x", "north_y", "south_n", "south_x", "south_y",
)  # fmt: skip


class QuantityStatistic(Statistic[Case]):
    """Sums over regions, by the tile of their boxes' middles, and over the disk."""

    name = "quantities"

    def __init__(self, tiling: Tiling, section: Quantities) -> None:
        super().__init__()
        self.tiling, self.section = tiling, section

    def settings(self) -> Any:
        """See :meth:`Statistic.settings`."""
        return self.tiling, self.section

    def of(self, comparison: Case) -> Contribution:
        """What a frame adds: (tiles, 6, 5), (tiles, 3) and (tiles, 12)."""
        case, both = comparison, comparison.comparison
        area = _areas(case)
        by_region = np.zeros((self.tiling.count, len(NAMES), len(REGION_SUMS)))
        stated = np.zeros((self.tiling.count, len(STATED_SUMS)))
        step = case.setting.grid.factor
        numbers = self.tiling.numbers()
        for box in regions.find(both.target, both.inside, self.section, step):
            x, y = (
                self._patch(case, box, field, area).quantities(self.section)
                for field in (both.target, both.prediction)
            )
            tile = numbers[box.middle]
            known = np.isfinite(x) & np.isfinite(y)
            terms = np.stack([np.ones(len(x)), x, y, np.abs(y - x), (y - x) ** 2], axis=1)
            by_region[tile] += np.where(known[:, None], terms, 0)
            stated[tile] += _stated(case, box)
        disk = self._disk(case, area)
        tiles = {"regions": by_region, "stated": stated, "disk": disk}
        return Contribution(
            sums={name: entry.sum(axis=0) for name, entry in tiles.items()}, tiles=tiles
        )

    def _patch(self, case: Case, box: Box, field: np.ndarray, area: np.ndarray) -> Patch:
        both, grid = case.comparison, case.setting.grid
        inside = both.inside[box.where]
        pixel = grid.target_scale / ARCSEC_PER_RADIAN * (AU_METRES - SOLAR_RADIUS_METRES) / 1e6
        flux = both.flux_per_gauss[box.where]
        values = np.where(inside, field[box.where], np.float32(0))
        return Patch(values, inside, flux, area[box.where], grid.factor, pixel)

    def _disk(self, case: Case, area: np.ndarray) -> np.ndarray:
        both, size = case.comparison, self.tiling.size
        pairs = (both.target, both.prediction)
        planes: list[tuple[np.ndarray, ...]] = [
            (both.flux_per_gauss, np.abs(field)) for field in pairs
        ]
        for bound in self.section.areas:
            planes += [(area, np.abs(field) > bound) for field in pairs]
        for cap in _caps(case, self.section):
            planes += [(cap,), *((cap, field) for field in pairs)]
        return np.stack([blocks.sums(size, *each).ravel() for each in planes], axis=1)

    def result(self) -> dict[str, np.ndarray]:
        """Sums over all frames: ``regions`` (6, 5), ``stated`` (3,) and ``disk`` (12,)."""
        return {name: self.total(name) for name in ("regions", "stated", "disk")}


def _areas(case: Case) -> np.ndarray:
    """Of the Sun's surface that each pixel inside covers, Mm^2; 0 elsewhere; (N, N) float32."""
    both, grid = case.comparison, case.setting.grid
    area = np.zeros_like(both.target)
    for rows in both.bands():
        inside = both.inside[rows]
        radius = both.disk.radius[rows][inside]
        area[rows][inside] = pixel_area(radius, grid.limb_radius("target"), both.dsun) / 1e16
    return area


def _stated(case: Case, box: Box) -> np.ndarray:
    """Whether a region's signed flux is as wrong as its pixels' errors, if independent, say."""
    both = case.comparison
    if case.deviation is None:
        return np.zeros(len(STATED_SUMS))
    weight = both.flux_per_gauss[box.where].astype(np.float64)
    wrong = float((weight * (both.prediction - both.target)[box.where]).sum())
    if case.answer.error is None and case.answer.draws is not None:
        sums = [(weight * np.nan_to_num(draw[box.where])).sum() for draw in case.answer.draws]
        error = float(np.std(sums, ddof=1))
    else:
        error = float(np.sqrt(np.square(weight * case.deviation[box.where]).sum()))
    ratio = wrong / error
    return np.array([1.0, ratio**2, float(abs(ratio) <= 1.96)])


def _caps(case: Case, section: Quantities) -> list[np.ndarray]:
    """North and south polar cap, as far as they are seen; (N, N) bool each."""
    grid, both = case.setting.grid, case.comparison
    axis = grid.axis("target")
    rsun = float(np.arcsin(SOLAR_RADIUS_METRES / case.frame.dsun))
    # Caps are near the upper and lower edges: latitude is taken of those rows only.
    found = [np.zeros_like(both.valid) for _ in range(2)]
    near = np.abs(axis) >= np.sin(np.deg2rad(max(0.0, section.cap - abs(case.frame.b0) - 2)))
    rows = np.flatnonzero(near)
    latitude, _ = disk_to_heliographic(
        axis[None, :], axis[rows, None], np.deg2rad(case.frame.b0), rsun
    )
    seen = both.valid[rows] & (both.disk.radius[rows] <= section.cap_radius)
    for cap, sign in zip(found, (1, -1), strict=True):
        cap[rows] = seen & (sign * np.rad2deg(latitude) >= section.cap)
    return found
