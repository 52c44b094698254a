"""Fit histogram equating: the upsampled input is given the target's distribution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from onesun.geometry.grid import Grid
from onesun.geometry.upsample import bicubic, fill_nearest, repeat
from onesun.methods.fitting.frames import FrameSet
from onesun.methods.fitting.product import Fitted
from onesun.methods.fitting.quantiles import Magnitudes, QuantileMap, equate


def fit(
    sets: Mapping[str, FrameSet], grid: Grid, within_radius: float, settings: Mapping[str, Any]
) -> Fitted:
    """The monotone map between the training frames' distributions.

    Magnitudes about the zero point are equated, both polarities together: one month's Sun has
    more of one polarity by chance, and an instrument treats both alike.

    Parameters
    ----------
    sets : the train and the validation frames.
    grid : the common grid.
    within_radius : target pixels farther from the disk centre are left out; limb radii.
    settings : ``fitting.equated``: ``scale``, ``width`` and ``tail``.

    Returns tensors ``knots`` and ``values`` (m,) float64, gauss.
    """
    inside = grid.radius("target") <= np.float64(within_radius)
    counts = [Magnitudes(settings["scale"], settings["width"]) for _ in range(2)]
    for pair in pairs(sets["train"], grid, inside):
        for each, values in zip(counts, pair, strict=True):
            each.update(values)
    source, target = counts
    mapping = equate(source, target, 0.0, settings["tail"])
    details = {
        "pixels": int(source.counts.sum()),
        "last_knot": float(mapping.knots[-1]),
        "validation_rmse": _rmse(mapping, pairs(sets["validation"], grid, inside)),
    }
    return Fitted({"knots": mapping.knots, "values": mapping.values}, details)


def pairs(
    frames: FrameSet, grid: Grid, inside: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Upsampled input less the zero point and target of each frame, (n,) where both have one."""
    for field, target in frames:
        gaps = repeat(np.isnan(field) & (grid.radius("input") < 1), grid.factor)
        use = inside & ~gaps & np.isfinite(target)
        yield bicubic(fill_nearest(field), grid.factor)[use], target[use]


def _rmse(mapping: QuantileMap, pairs: Iterator[tuple[np.ndarray, np.ndarray]]) -> float:
    squares, count = 0.0, 0
    for given, target in pairs:
        error = mapping(given[None])[0].astype(np.float64) - target
        squares += float(np.sum(error**2))
        count += error.size
    return float(f"{np.sqrt(squares / count):.9g}")
