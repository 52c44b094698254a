"""Table 1's statistics in one pass against straightforward NumPy, row by row.

    python benchmarks/table1_statistics.py [HMI.fits]

Both read the same frame in memory: the given HMI full disk, or a noisy disk with active regions
made here, and a prediction of it. Straightforward NumPy makes a boolean mask for each row, selects
by it in float64 and calls np.corrcoef. Prints one figure a line, the last words being the ratio
that matters.

(Not called statistics.py: Python would take that for the standard library's module.)
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from onesun import config
from onesun.geometry.grid import Grid
from onesun.metrics.regions import Region, RegionMoments
from onesun.metrics.tiled import Tiling

GRID = Grid()
TILING = Tiling.of(GRID, 256)
REPEATS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fits", nargs="?", type=Path, help="an HMI full-disk magnetogram")
    path = parser.parse_args().fits
    draw = np.random.default_rng(1)
    target = read_disk(path) if path else noisy_disk(draw)
    prediction = (0.9 * target + draw.normal(0, 8, target.shape)).astype(np.float32)
    rows = config.settings("{}", "table1")["table1"]["rows"]
    regions = [Region.from_settings(row) for row in rows]
    disk = np.count_nonzero(np.isfinite(target))
    print(f"frame: {path.name if path else 'a noisy disk made here'}, {disk:,} pixels on the disk")

    seconds, moments_of = timed(lambda: RegionMoments(GRID, regions, TILING), 1)
    print(f"layout, once for all frames: {seconds:.2f} s")
    radius = GRID.radius("target")
    ours, naive = [], []
    for _ in range(REPEATS):  # in turn, so that both meet the machine in the same mood
        ours.append(timed(lambda: moments_of(target, prediction)))
        naive.append(timed(lambda: by_masks(regions, radius, target, prediction)))
    fast, slow = min(t for t, _ in ours), min(t for t, _ in naive)
    pairs = zip(ours[0][1], naive[0][1], strict=True)
    difference = max(abs(m.result().correlation - r) for m, r in pairs)
    print(f"largest difference of a correlation: {difference:.1e}")
    print(f"one pass: {fast:.3f} s a frame, {disk / fast / 1e6:.0f} million pixels/s")
    print(f"NumPy:    {slow:.3f} s a frame, {disk / slow / 1e6:.0f} million pixels/s")
    print(f"statistics: {slow / fast:.1f} times NumPy")


def by_masks(
    regions: list[Region], radius: np.ndarray, target: np.ndarray, prediction: np.ndarray
) -> list[float]:
    """Each row's correlation, as one would write it down."""
    correlations = []
    for region in regions:
        mask = np.isfinite(target) & np.isfinite(prediction)
        mask &= (radius >= region.radius[0]) & (radius <= region.radius[1])
        if region.strength != (0, np.inf):
            strength = np.abs(target)
            mask &= (strength >= region.strength[0]) & (strength <= region.strength[1])
        x, y = target[mask].astype(np.float64), prediction[mask].astype(np.float64)
        correlations.append(np.corrcoef(x, y)[0, 1])
    return correlations


def timed(work: Callable, repeats: int = 1) -> tuple[float, object]:
    """Shortest wall-clock seconds and the last result."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return best, result


def read_disk(path: Path) -> np.ndarray:
    """An HMI full disk put onto the grid by its header; (4096, 4096) gauss, NaN off the disk."""
    from onesun.alignment.standard import by_header
    from onesun.reading import read

    half_width = GRID.target_size / 2 / GRID.limb_radius("target")
    field = by_header(read(path), GRID.target_size, half_width)
    field[GRID.radius("target") >= 1] = np.nan
    return field


def noisy_disk(draw: np.random.Generator) -> np.ndarray:
    """Noise with active regions on it; (4096, 4096) gauss, NaN off the disk."""
    size = GRID.target_size
    field = draw.normal(0, 6, (size, size)).astype(np.float32)
    y, x = np.indices((400, 400)) - 199.5
    spot = np.exp(-(x**2 + y**2) / (2 * 45**2)).astype(np.float32)
    for polarity in (-1, 1) * 15:
        top, left = draw.integers(700, size - 1100, 2)
        field[top : top + 400, left : left + 400] += polarity * draw.uniform(200, 2000) * spot
    field[GRID.radius("target") >= 1] = np.nan
    return field


if __name__ == "__main__":
    main()
