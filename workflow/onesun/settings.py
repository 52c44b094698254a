"""What sections of the configuration are made of: models, their keys, and types that they share.

Each folder's ``settings.py`` has the sections that its stages read: types, units, bounds, defaults
and descriptions. ``python -m onesun.config.docs`` makes the JSON Schema and config/README.md
from them; what a user writes is checked by that schema.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler

# A key that may be absent, and has no default that would be filled in.
ABSENT: Any = object()
_CHECKED = ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern")


class Section(BaseModel):
    """A mapping of known keys to values; its docstring is its description, Markdown.

    So is the string below a key. ``READ_BY`` are the commands that read it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
    READ_BY: ClassVar[tuple[str, ...]] = ()


def key(default: Any = ..., **keywords: Any) -> Any:
    """A key of a section; the string below it is its description.

    Parameters
    ----------
    default : its value where it is absent; ``...`` for a key that has to be there, ``ABSENT`` for
        one that may be absent and is left so.
    keywords : bounds, as those of pydantic's Field; and for the schema ``title`` (what an error
        message asks for), ``unit``, or any keyword of JSON Schema.
    """
    checked = {name: keywords.pop(name) for name in _CHECKED if name in keywords}
    if default is ABSENT:
        return Field(default=None, json_schema_extra=_without_default(keywords), **checked)
    return Field(default=default, json_schema_extra=keywords, **checked)


def _without_default(words: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    def change(schema: dict[str, Any]) -> None:
        schema.pop("default", None)
        schema.update(words)

    return change


@dataclass(frozen=True, eq=False)  # to be hashed, as a part of types
class Says:
    """Keywords of JSON Schema for an annotated type, such as ``title`` and ``unit``."""

    keywords: dict[str, Any]

    def __get_pydantic_json_schema__(
        self, core_schema: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(core_schema), **self.keywords}


def says(**keywords: Any) -> Says:
    """What an annotated type says of itself in the schema; see ``Says``."""
    return Says(keywords)


def chosen_by(name: str, values: list[str], description: str, **keywords: Any) -> Says:
    """For a union of sections: the key ``name`` decides which of them holds.

    Parameters
    ----------
    values : what the key may be, in the order in which messages list them.
    description : of the key.
    keywords : of the key, such as its ``default``.
    """
    return Says({"chosen": {"name": name, "enum": values, "description": description, **keywords}})


ODD = {"not": {"multipleOf": 2}}

Seed = Annotated[int, Field(ge=0, le=4294967295), says(title="a whole number from 0 to 4294967295")]
Fraction = Annotated[float, Field(ge=0, le=1), says(title="a number from 0 to 1")]
Radius = Annotated[float, Field(gt=0, le=1), says(title="a number above 0 and up to 1")]
Name = Annotated[
    str,
    Field(pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    says(title="a name in lower-case letters, digits and hyphens that begins with a letter"),
]
Month = Annotated[
    str, Field(pattern="^[0-9]{4}-(0[1-9]|1[0-2])$"), says(title='a month as "YYYY-MM"')
]
Months = Annotated[
    list[Month], Field(min_length=1), says(title='a list of months as "YYYY-MM"', uniqueItems=True)
]
MethodNames = Annotated[list[str], says(title="a list of names under methods", uniqueItems=True)]
FramesPerMonth = Annotated[
    int | None,
    Field(ge=1),
    says(
        description="Most frames used of a month, evenly spread over it; null takes all.",
        title="a whole number of at least 1, or null",
    ),
]
