"""Of the detail beyond the calibrated input: what is improved, left out, and invented.

As opensr-test defines them (Aybar et al. 2024, doi 10.1109/LGRS.2024.3401394), with signed fields
in the place of reflectances. In a pixel, with target t, prediction p and the upsampled calibrated
input c, all in gauss with their signs,

    d_i = |p - t| / |t - c|    d_o = |p - c| / |t - c|    h = d_i + d_o - 1

and the pixel is of the class whose distance is least: improvement d_i + d_o (1 - e^(-L h)),
omission d_o + d_i (1 - e^(-L h)), hallucination e^(-L d_i d_o), L = 0.85. Judged once more, with
the value in the place of t that is closest to p between the least and largest of the 3 x 3 target
pixels around, a hallucination that is then an improvement was one that is a pixel away.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from onesun.benchmark.case import Case
from onesun.metrics.statistic import Contribution, Statistic
from onesun.metrics.tiled import Tiling

SUMS = ("n", "improvement", "omission", "hallucination", "improvement_near", "hallucination_near")
_SHAPE = 0.85  # opensr-test's lambda, from how people judge images
_LEAST = 1.0  # gauss; of |t - c|, so that ratios stay finite


class CorrectnessStatistic(Statistic[Case]):
    """Pixels by class, by tile; those where detail is added or lacking.

    Parameters
    ----------
    tiling : the tiles.
    added : gauss; a pixel counts where |t - c| or |p - c| is at least as much.
    """

    name = "correctness"

    def __init__(self, tiling: Tiling, added: float) -> None:
        super().__init__()
        self.tiling, self.added = tiling, added

    def settings(self) -> Any:
        """See :meth:`Statistic.settings`."""
        return self.tiling, self.added

    def of(self, comparison: Case) -> Contribution:
        """What a frame adds; (tiles, 6)."""
        both = comparison.comparison
        target, guess, base = both.target, both.prediction, comparison.baseline
        wanted, given = np.abs(target - base), np.abs(guess - base)
        use = both.inside & (np.maximum(wanted, given) >= self.added)
        reference = np.maximum(wanted[use], _LEAST).astype(np.float64)
        omitted = given[use] / reference
        kinds = classes(np.abs(guess - target)[use] / reference, omitted)
        near = near_target(target, guess)
        nearby = np.maximum(np.abs(near - base)[use], _LEAST).astype(np.float64)
        again = classes(np.abs(guess - near)[use] / nearby, given[use] / nearby)
        # What is left out stays so: with nothing added, any neighbour's value would do.
        moved = (kinds == 2) & (again == 0)
        columns = [kinds == kind for kind in range(3)]
        columns += [columns[0] | moved, columns[2] & ~moved]
        numbers = self.tiling.numbers()[use]
        found = self.tiling.add_up(numbers, *(column.astype(float) for column in columns))
        return Contribution(sums={"sums": found.sum(axis=0)}, tiles={"sums": found})

    def result(self) -> np.ndarray:
        """Pixels over all frames, in the order of ``SUMS``; (6,)."""
        return self.total("sums")


def classes(improvement: np.ndarray, omission: np.ndarray) -> np.ndarray:
    """0 improvement, 1 omission, 2 hallucination, from the distances d_i and d_o; any shape."""
    beyond = 1 - np.exp(-_SHAPE * (improvement + omission - 1))
    distances = [
        improvement + omission * beyond,
        omission + improvement * beyond,
        np.exp(-_SHAPE * improvement * omission),
    ]
    nearest: np.ndarray = np.argmin(distances, axis=0)
    return nearest


def near_target(target: np.ndarray, guess: np.ndarray) -> np.ndarray:
    """What is closest to a prediction between the least and largest of 3 x 3 target pixels."""
    square = np.ones((3, 3), np.uint8)
    low, high = cv2.erode(target, square), cv2.dilate(target, square)
    near: np.ndarray = np.clip(guess, low, high)
    return near
