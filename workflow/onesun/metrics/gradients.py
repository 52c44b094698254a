"""The histogram of the gradient of the difference, pixel by pixel (paper, Figure 4c)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from onesun.metrics.bins import Bins
from onesun.metrics.comparison import Comparison
from onesun.metrics.statistic import Contribution, Statistic


@dataclass(frozen=True)
class GradientErrors:
    """How many pixels have which g(prediction - target).

    Parameters
    ----------
    bins : gauss per pixel.
    counts : (bins.size,) int64.
    n : pixels.
    mean : of g, gauss per pixel.
    """

    bins: Bins
    counts: np.ndarray
    n: int
    mean: float


class GradientStatistic(Statistic[Comparison]):
    """g(prediction - target) of the pixels that are ``complete``.

    Parameters
    ----------
    bins : gauss per pixel.
    """

    name = "gradients"

    def __init__(self, bins: Bins) -> None:
        super().__init__()
        self.bins = bins

    def settings(self) -> Any:
        return self.bins

    def of(self, comparison: Comparison) -> Contribution:
        found = comparison.gradient[comparison.complete]
        sums = np.array([found.size, found.sum(dtype=np.float64)])
        return Contribution({"error": self.bins.counts(found)}, {"pixels": sums})

    def result(self) -> GradientErrors:
        n, total = self.total("pixels")
        return GradientErrors(
            self.bins, self.counts["error"], int(n), float(total / n) if n else float("nan")
        )
