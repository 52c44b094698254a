"""The target's own noise: a part of every error, and not the same in every epoch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from onesun.metrics import core
from onesun.products.aligned import AlignedFrame, AlignedMonth
from onesun.products.steps import QUANTUM


def target_noise(month: AlignedMonth, frames: Sequence[AlignedFrame], limit: float) -> float:
    """Width of a Gaussian fitted to the weak fields of a month's target; gauss.

    The Sun's own weak fields are in it. What is used of it is how its square differs from one
    month to the other, for which they matter less.

    Parameters
    ----------
    frames : of the month; their histograms are added up.
    limit : a field is weak below it, gauss.

    Raises OneSunError where the histogram of weak fields gives no width.
    """
    bounds = core.edges(limit, QUANTUM)
    # A pixel without a value is NaN, which no bin holds.
    counts = [np.histogram(month.target(frame), bounds)[0] for frame in frames]
    what = f"{month.pair} {month.month}: noise"
    return core.fit(np.sum(counts, axis=0), bounds, what=what, key="errors.weak").sigma
