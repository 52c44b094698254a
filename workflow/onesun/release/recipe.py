"""What the release weights are made by: ``resources/weights/recipe.yaml``, checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from onesun import locations
from onesun.errors import ConfigError
from onesun.geometry.grid import Grid

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Range = tuple[Positive, Positive]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GridSettings(_Section):
    """Of the common grid; see :class:`onesun.geometry.grid.Grid`."""

    target_size: int
    target_scale: Positive
    factor: int
    patch: int


class PairInputs(_Section):
    """What one pair's inputs are drawn from; arcsec and gauss."""

    input: str
    fwhm: Range
    gain_spread: NotNegative
    zero_point: NotNegative
    noise: Range
    limb_growth: tuple[NotNegative, NotNegative]


class Pointings(_Section):
    """Where detectors look; pixels, degrees, AU."""

    scale_spread: NotNegative
    centre_spread: NotNegative
    roll: NotNegative
    distance: Range


class Unregistered(_Section):
    """By how much a header errs after registration; pixels, degrees, fractions."""

    centre: NotNegative
    roll: NotNegative
    scale: NotNegative
    radial_stretch: NotNegative


class Inputs(_Section):
    frames: Annotated[int, Field(ge=2)]
    held_out: Annotated[int, Field(ge=1)]
    pairs: dict[str, PairInputs]
    pointing: Pointings
    pointing_errors: Unregistered


class HeldOutTiles(_Section):
    size: Annotated[int, Field(ge=1)]
    every: Annotated[int, Field(ge=2)]


class Loss(_Section):
    """How mean and error are trained; see :mod:`onesun.release.loss`."""

    kind: Literal["decoupled", "beta"]
    gradient: NotNegative


class Network(_Section):
    channels: int
    blocks: int
    kernel: int
    dropout: float


class Training(_Section):
    steps: Annotated[int, Field(ge=1)]
    batch: Annotated[int, Field(ge=1)]
    crop: Annotated[int, Field(ge=8)]
    margin: Annotated[int, Field(ge=0)]
    learning_rate: Positive
    warmup: Share
    betas: tuple[Share, Share]
    clip: Positive
    strong: Share
    regions: Share
    loss: Loss


class Errors(_Section):
    field_edges: tuple[float, ...]
    radius_edges: tuple[float, ...]
    fewest: Annotated[int, Field(ge=1)]
    weak: Positive


class Ridge(_Section):
    kernels: tuple[int, ...]
    strengths: tuple[NotNegative, ...]


class Equated(_Section):
    scale: Positive
    width: Positive
    tail: Annotated[int, Field(ge=1)]


class Bootstrap(_Section):
    resamples: Annotated[int, Field(ge=10)]
    confidence: Share
    seed: int


class Scores(_Section):
    """How networks are held against baselines."""

    frames: Annotated[int, Field(ge=1)]
    fitted_frames: Annotated[int, Field(ge=1)]
    within_radius: Share
    bin_width: Positive
    ridge: Ridge
    equated: Equated
    patch: Annotated[int, Field(ge=2)]
    strong: NotNegative
    tile: Annotated[int, Field(ge=2)]
    bootstrap: Bootstrap


class Recipe(_Section):
    """The whole recipe."""

    seed: int
    grid: GridSettings
    inputs: Inputs
    held_out_tiles: HeldOutTiles
    network: Network
    field_scale: Positive
    training: Training
    errors: Errors
    scores: Scores

    def common_grid(self) -> Grid:
        """The grid that targets and inputs are on."""
        return Grid.from_settings(self.grid.model_dump())

    def pair(self, name: str) -> PairInputs:
        """What a pair's inputs are drawn from. Raises ConfigError for an unknown one."""
        if name not in self.inputs.pairs:
            raise ConfigError(
                f"--pair: {name} found, expected one of {', '.join(sorted(self.inputs.pairs))}"
            )
        return self.inputs.pairs[name]


def load(path: Path | None = None) -> Recipe:
    """The recipe of a file, or the package's own.

    Raises ConfigError naming the first value that cannot be used.
    """
    path = path or locations.resource("weights") / "recipe.yaml"
    try:
        content = yaml.safe_load(Path(path).read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: missing, expected a recipe of release weights") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not readable as YAML ({error.__class__.__name__})") from None
    try:
        return Recipe.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {where}: {first['msg']} (found {first['input']!r})") from None
