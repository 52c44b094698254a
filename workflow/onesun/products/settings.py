"""The section ``pairs``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onesun.settings import Month, Months, Name, Section, Seed, chosen_by, key, says

BufferDays = Annotated[
    int,
    Field(ge=0),
    says(
        description=(
            "Frames this close to a test month are left out of training and validation, and this "
            "close to a validation month out of training. The paper has none (section 6.1); "
            "`config/paper.yaml` has three days."
        ),
        unit="d",
    ),
]


class ExplicitSplit(Section):
    """Months of each set, listed."""

    mode: Literal["explicit"] = key("explicit")
    train: Months = key(...)
    """Months that networks and the calibration are fitted to."""
    validation: Months = key(...)
    """Months that the best weights are chosen by."""
    test: Months = key(...)
    """Months that the statistics and tables are made of."""
    buffer_days: BufferDays = key(0)


class MonthRange(Section):
    """Months to draw from: a list, or every month from `first` to `last`, of `years` only
    where that is given.
    """

    first: Month = key(...)
    """First month to draw from."""
    last: Month = key(...)
    """Last month to draw from."""
    years: list[Annotated[int, Field(ge=1900, le=2999)]] | None = key(
        None, title="a list of years, or null for all", uniqueItems=True, min_length=1
    )
    """Years to draw from; the paper takes every second one for GONG."""


class RandomSplit(Section):
    """Months drawn for each year."""

    mode: Literal["random"] = key(...)
    months: Annotated[list[Month], Field(min_length=1)] | MonthRange = key(
        ...,
        title='a list of months as "YYYY-MM", or the first and last of them',
        uniqueItems=True,
    )
    """Months to draw from: a list, or every month from `first` to `last`, of `years` only where
    that is given.
    """
    pinned: list[Month] = key([], title='a list of months as "YYYY-MM"', uniqueItems=True)
    """Months that are always tested on, even where `months` leaves them out; in their year they
    take the place of a drawn test month. The paper's are 2010-06 and 2011-03.
    """
    seed: Seed = key(1)
    """Seed of the draw; the same for every pair draws the same months."""
    train_per_year: int = key(10, unit="months", ge=1, le=12)
    """Training months of a whole year; a year cut short gives what it has left."""
    validation_per_year: int = key(1, unit="months", ge=0, le=12)
    """Validation months of a year."""
    test_per_year: int = key(1, unit="months", ge=0, le=12)
    """Test months of a year, pinned ones counted."""
    buffer_days: BufferDays = key(0)


Split = Annotated[
    RandomSplit | ExplicitSplit,
    Field(discriminator="mode"),
    chosen_by(
        "mode",
        ["explicit", "random"],
        "`explicit`: the months of each set are listed; `random`: they are drawn for each year, as "
        "the paper does (section 6.1).",
        default="explicit",
    ),
    says(description="Which months train, validate and test."),
]


class Pair(Section):
    """An input, a target and their months."""

    input: str = key(..., title="an instrument's name")
    """Instrument that is turned into the target; its record is
    `resources/instruments/{input}.yaml`.
    """
    target: str = key(..., title="an instrument's name")
    """Instrument that the input is turned into."""
    split: Split = key(...)
    """Which months train, validate and test."""


Pairs = Annotated[
    dict[Name, Pair],
    Field(min_length=1),
    says(
        description=(
            "What is turned into what, and in which months; one entry per pair, of any name in "
            "lower-case letters, digits and hyphens."
        ),
        read_by=["the rules", "onesun split"],
    ),
]
