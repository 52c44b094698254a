"""The sections ``losses`` and ``loss_terms``, and what a method has of its own of the latter."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from onesun.settings import ABSENT, ODD, Name, Section, key, says

Weight = Annotated[float, Field(ge=0), says(title="a number of at least 0")]


WeightOrSearch = Annotated[
    Annotated[float, Field(ge=0)] | Annotated[str, Field(pattern="^search$")],
    says(title="a number of at least 0, or search"),
]


SsimWindow = Annotated[
    int,
    Field(ge=3),
    says(
        description="Side of the Gaussian window, an odd number.",
        unit="target pixels",
        title="an odd whole number of at least 3",
        **ODD,
    ),
]


SsimSigma = Annotated[
    float, Field(gt=0), says(description="Standard deviation of the window.", unit="target pixels")
]


SsimDataRange = Annotated[
    float,
    Field(gt=0),
    says(
        description=(
            "Range of the data, L. Contrasts far below 0.03 L count as squared errors: at the "
            "paper's 7000 (fields over 3500 G, from -1 to 1) that is all of the quiet Sun; at 200 "
            "structure counts from HMI's noise on."
        ),
        unit="G",
    ),
]


class Loss(Section):
    """Weights of equation 8 and of the likelihood; an absent term has weight 0, `search`
    takes what the grid search found.
    """

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    mse: Weight = key(0)
    """Weight of the mean squared error."""
    gradient: WeightOrSearch = key(0)
    """Weight of the Sobel gradient's squared error."""
    histogram: WeightOrSearch = key(0)
    """Weight of the total variation between histograms."""
    ssim: WeightOrSearch = key(0)
    """Weight of the structural dissimilarity."""
    likelihood: Weight = key(0)
    """Weight of the Gaussian likelihood of the error, for networks that have one. 1.6e-5 beside
    mse 1 at field_scale 3500 counts both alike where errors are 10 G.
    """


class Histogram(Section):
    """The differentiable histogram (the paper's released settings)."""

    width: float = key(0.15, unit="fraction", gt=0)
    """Width of a bin, as a fraction of the field where it is strong."""
    limit: float = key(5000, unit="G", gt=0)
    """Stronger fields are counted as of this strength."""
    noise: float = key(60, unit="G", gt=0)
    """Strength below which bins are uniform in the field, above it in its logarithm."""


class Ssim(Section):
    """Structural similarity."""

    window: SsimWindow = key(11)
    sigma: SsimSigma = key(1.5)
    data_range: SsimDataRange = key(7000)


class Likelihood(Section):
    """The likelihood of a network's error."""

    form: Literal["decoupled", "beta"] = key("decoupled")
    """`decoupled`: the field does not learn from it; `beta`: field and error both do, each pixel
    weighed by its error (Seitzer et al. 2022).
    """


class LossTerms(Section):
    """What the terms of the loss mean in numbers."""

    READ_BY = ("onesun train",)

    histogram: Histogram = Histogram()
    ssim: Ssim = Ssim()
    likelihood: Likelihood = Likelihood()


class OwnSsim(Section):
    """Structural similarity."""

    window: SsimWindow = key(ABSENT)
    sigma: SsimSigma = key(ABSENT)
    data_range: SsimDataRange = key(ABSENT)


class OwnLossTerms(Section):
    """What the terms of this method's loss have other than the section `loss_terms`."""

    ssim: OwnSsim = key(ABSENT)


# What a loss has by the pair's name: some value of it is a mapping itself.
Losses = Annotated[
    dict[
        Name,
        Annotated[
            dict[str, Loss] | Loss,
            says(
                **{
                    "if": {
                        "type": "object",
                        "not": {"additionalProperties": {"not": {"type": "object"}}},
                    }
                }
            ),
        ],
    ],
    says(
        description=(
            "Losses by name, for `methods` to choose from: weights of equation 8 and of the "
            "likelihood of an error, either the same for all pairs or by the pair's name."
        ),
        read_by=["onesun train", "onesun table4"],
    ),
]

OwnLossTermsOrNull = Annotated[
    OwnLossTerms | None,
    says(
        description=(
            "What the terms of this method's loss have other than the section `loss_terms`, such "
            "as `{ssim: {data_range: 200}}`; null for nothing."
        ),
        title="a mapping of terms to their keys, or null",
        like="loss_terms",
    ),
]
