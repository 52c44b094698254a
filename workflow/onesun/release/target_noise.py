"""The target's own noise: a part of every error, and not the same in every epoch."""

from __future__ import annotations

import numpy as np

from onesun.aligned import QUANTUM
from onesun.release.realisations import Sun
from onesun.statistics import core


def target_noise(sun: Sun, limit: float) -> float:
    """Width of a Gaussian fitted to the weak fields of a Sun (as in the paper's Figure 6); gauss.

    The Sun's own weak fields are in it. What is used of it is how its square differs from one Sun
    to the other, for which they matter less.

    Parameters
    ----------
    limit : a field is weak below it, gauss.

    Raises OneSunError where the histogram of weak fields tells no width.
    """
    bounds = core.edges(limit, QUANTUM)
    return core.fit(np.histogram(sun.target[sun.judged], bounds)[0], bounds).sigma
