"""The section ``training``, and what a method has of its own of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onesun.settings import ABSENT, Fraction, Name, Section, chosen_by, key, says

Batch = Annotated[int, Field(ge=1), says(description="Patches or crops per step.")]


Epochs = Annotated[
    int,
    Field(ge=1),
    says(description="Passes over the training patches, or over as many crops as `sampling` says."),
]


LearningRate = Annotated[float, Field(gt=0), says(description="Adam's largest step.")]


Warmup = Annotated[
    float,
    Field(ge=0, le=0.5),
    says(description="Share of all steps in which the step rises, linearly."),
]


Decay = Annotated[
    Literal["cosine", "none"],
    says(
        description=(
            "What becomes of the step once it has risen. `cosine`: it falls to 0 along a half "
            "cosine; `none`: it stays."
        )
    ),
]


Betas = Annotated[
    list[Annotated[float, Field(ge=0, lt=1)]],
    Field(min_length=2, max_length=2),
    says(
        description=(
            "Adam's two decay rates. The paper's released runs have [0.5, 0.999]; strong fields "
            "come in few patches, and with so slow a second rate one such patch makes steps far "
            "larger than the others."
        ),
        title="a list of two numbers in [0, 1)",
    ),
]


Clip = Annotated[
    float | None,
    Field(gt=0),
    says(
        description=(
            "Largest norm of a step's gradient, in the units of the loss; longer ones are scaled "
            "down to it. null for no limit."
        ),
        title="a number above 0, or null",
    ),
]


Precision = Annotated[
    Literal["auto", "float32", "bfloat16"],
    says(description="Arithmetic of the forward pass; `auto` takes bfloat16 where it pays."),
]


Augment = Annotated[
    Literal[True, "flips", False],
    says(
        description=(
            "How patches are changed at random. `true`: polarity, north and south, east and west "
            "are flipped, and both directions exchanged; `flips`: the same without the exchange, "
            "as in the paper; `false`: not at all."
        )
    ),
]


class PatchSampling(Section):
    """The whole patches of the stores."""

    kind: Literal["patches"] = key(...)


class CropSampling(Section):
    """Crops of whole frames."""

    kind: Literal["crops"] = key(...)
    size: int = key(64, unit="input pixels", ge=8)
    """Side of a crop."""
    margin: int = key(4, unit="input pixels", ge=0)
    """Context on each side of a crop, from which nothing is learnt."""
    per_frame: int = key(100, ge=1)
    """Crops of a frame in an epoch, on average."""
    strong: Fraction = key(0.4, unit="fraction")
    """Share of crops drawn by the strength of the target's field, not evenly."""
    shares: dict[str, Fraction] = key({}, title="a fraction for each month")
    """Share of all crops that are drawn from a month, by the month; the other months share the
    rest.
    """


Sampling = Annotated[
    CropSampling | PatchSampling,
    Field(discriminator="kind"),
    chosen_by(
        "kind",
        ["patches", "crops"],
        "`patches`: the whole patches of the stores, as the paper does; `crops`: crops of whole "
        "frames, drawn more often where the field is strong.",
    ),
]


class HeldOutTiles(Section):
    """Tiles of the disk that never train, the same in every frame; null for none. For splits
    whose validation months show the same Sun as training months: errors are raised to what
    these tiles ask for.
    """

    size: int = key(128, unit="input pixels", ge=1)
    """Side of a tile, a multiple of `grid.patch`."""
    every: int = key(7, ge=2)
    """Of so many tiles one is held out."""


class Training(Section):
    """How networks are trained."""

    READ_BY = ("onesun train", "onesun table3")

    field_scale: float = key(3500, unit="G", gt=0)
    """Fields are divided by this before the network sees them."""
    sampling: Sampling = key(PatchSampling(kind="patches"))
    """What a batch is drawn from."""
    held_out_tiles: HeldOutTiles | None = key(None, title="size and every, or null")
    """Tiles of the disk that never train, the same in every frame; null for none. For splits
    whose validation months show the same Sun as training months: errors are raised to what these
    tiles ask for.
    """
    batch: Batch = key(32)
    epochs: Epochs = key(5)
    learning_rate: LearningRate = key(0.002)
    warmup: Warmup = key(0.05)
    decay: Decay = key("cosine")
    betas: Betas = key([0.9, 0.99])
    clip: Clip = key(None)
    validation_frames: int | None = key(None, title="a whole number of at least 1, or null", ge=1)
    """Frames of each validation month, evenly spread, by which the best weights are chosen; null
    for all.
    """
    precision: Precision = key("auto")
    augment: Augment = key(True)
    min_on_disk: Fraction = key(0.5, unit="fraction")
    """Share of a patch that must lie on the disk for it to be trained on."""
    buffer_frames: int = key(8, ge=1)
    """Frames held in memory and shuffled together."""
    checkpoint_minutes: float = key(5, unit="min", ge=0)
    """Time between two checkpoints, from which an interrupted training resumes."""


class LearningOfPair(Section):
    """Of a pair, what differs from that."""

    batch: Batch = key(ABSENT)
    epochs: Epochs = key(ABSENT)
    learning_rate: LearningRate = key(ABSENT)
    warmup: Warmup = key(ABSENT)
    decay: Decay = key(ABSENT)
    betas: Betas = key(ABSENT)
    clip: Clip = key(ABSENT)
    precision: Precision = key(ABSENT)
    augment: Augment = key(ABSENT)


class OwnLearning(LearningOfPair):
    """What the training of this method has other than the section `training`."""

    by_pair: dict[Name, LearningOfPair] = key(ABSENT)
    """Of a pair, by its name, what differs from that."""


OwnTraining = Annotated[
    OwnLearning | None,
    says(
        description=(
            "What the training of this method has other than the section `training`: its keys "
            "`batch`, `epochs`, `learning_rate`, `warmup`, `decay`, `betas`, `clip`, `precision` "
            "and `augment`, and under `by_pair`, by a pair's name, those of them that differ "
            "there; null for nothing."
        ),
        title="a mapping of keys to values, or null",
        like="training",
    ),
]
