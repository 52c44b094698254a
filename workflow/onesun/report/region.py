"""The region that the report shows at full resolution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from onesun.errors import ConfigError
from onesun.geometry.grid import Grid
from onesun.geometry.strongest import WITHIN, strongest_window
from onesun.geometry.window import Window


def choose(settings: Mapping[str, Any], target: np.ndarray, grid: Grid) -> Window:
    """The region that the configuration asks for, or that of the strongest field.

    Parameters
    ----------
    settings : the configuration's ``report.region``: ``centre`` in arcsec or null, and ``size`` in
        target pixels; edges are moved to those of the nearest input pixels.
    target : (N, N) gauss, NaN where there is no value.

    Raises ConfigError when it reaches beyond the frame, or none of its size lies within 0.9 R.
    """
    width, height = (max(1, round(side / grid.factor)) for side in settings["size"])
    if settings["centre"] is None:
        strongest = strongest_window(target, grid, (height, width))
        if strongest is None:
            raise ConfigError(
                f"report.region.size: found {width * grid.factor} by {height * grid.factor} target "
                f"pixels, expected a region small enough to lie within {WITHIN} solar radii, or a "
                "centre"
            )
        return strongest
    try:
        return Window.centred(grid, settings["centre"], (height, width))
    except ConfigError:
        edge = grid.input_size / 2 * grid.input_scale
        raise ConfigError(
            f"report.region: found centre {settings['centre']} arcsec and size {settings['size']} "
            f"target pixels, expected a region within the frame, which ends at ±{edge:.0f} arcsec"
        ) from None
