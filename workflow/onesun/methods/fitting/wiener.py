"""Fit the Wiener filter: the linear filter that is best on the very frames it is judged by."""

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
    """The filter and the constant with the least square error on the test frames themselves.

    With the frames' own covariances in place of expected ones it is the Wiener filter of finite
    size. No filter of this size, the same all over the disk, has a smaller error on these pixels
    or correlates better over them, whatever it was fitted to.

    Parameters
    ----------
    sets : the test frames.
    grid : the common grid.
    within_radius : input pixels farther from the disk centre are left out; limb radii.
    settings : ``fitting.wiener``: ``kernel`` (odd).

    Returns tensors ``filter`` (k, k, factor, factor) and ``constant`` (factor, factor), float32,
    the latter in gauss.
    """
    kernel = settings["kernel"]
    sums = equations(sets["test"], grid, within_radius, kernel)
    centred = sums.centred()
    (filter_,) = centred.solve([0.0])
    details = {
        "kernel": kernel,
        "test_rmse": rounded(centred.rmse(filter_)),
        "pixels": {"test": sums.pixels},
        "gain": rounded(float(filter_.sum()) / grid.factor**2),
    }
    constant = sums.constant(filter_)
    return Fitted(
        {"filter": filter_.astype(np.float32), "constant": constant.astype(np.float32)}, details
    )
