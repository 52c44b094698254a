"""The section ``align``."""

from __future__ import annotations

from typing import Literal

from onesun.settings import Fraction, Radius, Section, key


class Align(Section):
    """Pairing in time, registration and the one resampling."""

    READ_BY = ("onesun align",)

    tolerance: float = key(8, unit="min", gt=0)
    """Largest time between two paired observations."""
    registration: Literal["header", "shift", "similarity", "stretched"] = key("stretched")
    """What is fitted to the tiles' shifts: `shift` (the paper's), `similarity` (and roll and
    scale) or `stretched` (and a radial stretch); `header` fits nothing, for frames whose header
    is to be believed.
    """
    tile: int = key(128, unit="input pixels", ge=16)
    """Side of the tiles whose shifts are measured."""
    within_radius: Radius = key(0.9, unit="solar radii")
    """Features beyond this distance from the disk's centre are not used to register."""
    max_shift: float = key(10, unit="input pixels", gt=0)
    """A larger correction than this refuses the frame."""
    min_correlation: float = key(0.3, ge=-1, le=1)
    """Smallest correlation with the target at matched resolution after registration; less
    refuses the frame.
    """
    max_missing: Fraction = key(0.01, unit="fraction")
    """Largest share of the disk that may be missing; more refuses the frame."""
