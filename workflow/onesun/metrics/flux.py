"""Errors of the signed flux, per pixel and over blocks, and the unsigned flux (equation 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from onesun.metrics import blocks
from onesun.metrics.bins import Bins
from onesun.metrics.comparison import Comparison
from onesun.metrics.statistic import Contribution, Statistic


@dataclass(frozen=True)
class FluxErrors:
    """Fluxes of frames and errors over blocks.

    Parameters
    ----------
    stamps : the frames, ascending.
    signed, unsigned : (frames, 2) Mx; of the target and of the prediction, each frame's sum of phi
        and of |phi| over the pixels inside.
    ratio : (frames,) unsigned flux of the prediction over that of the target.
    sizes : sides of the blocks, target pixels; 1 is a pixel.
    n : (sizes,) blocks of all frames together.
    bias, mean_absolute, rms : (sizes,) Mx; of E, the blocks' prediction less target.
    bins : of E per pixel, Mx.
    counts : (bins.size,) int64, pixels in each bin.
    """

    stamps: tuple[str, ...]
    signed: np.ndarray
    unsigned: np.ndarray
    ratio: np.ndarray
    sizes: tuple[int, ...]
    n: np.ndarray
    bias: np.ndarray
    mean_absolute: np.ndarray
    rms: np.ndarray
    bins: Bins
    counts: np.ndarray


class FluxStatistic(Statistic[Comparison]):
    """Radial flux, B mu^-1 times the area foreshortened, of the pixels ``inside``.

    Parameters
    ----------
    sizes : sides of the blocks, target pixels, each a divisor of the frame's.
    bins : of the error per pixel, Mx.
    """

    name = "flux"

    def __init__(self, sizes: Sequence[int], bins: Bins) -> None:
        super().__init__()
        self.sizes, self.bins = tuple(sorted(sizes)), bins

    def settings(self) -> Any:
        return self.sizes, self.bins

    def of(self, comparison: Comparison) -> Contribution:
        weights = comparison.flux_per_gauss
        fields = (comparison.target, comparison.prediction)
        totals = [
            [sum(_dot(weights[rows], abs_(field[rows])) for rows in comparison.bands())]
            for abs_ in (np.asarray, np.abs)
            for field in fields
        ]
        error = comparison.difference * weights
        found = [self._blocks(comparison, error, size) for size in self.sizes]
        return Contribution(
            counts={"error": self.bins.counts(error[comparison.inside])},
            sums={
                "frame": np.array(totals).reshape(2, 2),
                "blocks": np.array(found, dtype=np.float64),
            },
        )

    def _blocks(self, comparison: Comparison, error: np.ndarray, size: int) -> list[float]:
        """Number of the blocks and the sums over them of E, |E| and E^2."""
        whole = blocks.reduce(comparison.inside, size, np.logical_and)
        found = blocks.sums(size, error)[whole]
        return [found.size, found.sum(), np.abs(found).sum(), np.square(found).sum()]

    def result(self) -> FluxErrors:
        frames = self.table("frame")
        n, total, absolute, squares = self.total("blocks").T
        with np.errstate(invalid="ignore", divide="ignore"):
            return FluxErrors(
                stamps=tuple(sorted(self.frames)),
                signed=frames[:, 0],
                unsigned=frames[:, 1],
                ratio=frames[:, 1, 1] / frames[:, 1, 0],
                sizes=self.sizes,
                n=n,
                bias=total / n,
                mean_absolute=absolute / n,
                rms=np.sqrt(squares / n),
                bins=self.bins,
                counts=self.counts["error"],
            )


def _dot(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.multiply(a, b, dtype=np.float64).sum())
