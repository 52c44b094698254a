"""One pass over a month's predictions and their targets, for the stages of statistics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun.errors import OneSunError
from onesun.io.progress import track
from onesun.metrics import product
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


def accumulate(given: Predicted, doing: str, add: Add, statistics: product.Kept, out: Path) -> None:
    """Give each frame within the split to ``add``, then write ``statistics``.

    Parameters
    ----------
    doing : names the progress, such as "evaluating".
    out : manifest to write (JSON); the arrays go beside it (NPZ).

    Raises ConfigError when a file is of another pair, method or month, DamagedProductError when a
    prediction is missing, OneSunError when one lacks values where the target has them.
    """
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
