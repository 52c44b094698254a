"""The stage ``pointing``: a month's predictions scored where they lie, and after registration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from onesun.errors import OneSunError, UntrustedFrameError
from onesun.geometry.grid import Grid
from onesun.io.progress import track
from onesun.metrics import product
from onesun.metrics.pointing.product import (
    HEADER,
    Found,
    PointedMonth,
    pointed,
    statistics_file,
    write,
)
from onesun.metrics.pointing.register import PredictionRegistrar, found
from onesun.metrics.regions import Region, RegionMoments, RegionStatistics
from onesun.metrics.tiled import Tiling
from onesun.products import predictions as predicted
from onesun.products.selection import open_month, row_of, within


def score_pointing(
    pair: str,
    method: str,
    month: str,
    manifest: Path,
    predictions: Path,
    split: str | Path,
    regions: Sequence[Region],
    grid: Grid,
    align: Mapping[str, Any],
    models: Sequence[str],
    tile: int,
    out: Path,
) -> None:
    """Score a month's predictions as they lie and as each model of registration moves them.

    Parameters
    ----------
    pair, method, month : what is scored.
    manifest : of the month's frames, aligned by their headers.
    predictions : manifest of the method's predictions of them.
    split : table of months; frames outside the month's days there are left out.
    regions : Table 1's rows.
    grid : the common grid.
    align : the configuration's section: how registration is made and judged.
    models : of registration.
    tile : side of the tiles by which sums are kept, target pixels.
    out : JSON file to write; statistics are written beside it, one file for each pointing.

    A frame that cannot be registered counts in no statistics and is listed with the reason.

    Raises ConfigError when a file is of another pair, method or month, DamagedProductError when a
    prediction is missing, OneSunError when no frame can be registered.
    """
    aligned = open_month(manifest, pair, month)
    guesses = predicted.open_month(predictions, pair, method, month)
    row = row_of(split, pair, month)
    tiling = Tiling.of(grid, tile)
    moments_of = RegionMoments(grid, regions, tiling)
    statistics = {name: RegionStatistics(list(regions), tiling) for name in (HEADER, *models)}
    frames: dict[str, dict[str, Found]] = {}
    refused: dict[str, str] = {}
    for frame in track(within(aligned, row), f"pointing of {pair} {method} {month}"):
        target, prediction = aligned.target(frame), guesses.prediction(frame.stamp)
        try:
            registrar = PredictionRegistrar(prediction, target, grid, align)
            moved = {model: registrar.run(model) for model in models}
        except UntrustedFrameError as error:
            refused[frame.stamp] = str(error)
            continue
        frames[frame.stamp] = {model: found(each, grid) for model, (each, _) in moved.items()}
        fields = {HEADER: prediction} | {model: field for model, (_, field) in moved.items()}
        for name, field in fields.items():
            try:
                statistics[name].update(frame.stamp, moments_of.sums(target, field))
            except OneSunError as error:
                raise type(error)(f"{pair} {method} {frame.stamp}: {error}") from None
    if not frames:
        stamp, reason = next(iter(refused.items()), ("no frame", "none lies within the split"))
        raise OneSunError(
            f"{pair} {method} {month}: no prediction can be registered, expected at least one "
            f"(the first: {stamp}: {reason})"
        )
    out.unlink(missing_ok=True)  # an old one must not describe new statistics
    for name, each in statistics.items():
        about = (pair, pointed(method, name), month, row.set, aligned.simulated, each)
        product.write(statistics_file(out, name), product.MonthOf(*about))
    write(out, PointedMonth(pair, method, month, tuple(models), frames, refused))
