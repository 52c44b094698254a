"""The stages ``evaluate`` and ``measure``: a month's predictions compared with its targets.

Both go through the same frames. ``evaluate`` accumulates what Table 1 needs, for every method;
``measure`` the paper's further measurements (section 2), for the methods of Table 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun.errors import OneSunError
from onesun.geometry.grid import Grid
from onesun.io.progress import track
from onesun.metrics import product
from onesun.metrics.measures import Measures
from onesun.metrics.regions import Region, RegionMoments, RegionStatistics
from onesun.metrics.tiled import Tiling
from onesun.products import predictions as predicted
from onesun.products.aligned import AlignedFrame
from onesun.products.selection import open_month, row_of, within

# Adds a frame, its target and its prediction.
Add = Callable[[AlignedFrame, np.ndarray, np.ndarray], Any]


@dataclass(frozen=True)
class Predicted:
    """A method's predictions of a month, beside its targets.

    Parameters
    ----------
    pair, method, month : what is compared.
    aligned : manifest of the month's aligned frames.
    predictions : manifest of the method's predictions of them.
    split : table of months; frames outside the month's days there are left out.
    """

    pair: str
    method: str
    month: str
    aligned: Path
    predictions: Path
    split: str | Path


def evaluate(given: Predicted, regions: Sequence[Region], grid: Grid, tile: int, out: Path) -> None:
    """Accumulate Table 1's sums over a month's frames that lie within the split; write them.

    Parameters
    ----------
    regions : Table 1's rows.
    tile : side of the tiles by which sums are kept, target pixels.
    out : manifest to write (JSON); the sums go beside it (NPZ).

    Raises ConfigError when a file is of another pair, method or month, DamagedProductError when a
    prediction is missing, OneSunError when one lacks values where the target has them.
    """
    tiling = Tiling.of(grid, tile)
    moments_of = RegionMoments(grid, regions, tiling)
    statistics = RegionStatistics(list(regions), tiling)

    def add(frame: AlignedFrame, target: np.ndarray, prediction: np.ndarray) -> None:
        statistics.update(frame.stamp, moments_of.sums(target, prediction))

    _accumulate(given, "evaluating", add, statistics, out)


def measure(given: Predicted, settings: Mapping[str, Any], grid: Grid, out: Path) -> None:
    """Measure a month's frames that lie within the split; write the statistics.

    Parameters
    ----------
    settings : the configuration's section ``measure``.
    out : manifest to write (JSON); the arrays go beside it (NPZ).

    Raises ConfigError when settings contradict each other, and as :func:`evaluate` does.
    """
    measures = Measures(settings, grid)

    def add(frame: AlignedFrame, target: np.ndarray, prediction: np.ndarray) -> None:
        measures.update(measures.comparison(frame.stamp, target, prediction, frame.dsun))

    _accumulate(given, "measuring", add, measures, out)


def _accumulate(
    given: Predicted, doing: str, add: Add, statistics: product.Kept, out: Path
) -> None:
    what = f"{given.pair} {given.method}"
    aligned = open_month(given.aligned, given.pair, given.month)
    guesses = predicted.open_month(given.predictions, given.pair, given.method, given.month)
    row = row_of(given.split, given.pair, given.month)
    for frame in track(within(aligned, row), f"{doing} {what} {given.month}"):
        target, prediction = aligned.target(frame), guesses.prediction(frame.stamp)
        try:
            add(frame, target, prediction)
        except OneSunError as error:
            raise type(error)(f"{what} {frame.stamp}: {error}") from None
    about = (given.pair, given.method, given.month, row.set, aligned.simulated)
    product.write(out, product.MonthOf(*about, statistics))
