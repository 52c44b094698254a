"""The stage ``evaluate``: a month's predictions against its targets, as mergeable statistics."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from onesun.errors import OneSunError
from onesun.geometry.grid import Grid
from onesun.io.progress import track
from onesun.metrics import product
from onesun.metrics.regions import Region, RegionMoments, RegionStatistics
from onesun.metrics.tiled import Tiling
from onesun.products import predictions as predicted
from onesun.products.selection import open_month, row_of, within


def evaluate(
    pair: str,
    method: str,
    month: str,
    manifest: Path,
    predictions: Path,
    split: str | Path,
    regions: Sequence[Region],
    grid: Grid,
    tile: int,
    out: Path,
) -> None:
    """Accumulate the statistics of a month's frames that lie within the split; write them.

    Parameters
    ----------
    pair, method, month : what is evaluated.
    manifest : of the month's aligned frames.
    predictions : manifest of the method's predictions of them.
    split : table of months; frames outside the month's days there are left out.
    regions : Table 1's rows.
    grid : the common grid.
    tile : side of the tiles by which sums are kept, target pixels.
    out : JSON file to write; the sums by tile go beside it (NPZ).

    Raises ConfigError when a file is of another pair, method or month, DamagedProductError when a
    prediction is missing, OneSunError when one lacks values where the target has them.
    """
    aligned = open_month(manifest, pair, month)
    guesses = predicted.open_month(predictions, pair, method, month)
    row = row_of(split, pair, month)
    tiling = Tiling.of(grid, tile)
    moments_of = RegionMoments(grid, regions, tiling)
    statistics = RegionStatistics(list(regions), tiling)
    for frame in track(within(aligned, row), f"evaluating {pair} {method} {month}"):
        target, prediction = aligned.target(frame), guesses.prediction(frame.stamp)
        try:
            statistics.update(frame.stamp, moments_of.sums(target, prediction))
        except OneSunError as error:
            raise type(error)(f"{pair} {method} {frame.stamp}: {error}") from None
    product.write(
        out,
        product.MonthStatistics(pair, method, month, row.set, aligned.simulated, statistics),
    )
