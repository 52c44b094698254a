"""The section ``grid``."""

from __future__ import annotations

from onesun.settings import Section, key


class Grid(Section):
    """The common grid after alignment, solar north up and the Sun as large as from 1 AU
    (paper, section 6.1); the input grid has `target_size / factor` pixels on a side.
    """

    READ_BY = (
        "onesun align",
        "onesun store",
        "onesun calibrate",
        "onesun fit",
        "onesun predict",
        "onesun evaluate",
        "onesun measure",
        "onesun table3",
        "onesun noise",
        "onesun crop",
    )

    target_size: int = key(4096, unit="target pixels", ge=64)
    """Side of the target grid, a multiple of `factor * patch`."""
    target_scale: float = key(0.504273, unit="arcsec per target pixel", gt=0)
    """Scale of the target grid; the disk (959.645" in radius) has to fit."""
    factor: int = key(4, unit="target pixels per input pixel", ge=1, le=16)
    """Super-resolution factor along each axis."""
    patch: int = key(32, unit="input pixels", ge=8)
    """Side of an input patch; a target patch is `patch * factor`."""
