"""The section ``networks``: what each kind of network takes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onesun.settings import ODD, Name, Section, chosen_by, key, says

Channels = Annotated[int, Field(ge=1), says(description="Feature maps of the hidden layers.")]


Blocks = Annotated[int, Field(ge=1), says(description="Residual blocks.")]


Kernel = Annotated[
    int,
    Field(ge=1),
    says(
        description="Side of the convolutions.",
        unit="pixels",
        title="an odd whole number of at least 1",
        **ODD,
    ),
]


Dropout = Annotated[
    float,
    Field(ge=0, lt=1),
    says(
        description="Monte-Carlo dropout's probability.",
        title="a number from 0 up to, but not including, 1",
    ),
]


StatesError = Annotated[
    bool,
    says(
        description=(
            "Whether the network also states its error, for each pixel; its loss then needs a "
            "weight of `likelihood`."
        )
    ),
]


class HighResNetSettings(Section):
    """The paper's network (Figure 7)."""

    kind: Literal["highresnet"] = key(...)
    channels: Channels = key(64)
    blocks: Blocks = key(2)
    kernel: Kernel = key(3)
    dropout: Dropout = key(0.0)
    error: StatesError = key(False)


class OneSunSettings(Section):
    """The network whose convolutions are all at input resolution."""

    kind: Literal["onesun"] = key(...)
    channels: Channels = key(32)
    blocks: Blocks = key(4)
    kernel: Kernel = key(3)
    dropout: Dropout = key(0.0)
    error: StatesError = key(False)


NetworkSettings = Annotated[
    HighResNetSettings | OneSunSettings,
    Field(discriminator="kind"),
    chosen_by(
        "kind",
        ["highresnet", "onesun"],
        "`highresnet`: the paper's (Figure 7); `onesun`: all convolutions at input resolution, "
        "pixel shuffle and a skip from the calibrated bicubic input.",
    ),
]

Networks = Annotated[
    dict[Name, NetworkSettings],
    says(description="Networks by name, for `methods` to choose from.", read_by=["onesun train"]),
]
