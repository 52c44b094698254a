"""The line input = a + b * target by the estimator, the weights and the bins that are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from onesun.calibration.bins import Fit, Weighting, effective, weights
from onesun.calibration.blocks import jackknife
from onesun.calibration.cells import CellSums
from onesun.calibration.settings import Line

Estimator = Literal["least-squares", "noise-corrected", "orthogonal"]
Bins = Literal["input", "target", "both"]


@dataclass(frozen=True)
class Reading:
    """One way to read "weighted regression".

    Parameters
    ----------
    estimator : ``least-squares`` takes the target for exact; ``noise-corrected`` takes the
        target's noise off its variance; ``orthogonal`` measures distances from the line in units
        of both noises.
    weighting : of a pair, by the share of pairs in its bin (:func:`onesun.calibration.bins.fit`).
    bins : of the ``input``, as the paper has them, of the ``target``, or of the true field as
        ``both`` tell it. Weights by bins of a variable that has errors bias the line.
    fewest : pairs in a bin, to count.
    """

    estimator: Estimator
    weighting: Weighting
    bins: Bins
    fewest: int

    @classmethod
    def from_settings(cls, section: Line) -> Reading:
        """Of the configuration's section ``calibration.line``."""
        return cls(section.estimator, section.weighting, section.bins, section.fewest)


# The paper's (footnote 1): bins of the input, all that hold a pixel, the target taken for exact.
PAPER = Reading("least-squares", "inverse", "input", 1)


@dataclass(frozen=True)
class Noise:
    """Standard deviations of the errors of a target and of an input value, gauss."""

    target: float
    input: float


class Regression:
    """Pairs of target x and input y in blocks, ready for any reading.

    Parameters
    ----------
    blocks : sums over disjoint blocks (:class:`onesun.calibration.blocks.Blocks`), at least one
        of which holds a pair.
    target_noise : standard deviation of the error of a value of x, gauss. That of y follows from
        what scatters about the line.
    """

    def __init__(self, blocks: Sequence[CellSums], target_noise: float) -> None:
        self._blocks = [block for block in blocks if len(block.keys)]
        self._all = CellSums(self._blocks[0].width)
        for block in self._blocks:
            self._all.merge(block)
        (a,), (b,), (scatter,) = _least_squares(self._all.sums.sum(axis=0)[None])
        if not np.isfinite(b):  # the target does not vary: no reading determines a line
            a, b, scatter = 0.0, 1.0, 0.0
        self._start = float(a), float(b)
        rest = max(scatter - (b * target_noise) ** 2, 0.0)
        self.noise = Noise(target_noise, float(np.sqrt(rest)))

    def __len__(self) -> int:
        """How many blocks hold pairs."""
        return len(self._blocks)

    def estimate(self, reading: Reading) -> Fit:
        """The line by a reading, with errors from leaving out each block in turn."""
        sums = self._binned(reading.bins)
        total = sums.sum(axis=0)
        weight = weights(total[:, 0], reading.weighting, reading.fewest)
        (a,), (b,) = self._lines(total[None], reading)
        left_out = self._lines(total - sums, reading)
        a_error, b_error = (jackknife(values) for values in left_out)
        return Fit(
            _known(a), _known(b), a_error, b_error, round(total[weight > 0, 0].sum()),
            effective(weight, total[:, 0]),
        )  # fmt: skip

    def _binned(self, bins: Bins) -> np.ndarray:
        """(blocks, bins, 6) sums."""
        number = self._bin_of_cell(bins)
        found, place = np.unique(number, return_inverse=True)
        out = np.zeros((len(self._blocks), len(found), self._all.sums.shape[1]))
        for row, block in zip(out, self._blocks, strict=True):
            np.add.at(row, place[np.searchsorted(self._all.keys, block.keys)], block.sums)
        return out

    def _bin_of_cell(self, bins: Bins) -> np.ndarray:
        if bins != "both":
            return self._all.index("x" if bins == "target" else "y")
        # The true field that is most likely by both readings and their noises: its error is
        # independent of the distance from the line, so that weights by it do not tilt the line.
        a, b = self._start
        n, x, y = self._all.sums[:, :3].T
        of_x, of_y = self.noise.input**2, (b * self.noise.target) ** 2
        if of_x + of_y == 0:
            of_x = 1.0
        field = (of_x * x / n + of_y * (y / n - a) / b) / (of_x + of_y)
        numbers: np.ndarray = np.floor(field / self._all.width).astype(np.int64)
        return numbers

    def _lines(self, sums: np.ndarray, reading: Reading) -> tuple[np.ndarray, np.ndarray]:
        """a and b of each of (m, bins, 6) sums; NaN where they are not determined."""
        weight = weights(sums[..., 0], reading.weighting, reading.fewest)
        moments = np.einsum("mb,mbs->ms", weight, sums)
        if reading.estimator == "least-squares":
            a, b, _ = _least_squares(moments)
            return a, b
        mean_x, mean_y, xx, xy, yy = _centred(moments)
        with np.errstate(divide="ignore", invalid="ignore"):
            if reading.estimator == "noise-corrected" or self.noise.target == 0:
                signal = xx - self.noise.target**2
                b = xy / np.where(signal > 0, signal, np.nan)
            else:
                ratio = (self.noise.input / self.noise.target) ** 2
                excess = yy - ratio * xx
                b = (excess + np.sqrt(excess**2 + 4 * ratio * xy**2)) / (2 * xy)
            return mean_y - b * mean_x, b


def _centred(moments: np.ndarray) -> tuple[np.ndarray, ...]:
    """Means of x and y, variances and covariance; of (m, 6) weighted sums."""
    n, x, y, xx, xy, yy = moments.T
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = x / n, y / n
        return x, y, xx / n - x * x, xy / n - x * y, yy / n - y * y


def _least_squares(moments: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """a, b and the variance about the line, of (m, 6) weighted sums."""
    x, y, xx, xy, yy = _centred(moments)
    with np.errstate(divide="ignore", invalid="ignore"):
        b = xy / np.where(xx > 0, xx, np.nan)
        return y - b * x, b, yy - b * xy


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
