"""Sums over the tiles of a frame, and the scores with their intervals that follow from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from onesun.release.recipe import Scores as Settings
from onesun.statistics import blocks, bootstrap
from onesun.statistics.comparison import Comparison

# Of the target x and the prediction y over all pixels; of g over pixels within the limit; of
# |E_max| + |E_min| over all and over strong patches within the limit.
_SUMS = ("n", "x", "y", "xx", "yy", "xy", "gn", "g", "pn", "p", "sn", "s")
SCORES = ("correlation", "rmse", "gradient", "extremes", "strong_extremes")


def tally(comparison: Comparison, settings: Settings) -> np.ndarray:
    """Sums of a frame over its tiles; (tiles, 12) float64, in the order of ``_SUMS``."""
    x, y, tile = comparison.target, comparison.prediction, settings.tile
    valid, complete = comparison.valid, comparison.complete
    over_pixels = [
        blocks.sums(tile, *factors)
        for factors in (
            (valid,), (x,), (y,), (x, x), (y, y), (x, y), (complete,),
            (comparison.gradient, complete),
        )
    ]  # fmt: skip
    patch = settings.patch
    whole = blocks.reduce(comparison.inside, patch, np.logical_and)
    error = np.where(whole, _extremes(x, y, patch), 0.0)
    strong = whole & (blocks.sums(patch, np.abs(x)) / patch**2 >= settings.strong)
    over_patches = [
        blocks.sums(tile // patch, *factors)
        for factors in ((whole,), (error,), (strong,), (error, strong))
    ]
    return np.stack([part.ravel() for part in over_pixels + over_patches], axis=1)


def _extremes(x: np.ndarray, y: np.ndarray, patch: int) -> np.ndarray:
    """Mean of |E_max| and |E_min| of each patch (paper, equations 3 and 4); gauss."""
    misses = [
        np.abs(blocks.reduce(x, patch, ufunc) - blocks.reduce(y, patch, ufunc))
        for ufunc in (np.maximum, np.minimum)
    ]
    return (misses[0] + misses[1]) / 2


def scores(sums: np.ndarray) -> np.ndarray:
    """Scores from sums over the last axis; (..., 12) to (..., 5), NaN where undetermined.

    Correlation and root-mean-square error (gauss) over the disk; mean g(prediction - target) in
    gauss per pixel; mean error of the extremes of patches and of strong patches, gauss.
    """
    n, x, y, xx, yy, xy, gn, g, pn, p, sn, s = np.moveaxis(sums, -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt((xx - x * x / n) * (yy - y * y / n))
        found = (
            (xy - x * y / n) / spread,
            np.sqrt(np.maximum(xx + yy - 2 * xy, 0) / n),
            g / gn,
            p / pn,
            s / sn,
        )
        return np.stack(found, axis=-1)


def compare(
    tallies: Mapping[str, np.ndarray], bar: str, settings: Settings
) -> dict[str, dict[str, dict[str, object]]]:
    """Scores of each method with intervals, and their differences from the bar's.

    Frames of one Sun share it, and neighbouring pixels their noise, so that tiles are drawn with
    replacement, the same ones for all methods, each with all its frames.

    Parameters
    ----------
    tallies : by method, (frames, tiles, 12).
    bar : the method that differences are taken from.

    Returns by method and score: ``value``, ``interval``, ``gain`` (less the bar's) and
    ``gain_interval``.
    """
    over_frames = {name: each.sum(axis=0) for name, each in tallies.items()}
    used = np.flatnonzero(over_frames[bar][:, 0] > 0)
    chosen = settings.bootstrap
    weights = bootstrap.draw(used.size, chosen.resamples, chosen.seed)
    drawn = {name: scores(weights @ each[used]) for name, each in over_frames.items()}
    values = {name: scores(each.sum(axis=0)) for name, each in over_frames.items()}
    return {
        name: _rows(values[name], drawn[name], values[bar], drawn[bar], chosen.confidence)
        for name in tallies
    }


def _rows(
    value: np.ndarray, drawn: np.ndarray, bar: np.ndarray, bar_drawn: np.ndarray, confidence: float
) -> dict[str, dict[str, object]]:
    intervals = bootstrap.interval(drawn, confidence)
    gains = bootstrap.interval(drawn - bar_drawn, confidence)
    return {
        score: {
            "value": _known(value[i]),
            "interval": intervals[i],
            "gain": _known(value[i] - bar[i]),
            "gain_interval": gains[i],
        }
        for i, score in enumerate(SCORES)
    }


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def together(tallies: Sequence[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Tallies of several Suns as those of one, whose tiles are all of theirs.

    Parameters
    ----------
    tallies : one mapping a Sun, with the same methods and as many frames.
    """
    return {name: np.concatenate([each[name] for each in tallies], axis=1) for name in tallies[0]}
