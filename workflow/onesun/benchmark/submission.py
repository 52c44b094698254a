"""What a submission says of itself: ``submission.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from onesun.benchmark.definition import first_problem
from onesun.benchmark.settings import WORDS
from onesun.errors import ConfigError
from onesun.settings import Month

Count = Annotated[float, Field(ge=0)]


class Submission(BaseModel):
    """What a submission says of itself; strings below are the schema's descriptions."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    """The row in the table: lower-case letters, digits and hyphens."""
    benchmark: str
    """Which benchmark it answers, such as march-2011."""
    version: Annotated[int, Field(ge=1)]
    """And which version of it."""
    authors: Annotated[list[str], Field(min_length=1)]
    """Who made it."""
    reference: str
    """Paper, address or words by which the method can be found."""
    training_months: list[Month]
    """Every month of which anything was learned; [] for what learns nothing."""
    training_data: str
    """What it was trained on, in words."""
    uses_test_targets: bool
    """Whether the target's data of the test months was used in any way."""
    parameters: Count | None = None
    """Numbers that training sets."""
    operations: Count | None = None
    """Multiplications and additions for a frame."""
    seconds: Count | None = None
    """For a frame, on the machine below."""
    memory_mb: Count | None = None
    """Largest memory for a frame."""
    machine: str | None = None
    """On which seconds and memory were measured."""
    is_reference: bool = False
    """Whether it is no prediction but a bound, such as the target itself, blurred."""


def schema() -> dict[str, Any]:
    """The JSON Schema of submission.yaml."""
    return Submission.model_json_schema()


def read(folder: Path) -> Submission:
    """What a submission says of itself.

    Raises ConfigError, in one sentence, when the file is missing, no YAML or says something else.
    """
    path = Path(folder) / WORDS
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigError(f"{path}: missing, expected what the submission says of itself") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise ConfigError(f"{path}: not readable as YAML, expected keys and values") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: no keys and values, expected name, benchmark, version, ...")
    try:
        return Submission.model_validate(content)
    except ValidationError as error:
        raise ConfigError(f"{path}: {first_problem(error)}") from None
