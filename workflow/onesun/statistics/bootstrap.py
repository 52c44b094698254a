"""Percentile intervals from frames drawn with replacement.

Pixels of a frame share its noise, its registration and its Sun, so that frames are drawn, never
pixels. Drawing frames only weighs their moments: no pixel is looked at again.
"""

from __future__ import annotations

import numpy as np


def draw(frames: int, resamples: int, seed: int) -> np.ndarray:
    """How often each frame is drawn in each resample; (resamples, frames) float64.

    The same for all statistics of as many frames, so that differences are paired.
    """
    generator = np.random.default_rng(seed)
    shares = np.full(frames, 1 / frames)
    return generator.multinomial(frames, shares, size=resamples).astype(np.float64)


def correlations(table: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Pearson's coefficient over each region for each weighting of the frames.

    Parameters
    ----------
    table : (frames, regions, 6) moments n, mean_x, mean_y, m2_x, m2_y, c_xy.
    weights : (resamples, frames).

    Returns (resamples, regions) float64, NaN where a resample does not determine it.
    """
    n, mean_x, mean_y, m2_x, m2_y, c_xy = np.moveaxis(table, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Means are counted from those of all frames: what cancels below is then small.
        mean_x = mean_x - (n * mean_x).sum(axis=0) / n.sum(axis=0)
        mean_y = mean_y - (n * mean_y).sum(axis=0) / n.sum(axis=0)
        mean_x, mean_y = np.nan_to_num(mean_x), np.nan_to_num(mean_y)
        total = weights @ n
        x, y = weights @ (n * mean_x), weights @ (n * mean_y)
        xx = weights @ (m2_x + n * mean_x**2) - x * x / total
        yy = weights @ (m2_y + n * mean_y**2) - y * y / total
        xy = weights @ (c_xy + n * mean_x * mean_y) - x * y / total
        return np.where((xx > 0) & (yy > 0), xy / (np.sqrt(xx) * np.sqrt(yy)), np.nan)


def interval(values: np.ndarray, confidence: float) -> list[tuple[float, float] | None]:
    """Percentile interval of each column of (resamples, columns).

    None where some resample leaves the value undetermined: an interval over the others would
    leave out just those draws that lack the frames that matter.
    """
    tail = (1 - confidence) / 2
    low, high = np.quantile(values, [tail, 1 - tail], axis=0)
    return [
        (float(a), float(b)) if np.isfinite(a) and np.isfinite(b) else None
        for a, b in zip(low, high, strict=True)
    ]
