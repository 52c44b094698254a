"""Whether a prediction, seen through the input's optics again, is the input."""

from __future__ import annotations

from typing import Any

import numpy as np

from onesun.benchmark.case import Case
from onesun.metrics.statistic import Contribution, Statistic
from onesun.metrics.tiled import Tiling

# Of the prediction as the input would show it, x, and the calibrated input, y; the squares of
# their difference over the input's noise, and how many have a known noise.
SUMS = ("n", "x", "y", "xx", "yy", "xy", "zz", "zn")


class ConsistencyStatistic(Statistic[Case]):
    """Sums over the input's pixels within the limit, by tile."""

    name = "consistency"

    def __init__(self, tiling: Tiling) -> None:
        super().__init__()
        self.tiling = tiling

    def settings(self) -> Any:
        """See :meth:`Statistic.settings`."""
        return self.tiling

    def of(self, comparison: Case) -> Contribution:
        """What a frame adds; (tiles, 8)."""
        case = comparison
        seen, given = case.degraded, case.calibrated
        use = case.setting.input_inside & np.isfinite(seen) & np.isfinite(given)
        x, y = seen[use].astype(np.float64), given[use].astype(np.float64)
        known = np.isfinite(case.noise) and case.noise > 0
        noise = case.noise if known else 1.0
        squares = ((y - x) / noise) ** 2 if known else np.zeros_like(x)
        numbers = self.tiling.numbers(case.setting.grid.factor)[use]
        ones = np.full_like(x, float(known))
        found = self.tiling.add_up(numbers, x, y, x * x, y * y, x * y, squares, ones)
        return Contribution(sums={"sums": found.sum(axis=0)}, tiles={"sums": found})

    def result(self) -> np.ndarray:
        """Sums over all frames, in the order of ``SUMS``; (8,)."""
        return self.total("sums")
