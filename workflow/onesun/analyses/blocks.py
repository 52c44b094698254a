"""Sums over blocks of the disk and of time, and what follows from blocks drawn with replacement.

Neighbouring pixels share their noise and all frames of a Sun share the Sun. What is drawn is
therefore a tile of the disk with all the frames of a month or, where there are months enough, a
month, which is about a rotation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from onesun.statistics import bootstrap

ROTATIONS = 8  # months; from so many on, a month is a block


def stacked(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Blocks of months of (days, tiles, ...) sums; (blocks, ...).

    Each tile with all days of a month, or, from :data:`ROTATIONS` months on, each month.
    """
    months = [array.sum(axis=0) for array in arrays]
    if len(months) >= ROTATIONS:
        return np.stack([month.sum(axis=0) for month in months])
    return np.concatenate(months)


def kind(months: int) -> str:
    """What a block is, in words."""
    return "months" if months >= ROTATIONS else "tiles of the disk, each with a month's frames,"


def resampled(blocks: np.ndarray, settings: Mapping[str, Any]) -> np.ndarray:
    """Sums over blocks drawn with replacement; (resamples, ...) for (blocks, ...).

    The same blocks are drawn for all sums of as many blocks, so that differences are paired.

    Parameters
    ----------
    settings : the configuration's section ``table1.bootstrap``.
    """
    weights = bootstrap.draw(len(blocks), settings["resamples"], settings["seed"])
    return np.tensordot(weights, blocks, axes=1)


def with_interval(
    blocks: np.ndarray, score: Callable[[np.ndarray], np.ndarray], settings: Mapping[str, Any]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A score of all blocks, and its percentile interval over resamples of them.

    Parameters
    ----------
    blocks : (blocks, ...) sums.
    score : from sums of shape (..., k) to values of shape (...) or of another last axis.
    settings : the configuration's section ``table1.bootstrap``.

    Returns value, low and high; low and high are NaN where some resample leaves the score
    undetermined.
    """
    tail = (1 - settings["confidence"]) / 2
    low, high = np.quantile(score(resampled(blocks, settings)), [tail, 1 - tail], axis=0)
    return score(blocks.sum(axis=0)), low, high


def filled(blocks: np.ndarray) -> np.ndarray:
    """How many blocks have a pair; (...) for (blocks, ..., 6) pair sums."""
    return (blocks[..., 0] > 0).sum(axis=0)


def effective(blocks: np.ndarray) -> np.ndarray:
    """How many blocks of equal size would weigh as these do (Kish): (sum n)^2 / sum n^2."""
    n = blocks[..., 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        return n.sum(axis=0) ** 2 / (n**2).sum(axis=0)


def correlation(sums: np.ndarray) -> np.ndarray:
    """Pearson's coefficient of pair sums (..., 6); NaN where undetermined."""
    _, _, _, xx, yy, xy = _centred(sums)
    with np.errstate(invalid="ignore", divide="ignore"):
        return xy / np.sqrt(xx * yy)


def rmse(sums: np.ndarray) -> np.ndarray:
    """Root-mean-square of y - x of pair sums (..., 6)."""
    n, _, _, xx, yy, xy = np.moveaxis(sums, -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sqrt(np.maximum(xx + yy - 2 * xy, 0) / n)


def slope(sums: np.ndarray) -> np.ndarray:
    """Least-squares b of y = a + b x of pair sums (..., 6); NaN where undetermined."""
    _, _, _, xx, _, xy = _centred(sums)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(xx > 0, xy / xx, np.nan)


def offset(sums: np.ndarray) -> np.ndarray:
    """Least-squares a of y = a + b x of pair sums (..., 6), in y's unit."""
    _, x, y, _, _, _ = _centred(sums)
    return y - slope(sums) * x


def ratio(sums: np.ndarray) -> np.ndarray:
    """b of y = b x, the line through the origin, of pair sums (..., 6)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return sums[..., 5] / sums[..., 3]


def _centred(sums: np.ndarray) -> tuple[np.ndarray, ...]:
    """n, means of x and y, and centred second moments."""
    n, x, y, xx, yy, xy = np.moveaxis(sums, -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return n, x / n, y / n, xx - x * x / n, yy - y * y / n, xy - x * y / n
