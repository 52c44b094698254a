"""Fit the linear filter: ridge regression of a target pixel on the input pixels around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from onesun.geometry.grid import Grid
from onesun.methods.fitting.equations import equations
from onesun.methods.fitting.frames import FrameSet
from onesun.methods.fitting.product import Fitted, rounded


def fit(
    sets: Mapping[str, FrameSet], grid: Grid, within_radius: float, settings: Mapping[str, Any]
) -> Fitted:
    """The filter whose kernel and strength do best on the validation frames.

    One pass over the frames sums the normal equations of the largest kernel, which hold those of
    every smaller one over the same pixels; from the validation frames' own sums follows the exact
    error of any filter there. Training sums are made symmetric: with every frame come its
    reflections and its opposite polarity, mirrored at the zero point, so that no constant remains
    to be fitted.

    Parameters
    ----------
    sets : the train and the validation frames.
    grid : the common grid.
    within_radius : input pixels farther from the disk centre are left out; limb radii.
    settings : ``fitting.ridge``: ``kernels`` (odd) and ``strengths``.

    Returns a tensor ``filter`` (k, k, factor, factor) float32.
    """
    kernels = sorted(settings["kernels"])
    sums = {
        name: equations(frames, grid, within_radius, kernels[-1]) for name, frames in sets.items()
    }
    training = sums["train"].mirrored()
    candidates: list[dict[str, Any]] = []
    filters: list[np.ndarray] = []
    for kernel in kernels:
        judge = {name: each.within(kernel) for name, each in sums.items()}
        solved = training.within(kernel).solve(settings["strengths"])
        for strength, filter_ in zip(settings["strengths"], solved, strict=True):
            entry = {"kernel": kernel, "strength": strength}
            for name, each in judge.items():
                entry[f"{name}_rmse"] = rounded(each.rmse(filter_))
            candidates.append(entry)
            filters.append(filter_)
    best = min(range(len(filters)), key=lambda number: candidates[number]["validation_rmse"])
    details = {
        **candidates[best],
        "candidates": candidates,
        "pixels": {name: each.pixels for name, each in sums.items()},
        "gain": rounded(float(filters[best].sum()) / grid.factor**2),
    }
    return Fitted({"filter": filters[best].astype(np.float32)}, details)
