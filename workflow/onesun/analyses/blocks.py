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
    """Blocks of months of (tiles, ...) sums; (blocks, ...).

    Each tile of each month, or, from :data:`ROTATIONS` months on, each month.
    """
    if len(arrays) >= ROTATIONS:
        return np.stack([array.sum(axis=0) for array in arrays])
    return np.concatenate(list(arrays))


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
