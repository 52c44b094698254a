"""The section ``sample``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onesun.settings import Month, Section, Seed, key, says

Range = Annotated[
    list[Annotated[float, Field(gt=0)]],
    Field(min_length=2, max_length=2),
    says(title="a list of two numbers above 0"),
]


class Conditions(Section):
    """Of one instrument."""

    fwhm: Range = key(..., unit="arcsec")
    """Range of the point spread function's full width at half maximum."""
    gain_spread: float = key(..., unit="fraction", ge=0)
    """Spread of the gain around the record's, by its logarithm."""
    zero_point: float = key(..., unit="G", ge=0)
    """Spread of the offset."""
    noise: Range = key(..., unit="G")
    """Range of the noise at the disk's centre."""
    limb_growth: list[Annotated[float, Field(ge=0)]] = key(
        ..., title="a list of two numbers of at least 0", min_length=2, max_length=2
    )
    """Range, uniform, of g in the noise's growth to the limb, `1 + g (1 - mu)`."""


class Pointing(Section):
    """Where detectors look."""

    scale_spread: float = key(..., unit="fraction", ge=0, le=0.01)
    """Spread of the plate scale."""
    centre_spread: float = key(..., unit="pixels", ge=0)
    """Spread of the disk's centre, in x and in y."""
    roll: float = key(..., unit="deg", ge=0)
    """Spread of the roll; none for GONG, whose images have solar north up."""
    distance: list[Annotated[float, Field(ge=0.92, le=1.08)]] = key(
        ..., unit="AU", title="a list of two numbers from 0.92 to 1.08", min_length=2, max_length=2
    )
    """Range of the distance from the Sun, and so of the disk's size."""


class PointingErrors(Section):
    """By how much headers err."""

    centre: float = key(..., unit="pixels", ge=0)
    """Spread of the error of the disk's centre, in x and in y."""
    roll: float = key(..., unit="deg", ge=0)
    """Spread of the error of the roll."""
    scale: float = key(..., unit="fraction", ge=0)
    """Spread of the error of the plate scale."""
    radial_stretch: float = key(..., unit="fraction", ge=0)
    """Spread of the radial stretch s, `r (1 + s (r^2 - 1))`, which no header records."""


class SampleConditions(Section):
    """What the conditions of each frame of MDI and GONG are drawn from; null takes those of
    the instruments' records. A range [low, high] is log-uniform, a spread is the standard
    deviation of a normal distribution.
    """

    mdi: Conditions = key(...)
    gong: Conditions = key(...)
    pointing: Pointing
    pointing_errors: PointingErrors


class Sample(Section):
    """The embedded sample, real HMI frames and the MDI and GONG frames simulated from them."""

    READ_BY = ("onesun sample fetch", "onesun sample simulate", "onesun sample series")

    seed: Seed = key(20111217)
    """Seed of everything random in the simulated frames (noise, header errors)."""
    frames: int = key(4, unit="per month", ge=1, le=240)
    """Frames made of each month's one real frame."""
    cadence: float = key(96, unit="min", gt=0)
    """Time between two frames of a month."""
    mdi_intervals: list[Literal[30, 300]] = key(
        [300, 300, 30, 300], unit="s", title="a list of 30 and 300", min_length=1
    )
    """Integration times of MDI's frames, in turn along a month's frames."""
    header_errors: bool = key(True)
    """Whether headers err in roll, centre and scale as those of the real instruments do; not
    read where `conditions` are drawn.
    """
    rotation: bool = key(True)
    """Whether the Sun turns between frames. If not, each frame of a month shows the Sun as the
    real frame does: HMI's is that frame itself, under another time, and nothing turns between it
    and the inputs.
    """
    again: dict[Month, Month] = key({}, title='a mapping of months to months, as "YYYY-MM"')
    """Months in which the Sun of another month is seen again, and that month: `{"2012-01":
    "2011-12"}`. Only where `rotation` is false.
    """
    regions: str | None = key(
        None, title='a month as "YYYY-MM", or null', pattern="^[0-9]{4}-(0[1-9]|1[0-2])$"
    )
    """Month as of which a disk of three active regions is added, known in these regions alone;
    `align.max_missing` must let it pass.
    """
    conditions: SampleConditions | None = key(None)
    """What the conditions of each frame of MDI and GONG are drawn from; null takes those of the
    instruments' records. A range [low, high] is log-uniform, a spread is the standard deviation
    of a normal distribution.
    """
