"""The stage ``coverage``: how many of a month's readings lie within a network's errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from onesun.geometry.grid import Grid
from onesun.io.progress import track
from onesun.metrics import covered
from onesun.metrics.coverage import Coverage
from onesun.products.selection import choose
from onesun.training.model import read_errors
from onesun.uncertainty.noise import target_noise
from onesun.uncertainty.promised import check_bins, promised
from onesun.uncertainty.residuals import Judge
from onesun.uncertainty.settings import Errors


def cover(
    pair: str,
    method: str,
    month: str,
    manifest: Path,
    weights: Path,
    errors: Path,
    split: str | Path,
    settings: Errors,
    grid: Grid,
    out: Path,
) -> None:
    """Count a month's readings within the intervals, in frames evenly spread over it; write them.

    Parameters
    ----------
    pair, method, month : what is judged.
    manifest : of the month's aligned frames.
    weights : of a network with an error, its card beside it.
    errors : what calibrates its error, by ``onesun errors``.
    split : table of months; frames outside the month's days there are left out.
    settings : the configuration's section ``errors``.
    grid : the common grid.
    out : JSON file to write.

    Raises ConfigError for a network without an error, a file of another pair or month, and a month
    without a frame; DamagedProductError for errors of other weights.
    """
    check_bins(settings)
    chosen = choose(manifest, pair, month, split, settings.frames_per_month)
    opened, frames = chosen.month, chosen.frames
    judge = Judge(weights, pair, grid)
    digest = judge.network.model.digest
    scale = read_errors(errors, weights, digest)
    noise = target_noise(opened, frames, settings.weak)
    coverage = Coverage(settings.field_edges, settings.radius_edges)
    # Which tiles trained matters to the fit of errors alone.
    none_unseen = np.zeros(grid.shape("target"), dtype=bool)
    for frame in track(frames, f"coverage of {pair} {method} {month}"):
        found = judge.residuals(judge.answer(opened, frame), noise, none_unseen)
        coverage.update(promised(frame.stamp, found, scale))
    covered.write(
        out,
        covered.CoveredMonth(
            pair=pair,
            method=method,
            month=month,
            set=chosen.row.set,
            simulated=opened.simulated,
            weights_sha256=digest,
            noise=noise,
            promised_noise=scale.target_noise,
            fewest=settings.fewest,
            coverage=coverage,
        ),
    )
