"""The magnetographs that Figure 1 shows, from resources/observatories.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, PositiveFloat, TypeAdapter, ValidationError

from onesun.errors import ConfigError
from onesun.io import locations


class Magnetograph(BaseModel):
    """An instrument: calendar years of magnetograms (``last`` None: it operates), arcsec."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    observatory: str
    place: Literal["ground", "space"]
    first: int
    last: int | None
    pixel: PositiveFloat
    source: str


def load(path: Path | None = None) -> list[Magnetograph]:
    """The records; raises ConfigError when the file is not as it should be."""
    path = path or locations.resource("observatories.yaml")
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
        return TypeAdapter(list[Magnetograph]).validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {where}: {first['msg']}") from None
