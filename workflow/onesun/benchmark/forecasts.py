"""Errors as forecasts: a normal distribution around each pixel, or possible fields.

Scores from scoringrules (Zanetta and Allen 2024); Gneiting and Raftery 2007 for what they mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scoringrules
from scipy.special import ndtr

from onesun.benchmark.case import Case
from onesun.metrics import blocks
from onesun.metrics.statistic import Contribution, Statistic
from onesun.metrics.tiled import Tiling

PIT_BINS = 20
# Half-widths in standard deviations of the central intervals of a normal distribution.
CENTRAL = {50: 0.6744897501960817, 68: 1.0, 95: 1.959963984540054}
# Over pixels: their number, the CRPS (of a field without an error, the absolute error), the squared
# misfit; where an error is given their number, its square, the interval score at 95 %, those
# within each central interval; then those in each bin of the PIT.
SUMS = ("n", "crps", "dd", "en", "ee", "score", "within_50", "within_68", "within_95")


class ForecastStatistic(Statistic[Case]):
    """Sums over the pixels within the limit, by tile; (tiles, 9 + 20)."""

    name = "forecasts"

    def __init__(self, tiling: Tiling) -> None:
        super().__init__()
        self.tiling = tiling

    def settings(self) -> Any:
        """See :meth:`Statistic.settings`."""
        return self.tiling

    def of(self, comparison: Case) -> Contribution:
        """What a frame adds; a band of tiles at a time."""
        size = self.tiling.size
        found = [
            self._band(comparison, slice(top, top + size))
            for top in range(0, self.tiling.side, size)
        ]
        sums = np.concatenate(found)
        return Contribution(sums={"sums": sums.sum(axis=0)}, tiles={"sums": sums})

    def _band(self, case: Case, rows: slice) -> np.ndarray:
        both = case.comparison
        inside = both.inside[rows]
        misfit = (both.prediction[rows] - both.target[rows]).astype(np.float64)
        target, guess = both.target[rows], both.prediction[rows]
        deviation = None if case.deviation is None else case.deviation[rows].astype(np.float64)
        crps = np.abs(misfit)
        if deviation is None:
            judged = [np.zeros_like(misfit)] * (len(SUMS) - 3 + PIT_BINS)
        else:
            judged = _judged(target, guess, deviation)
            if case.answer.error is None and case.answer.draws is not None:
                draws = np.nan_to_num(np.moveaxis(case.answer.draws[:, rows], 0, -1))
                crps = np.asarray(scoringrules.crps_ensemble(target, draws))
            else:
                crps = np.asarray(scoringrules.crps_normal(target, guess, deviation))
        planes = [np.ones_like(misfit), crps, misfit**2, *judged]
        sums = [blocks.sums(self.tiling.size, plane, inside).ravel() for plane in planes]
        return np.stack(sums, axis=1)

    def result(self) -> np.ndarray:
        """Sums over all frames, those of ``SUMS`` and of the PIT's bins; (29,)."""
        return self.total("sums")


def _judged(target: np.ndarray, guess: np.ndarray, error: np.ndarray) -> list[np.ndarray]:
    """Planes from ``en`` on, then the PIT's bins."""
    half = CENTRAL[95] * error
    score = scoringrules.interval_score(target, guess - half, guess + half, 0.05)
    standard = (target.astype(np.float64) - guess) / error
    within = [np.abs(standard) <= bound for bound in CENTRAL.values()]
    place = np.minimum((ndtr(standard) * PIT_BINS).astype(np.int64), PIT_BINS - 1)
    bins = [place == number for number in range(PIT_BINS)]
    return [np.ones_like(error), error**2, np.asarray(score), *within, *bins]
