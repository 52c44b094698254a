"""The stage ``measure``: the paper's further measurements (section 2), for Table 2's methods."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from onesun.geometry.grid import Grid
from onesun.metrics.accumulate import Predicted, accumulate
from onesun.metrics.measures import Measures
from onesun.products.aligned import AlignedFrame


def measure(given: Predicted, settings: Mapping[str, Any], grid: Grid, out: Path) -> None:
    """Measure a month's frames that lie within the split; write the statistics.

    Parameters
    ----------
    settings : the configuration's section ``measure``.
    out : manifest to write (JSON); the arrays go beside it (NPZ).

    Raises ConfigError when settings contradict each other, and as
    :func:`onesun.metrics.accumulate.accumulate` does.
    """
    measures = Measures(settings, grid)

    def add(frame: AlignedFrame, target: np.ndarray, prediction: np.ndarray) -> None:
        measures.update(measures.comparison(frame.stamp, target, prediction, frame.dsun))

    accumulate(given, "measuring", add, measures, out)
