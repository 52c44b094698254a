"""The stage ``noise``: HMI's noise from the weak fields of the training frames (Figure 6)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from onesun.errors import DamagedProductError
from onesun.geometry.grid import Grid
from onesun.geometry.resampled_noise import white_noise_left
from onesun.io.files import read_json, write_json
from onesun.io.progress import track
from onesun.methods.fitting.frames import spread
from onesun.metrics import core
from onesun.products.selection import of_sets
from onesun.products.steps import QUANTUM
from onesun.series.settings import Noise

PRODUCT = "noise"


def measure_noise(
    pair: str,
    manifests: Sequence[Path],
    split: str | Path,
    settings: Noise,
    grid: Grid,
    out: Path,
    *,
    resampled: int = 1,
) -> None:
    """Fit the weak fields of the targets of the training frames; write ``out`` (JSON).

    Parameters
    ----------
    pair : pair of the aligned frames.
    manifests : manifests of aligned months, all of them training months.
    split : table of months.
    settings : the configuration's section ``noise``.
    grid : the common grid.
    resampled : how often the targets were interpolated since they were recorded: once by
        alignment, and once more where the sample's Sun turns. What that leaves of white noise
        (:func:`onesun.geometry.resampled_noise.white_noise_left`) is written beside the noise,
        which is that of the resampled frames and is not corrected.

    Raises ConfigError for a month of another set, OneSunError where a histogram tells no width.
    """
    frames = of_sets(pair, manifests, split, "train")["train"]
    chosen = spread(frames, settings.frames_per_month)
    bounds = core.edges(settings.limit, QUANTUM)
    inside = grid.radius("target") <= np.float64(settings.within_radius)
    counts = []
    for month, frame in track(chosen, f"noise of {pair}"):
        # Frames without a value there give NaN, which no bin holds.
        counts.append(np.histogram(month.target(frame)[inside], bounds)[0])
    fits = [core.fit(found, bounds) for found in counts]
    sigmas = np.array([found.sigma for found in fits])
    content = {
        "product": PRODUCT,
        "pair": pair,
        **asdict(core.fit(np.sum(counts, axis=0), bounds)),
        "spread": float(np.std(sigmas, ddof=1)) if len(fits) > 1 else None,
        "frames": [
            {"stamp": frame.stamp} | asdict(found)
            for (_, frame), found in zip(chosen, fits, strict=True)
        ],
        "resampled": {"times": resampled, "white_noise_left": white_noise_left(resampled)},
        "settings": settings.model_dump(),
        "simulated": any(frame.simulated for _, frame in chosen),
    }
    write_json(out, content)


def read_sigma(path: Path) -> float:
    """The noise's standard deviation, gauss. Raises DamagedProductError where there is none."""
    content = read_json(path)
    try:
        sigma = float(content["sigma"])
    except (KeyError, TypeError, ValueError):
        sigma = math.nan
    if not (isinstance(content, dict) and content.get("product") == PRODUCT and sigma >= 0):
        raise DamagedProductError(f"{path}: no sigma, expected what onesun noise wrote")
    return sigma
