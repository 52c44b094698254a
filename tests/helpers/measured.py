"""A Sun of 128 x 128 pixels and the settings of measures that fit it."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from scipy import ndimage

from onesun.geometry.grid import AU_METRES, Grid
from onesun.metrics.measures import Measures

GRID = Grid(target_size=128, target_scale=16.5, factor=4, patch=8)
DSUN = 0.984 * AU_METRES
SETTINGS: dict[str, Any] = {
    "within_radius": 0.9,
    "kernels": [2, 4, 8, 16],
    "flux_blocks": [1, 4, 8],
    "tiles": {"size": 32, "patch": 8, "strong": 10},
    "patches": [8, 16],
    "min_share": 0.5,
    "strong": {"caption": 30, "text": 60},
    "radius_edges": [0, 0.25, 0.5, 0.75, 0.9, 1],
    "field_edges": [0, 10, 50, 200, 1000],
    "bins": {
        "field": {"low": -1500, "high": 1500, "count": 60},
        "correlation": {"low": -1, "high": 1, "count": 40},
        "extreme": {"low": -500, "high": 500, "count": 50},
        "gradient": {"low": 0, "high": 80, "count": 40},
        "flux": {"low": -5e19, "high": 5e19, "count": 50},
    },
}


def fields(seed: int, holes: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Target and prediction of one frame, gauss, NaN off the disk; some of the target missing."""
    draw = np.random.default_rng(seed)
    size, radius = GRID.target_size, GRID.radius("target")
    y, x = np.indices((size, size))
    target = draw.normal(0, 8, (size, size))
    for _ in range(12):
        strength, width = draw.choice([-1, 1]) * draw.uniform(100, 1400), draw.uniform(2, 6)
        row, column = draw.uniform(0.2, 0.8, 2) * size
        target += strength * np.exp(-((y - row) ** 2 + (x - column) ** 2) / (2 * width**2))
    prediction = 0.9 * target + draw.normal(0, 12, target.shape) + 1
    if holes:
        target[40:43, 60:66] = np.nan
        target[90, 20:25] = np.nan
    for field in (target, prediction):
        field[radius >= 1] = np.nan
    return target.astype(np.float32), prediction.astype(np.float32)


def measures(*seeds: int, **changes: Any) -> Measures:
    """Measures of these frames, one for each seed; ``changes`` are of the settings."""
    made = Measures(copy.deepcopy(SETTINGS) | changes, GRID)
    for seed in seeds:
        made.update(made.comparison(stamp(seed), *fields(seed), DSUN))
    return made


def stamp(seed: int) -> str:
    """The stamp of a frame."""
    return f"201112{seed + 1:02}_060000_TAI"


def gradient(difference: np.ndarray) -> np.ndarray:
    """Equations 5 to 7 by SciPy; NaN wherever the 3 x 3 pixels are not all known."""
    kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8
    along = [
        ndimage.convolve(difference, k, mode="constant", cval=np.nan) for k in (kernel, kernel.T)
    ]
    # SciPy leaves out weights of 0: it does not see that a pixel itself is missing.
    return np.where(np.isfinite(difference), np.hypot(*along), np.nan)
