"""The stage ``measure``: the paper's measurements of a month's predictions (section 2)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from onesun.errors import OneSunError
from onesun.geometry.grid import Grid
from onesun.io.progress import track
from onesun.metrics import measured
from onesun.metrics.measures import Measures
from onesun.products import predictions as predicted
from onesun.products.selection import open_month, row_of, within


def measure(
    pair: str,
    method: str,
    month: str,
    manifest: Path,
    predictions: Path,
    split: str | Path,
    settings: Mapping[str, Any],
    grid: Grid,
    out: Path,
) -> None:
    """Measure a month's frames that lie within the split; write the statistics.

    Parameters
    ----------
    pair, method, month : what is measured.
    manifest : of the month's aligned frames.
    predictions : manifest of the method's predictions of them.
    split : table of months; frames outside the month's days there are left out.
    settings : the configuration's section ``measure``.
    grid : the common grid.
    out : NPZ file to write; its manifest goes beside it.

    Raises ConfigError when settings contradict each other or a file is of another pair, method or
    month, DamagedProductError when a prediction is missing, OneSunError when one lacks values
    where the target has them.
    """
    measures = Measures(settings, grid)
    aligned = open_month(manifest, pair, month)
    guesses = predicted.open_month(predictions, pair, method, month)
    row = row_of(split, pair, month)
    for frame in track(within(aligned, row), f"measuring {pair} {method} {month}"):
        target, prediction = aligned.target(frame), guesses.prediction(frame.stamp)
        try:
            measures.update(measures.comparison(frame.stamp, target, prediction, frame.dsun))
        except OneSunError as error:
            raise type(error)(f"{pair} {method} {frame.stamp}: {error}") from None
    measured.write(
        out,
        measured.MeasuredMonth(pair, method, month, row.set, aligned.simulated, measures),
    )
