"""The sections ``methods`` and ``fitting``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onesun.losses.settings import OwnLossTermsOrNull
from onesun.settings import (
    ABSENT,
    ODD,
    FramesPerMonth,
    Months,
    Name,
    Section,
    Seed,
    chosen_by,
    key,
    says,
)
from onesun.training.settings import OwnTraining


class Ridge(Section):
    """The linear filter; of each kernel and strength, validation chooses."""

    kernels: list[
        Annotated[
            int,
            Field(ge=1),
            says(title="an odd whole number of at least 1", **{"not": {"multipleOf": 2}}),
        ]
    ] = key(
        [3, 5, 7, 9, 11, 13, 15],
        unit="input pixels",
        title="a list of odd whole numbers of at least 1",
        uniqueItems=True,
        min_length=1,
    )
    """Sides of the neighbourhood that a target pixel is made of."""
    strengths: list[Annotated[float, Field(ge=0)]] = key(
        [0.0, 1e-05, 0.0001, 0.001],
        title="a list of numbers of at least 0",
        uniqueItems=True,
        min_length=1,
    )
    """Ridge strengths: white noise added to the input in the fit, as a share of its mean square."""


class Wiener(Section):
    """The bound of linear filters, which is fitted to the test months."""

    kernel: int = key(
        15, unit="input pixels", title="an odd whole number of at least 1", **ODD, ge=1
    )
    """Side of the neighbourhood that a target pixel is made of."""


class Equated(Section):
    """The map between two distributions; bins of their histograms."""

    scale: float = key(10, unit="G", gt=0)
    """Strength below which bins are uniform in the field, above it in its logarithm."""
    width: float = key(0.01, unit="fraction", gt=0, le=1)
    """Width of a bin, as a fraction of the field where it is strong."""
    tail: int = key(1000, unit="target pixels", ge=1)
    """The map is fitted up to the field that this many pixels exceed."""


class Fitting(Section):
    """Methods of kind `equated`, `ridge` and `wiener`, which follow from sums over the
    training frames, and of `wiener` over the test frames (docs/metrics.md, the ladder). They
    use pixels within `calibration.within_radius`.
    """

    READ_BY = ("onesun fit",)

    frames_per_month: FramesPerMonth = key(24)
    ridge: Ridge = Ridge()
    wiener: Wiener = Wiener()
    equated: Equated = Equated()


class OwnMonths(Section):
    train: Months = key(...)
    """Months to train on."""
    validation: Months = key(...)
    """Months that the best weights are chosen by."""


OwnMonthsOrNull = Annotated[
    OwnMonths | None, says(title="train and validation, lists of months, or null")
]


class MonthsByPair(Section):
    """Months of a method's own, by pair."""

    by_pair: dict[Name, OwnMonthsOrNull] = key(ABSENT)
    """Both by the pair's name; a pair without an entry takes its own months."""


OwnSplit = Annotated[
    MonthsByPair | OwnMonthsOrNull,
    says(
        description=(
            "Months that a network, `equated` or `ridge` is trained and validated on in place of "
            "the pair's own, such as all but one of few Suns; null for the pair's. They are among "
            "the pair's months, of any set."
        ),
        title="train and validation, lists of months, or by_pair with both of each pair, or null",
        **{"if": {"type": "object", "required": ["by_pair"]}},
    ),
]


class NetworkMethod(Section):
    """A trained network."""

    kind: Literal["network"] = key(...)
    network: str = key(..., title="a name under networks")
    """The network."""
    loss: str = key(..., title="a name under losses")
    """What its training minimises."""
    seed: Seed = key(1)
    """Seed of the first weights, the shuffling, the flips and the dropout."""
    split: OwnSplit = key(None)
    training: OwnTraining = key(None)
    loss_terms: OwnLossTermsOrNull = key(None)


class OtherMethod(Section):
    """Any other: it takes no more than months of its own."""

    kind: Literal["raw", "bicubic", "matched", "equated", "ridge", "wiener", "ceiling"] = key(...)
    split: OwnSplit = key(None)


MethodSettings = Annotated[
    NetworkMethod | OtherMethod,
    Field(discriminator="kind"),
    chosen_by(
        "kind",
        ["raw", "bicubic", "matched", "equated", "ridge", "network", "wiener", "ceiling"],
        "`raw`: the input repeated on the target grid; `bicubic`: upsampled, then divided by the "
        "baseline's b; `matched`: upsampled, then by the line fitted at matched resolution; "
        "`equated`: upsampled, then given the target's distribution; `ridge`: a linear filter; "
        "`network`: a trained network; `wiener`: no prediction, but the linear filter that is best "
        "on the test months themselves; `ceiling`: no prediction, but the target itself, blurred "
        "as the input is.",
    ),
]

Methods = Annotated[
    dict[Name, MethodSettings],
    Field(min_length=1),
    says(
        description=(
            "Anything that maps input frames to target frames, by a name in lower-case letters, "
            "digits and hyphens."
        ),
        read_by=[
            "onesun train",
            "onesun fit",
            "onesun predict",
            "onesun series",
            "onesun table4",
            "onesun ladder",
        ],
    ),
]
