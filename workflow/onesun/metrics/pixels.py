"""Prediction against target, pixel by pixel: the 2-D histogram of Figure 5 and what it implies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from onesun.metrics import blocks
from onesun.metrics.bins import Bins
from onesun.metrics.comparison import Comparison
from onesun.metrics.moments import Agreement, Moments
from onesun.metrics.statistic import Contribution, Statistic


@dataclass(frozen=True)
class Detail:
    """What lies within input pixels: deviations of target pixels from their input pixel's mean.

    Arrays by bin of the target's mean over the input pixel, NaN where a bin is empty.

    Parameters
    ----------
    n : input pixels.
    target, prediction : root mean square deviation, gauss.
    variance_ratio : square of prediction's over square of target's; 1 for as much detail.
    correlation : of the deviations, prediction's with target's; 1 for the same detail.
    """

    n: np.ndarray
    target: np.ndarray
    prediction: np.ndarray
    variance_ratio: np.ndarray
    correlation: np.ndarray


@dataclass(frozen=True)
class PixelAgreement:
    """Prediction given the target; arrays by bin of the target, NaN where a bin is empty.

    The first and the last entry are for what lies beyond the bins.

    Parameters
    ----------
    bins : of both fields, gauss.
    counts : (bins.size, bins.size) int64, pixels by bin of target and of prediction.
    n : pixels.
    target, mean : mean of the target and of the prediction, gauss.
    spread : standard deviation of the prediction, gauss.
    residual : mean of prediction less target, gauss.
    relative_residual : ``residual`` over ``target``.
    relative_variance : mean of (prediction - target)^2, less ``residual``^2, over ``target``^2.
    regression : of prediction on target, over all pixels.
    detail : by bin of the target's mean over an input pixel.
    """

    bins: Bins
    counts: np.ndarray
    n: np.ndarray
    target: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    residual: np.ndarray
    relative_residual: np.ndarray
    relative_variance: np.ndarray
    regression: Agreement
    detail: Detail


class PixelStatistic(Statistic[Comparison]):
    """Target and prediction of the pixels ``inside``, and of input pixels wholly so.

    Parameters
    ----------
    bins : of both fields, gauss.
    factor : target pixels per input pixel, along one axis.
    """

    name = "pixels"

    def __init__(self, bins: Bins, factor: int) -> None:
        super().__init__()
        self.bins, self.factor = bins, factor

    def settings(self) -> Any:
        return self.bins, self.factor

    def of(self, comparison: Comparison) -> Contribution:
        size = self.bins.size
        counts = np.zeros(size * size, dtype=np.int64)
        sums = np.zeros((6, size))
        for rows in comparison.bands():
            inside = comparison.inside[rows]
            x = comparison.target[rows][inside].astype(np.float64)
            y = comparison.prediction[rows][inside].astype(np.float64)
            bin_x, bin_y = self.bins.number(x), self.bins.number(y)
            counts += np.bincount(bin_x * size + bin_y, minlength=size * size)
            for row, weights in zip(sums, (None, x, y, x * x, y * y, x * y), strict=True):
                row += np.bincount(bin_x, weights, minlength=size)
        return Contribution(
            {"joint": counts.reshape(size, size)},
            {"target": sums.T, "detail": self._detail(comparison)},
        )

    def _detail(self, comparison: Comparison) -> np.ndarray:
        """By bin: input pixels, then sums of squared deviations and of their product."""
        x, y, size = comparison.target, comparison.prediction, self.factor
        whole = blocks.reduce(comparison.inside, size, np.logical_and)
        n = size**2
        sx, sy, xx, yy, xy = (
            blocks.sums(size, *factors)[whole] for factors in ((x,), (y,), (x, x), (y, y), (x, y))
        )
        number = self.bins.number(sx / n)
        weights = (None, xx - sx * sx / n, yy - sy * sy / n, xy - sx * sy / n)
        return np.stack(
            [np.bincount(number, each, minlength=self.bins.size) for each in weights], 1
        )

    def result(self) -> PixelAgreement:
        sums = self.total("target")
        n, x, y, xx, yy, xy = sums.T
        with np.errstate(invalid="ignore", divide="ignore"):
            target, mean = x / n, y / n
            residual = mean - target
            squares = np.maximum((xx - 2 * xy + yy) / n - residual**2, 0)
            return PixelAgreement(
                bins=self.bins,
                counts=self.counts["joint"],
                n=n,
                target=target,
                mean=mean,
                spread=np.sqrt(np.maximum(yy / n - mean**2, 0)),
                residual=residual,
                relative_residual=residual / target,
                relative_variance=squares / target**2,
                regression=Moments.from_sums(*sums.sum(axis=0)).result(),
                detail=_detail(self.factor, *self.total("detail").T),
            )


def _detail(factor: int, n: np.ndarray, xx: np.ndarray, yy: np.ndarray, xy: np.ndarray) -> Detail:
    pixels = n * factor**2
    return Detail(
        n=n,
        target=np.sqrt(np.maximum(xx, 0) / pixels),
        prediction=np.sqrt(np.maximum(yy, 0) / pixels),
        variance_ratio=yy / xx,
        correlation=xy / np.sqrt(xx * yy),
    )
