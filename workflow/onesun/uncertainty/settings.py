"""The section ``errors``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from onesun.settings import FramesPerMonth, Section, key


class Errors(Section):
    """Networks with an error: what calibrates it (fitted on a method's validation months,
    `results/models/{pair}/{method}/errors.json`) and how many readings of the test months lie
    within it (`results/errors.csv`, `.md` and a figure). Formulas: docs/metrics.md.
    """

    READ_BY = ("onesun errors", "onesun coverage")

    field_edges: list[Annotated[float, Field(gt=0)]] = key(
        [0, 10, 30, 100, 300, 600, 1000],
        unit="G",
        title="a list of rising numbers that begins with 0",
        prefixItems=[{"const": 0, "title": "0"}],
        min_length=1,
    )
    """Bins of the predicted unsigned field, each with its factor, and of the target's in the
    table; an upper edge belongs to the next bin, and the last bin is open.
    """
    radius_edges: list[Annotated[float, Field(ge=0, le=1)]] = key(
        [0, 0.3, 0.5, 0.7, 0.85, 0.95, 1],
        unit="solar radii",
        title="a list of rising numbers from 0 to 1",
        min_length=2,
    )
    """Bins of the distance from the disk's centre, each with its factor; an upper edge belongs
    to the next bin.
    """
    fewest: int = key(200, title="a whole number of at least 1", ge=1)
    """Pixels that a month must have in a bin, to count there; a bin without such a month has no
    factor of its own, and one of fewer pixels is not drawn. One pixel in 16 is used.
    """
    weak: float = key(10, unit="G", gt=0)
    """The target's noise is the width of its fields below this one."""
    frames_per_month: FramesPerMonth = key(24)
