"""The section ``report``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from onesun.settings import Section, key


class Region(Section):
    """Which part of the disk the slider shows; edges are moved to those of input pixels."""

    centre: list[float] | None = key(
        None, unit="arcsec", title="a list of x and y, or null", min_length=2, max_length=2
    )
    """Its centre, x to the west and y to the north of the disk centre; null is where the mean of
    |B| is largest, the whole region within 0.9 solar radii.
    """
    size: list[Annotated[int, Field(ge=16, le=1024)]] = key(
        [512, 512],
        unit="target pixels",
        title="a list of width and height, whole numbers from 16 to 1024",
        min_length=2,
        max_length=2,
    )
    """Its width and height."""


class Report(Section):
    """The page `results/report.html`; it shows this whole configuration, so that any edit
    makes it again.
    """

    READ_BY = ("the rules", "onesun report")

    frame: str | None = key(
        None,
        title='a frame\'s name as "YYYYMMDD_HHMMSS_TAI", or null',
        pattern="^[0-9]{8}_[0-9]{6}_TAI$",
    )
    """Frame of a test month of every pair that the slider shows, by its name in the products
    (T_REC as YYYYMMDD_HHMMSS_TAI); null is the last of the last test month.
    """
    region: Region = Region()
