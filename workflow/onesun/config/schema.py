"""The configuration's JSON Schema: what it demands of a value, a sentence for each problem."""

from __future__ import annotations

import copy
import difflib
import json
import math
from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from onesun.io import locations

_MISSING = object()
# Sections whose keys are names of the user's, which other sections name.
OF_NAMES = ("pairs", "methods", "networks", "losses")
_NOUNS = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "string": "text",
    "array": "a list",
    "object": "a mapping of keys to values",
    "null": "null",
}


@cache
def schema() -> dict[str, Any]:
    """The schema of a whole configuration; do not change what is returned."""
    path = locations.schemas() / "config.schema.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def resolved(part: Any) -> dict[str, Any]:
    """A part of the schema with its reference followed; keywords beside the reference win."""
    found: dict[str, Any] = part if isinstance(part, dict) else {}
    while "$ref" in found:
        target = schema()["$defs"][found["$ref"].removeprefix("#/$defs/")]
        found = {**target, **{key: value for key, value in found.items() if key != "$ref"}}
    return found


def problems(content: Any, part: dict[str, Any]) -> list[str]:
    """What is wrong with ``content`` by the schema ``part``, a sentence each, in key order."""
    validator = _Validator({**part, "$defs": schema()["$defs"]})
    errors = sorted(validator.iter_errors(content), key=lambda error: str(error.absolute_path))
    errors = _of_known_kinds(errors)
    return list(dict.fromkeys(line for error in errors for line in _sentences(error)))


def with_defaults(content: Any, part: dict[str, Any]) -> Any:
    """A copy of a valid ``content`` in which every absent key has its default."""
    content = copy.deepcopy(content)
    for _ in _Filler({**part, "$defs": schema()["$defs"]}).iter_errors(content):
        pass
    return content


def without_removed(content: Any, part: dict[str, Any]) -> Any:
    """A copy of ``content`` without the entries that null removes.

    These are entries under a name of the user's (a pair, a method, a loss, what one of them has by
    the pair's name), where null is no value.
    """
    content = copy.deepcopy(content)
    for _ in _Remover({**part, "$defs": schema()["$defs"]}).iter_errors(content):
        pass
    return content


def mended(content: Any, part: dict[str, Any]) -> Any | None:
    """A copy of a configuration less what is wrong by the schema, every name of the user's kept.

    None where that is not enough to make it right.
    """
    mended = copy.deepcopy(content)
    for error in _Validator({**part, "$defs": schema()["$defs"]}).iter_errors(content):
        place = list(error.absolute_path)
        if error.validator == "additionalProperties":
            known = error.schema.get("properties", {})
            wrong = [[*place, key] for key in error.instance if key not in known]
        else:
            # Of a list with a wrong entry, nothing is kept.
            while place and isinstance(place[-1], int):
                place.pop()
            wrong = [place] if place else []
        if error.validator == "required" or any(_is_name(path) for path in wrong):
            return None
        for path in wrong:
            _remove(mended, path)
    return None if problems(mended, part) else mended


def _is_name(path: list[Any]) -> bool:
    """Whether it leads to all that has names of the user's in a section, or to one of these."""
    return len(path) <= 2 and path[0] in OF_NAMES


def _remove(content: Any, path: list[Any]) -> None:
    *above, last = path
    for step in above:
        content = content[step] if isinstance(content, list) else content.get(step, {})
    content.pop(last, None)


def expected(part: dict[str, Any]) -> str:
    """What a part of the schema allows, in words: "a number of at least 0"."""
    part = resolved(part)
    if "title" in part:
        return str(part["title"])
    if "enum" in part:
        return _one_of(part["enum"])
    if "const" in part:
        return _shown(part["const"])
    types = part.get("type", "object")
    nouns = [_NOUNS[name] for name in ([types] if isinstance(types, str) else types)]
    return " or ".join(nouns) + _bounds(part)


def _bounds(part: dict[str, Any]) -> str:
    words = {
        "minimum": "of at least {}",
        "exclusiveMinimum": "above {}",
        "maximum": "of at most {}",
        "exclusiveMaximum": "below {}",
        "minItems": "with at least {} entries",
        "minProperties": "with at least {} entries",
    }
    bounds = [text.format(part[key]) for key, text in words.items() if key in part]
    return " " + " and ".join(bounds).replace("1 entries", "1 entry") if bounds else ""


def _one_of(values: list[Any]) -> str:
    shown = [_shown(value) for value in values]
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " or " + shown[-1]


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _found(value: Any, part: dict[str, Any]) -> str:
    if not isinstance(value, str):
        return json.dumps(value, default=str, ensure_ascii=False)
    hint = ""
    if {"number", "integer"} & set(_types(part)) and _is_number(value):
        hint = " (text: numbers are written without quotes, and 1e-3 as 1.0e-3)"
    return f'"{value}"{hint}'


def _types(part: dict[str, Any]) -> list[str]:
    types = part.get("type", [])
    return [types] if isinstance(types, str) else types


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _of_known_kinds(errors: list[ValidationError]) -> list[ValidationError]:
    """Without complaints of the keys beside a ``kind`` that is unknown: it decides on them."""
    unknown = [
        list(error.absolute_path)[:-1]
        for error in errors
        if error.validator == "enum" and list(error.absolute_path)[-1:] == ["kind"]
    ]
    about_keys = ("additionalProperties", "required")
    return [
        error
        for error in errors
        if error.validator not in about_keys or list(error.absolute_path) not in unknown
    ]


def _key_path(error: ValidationError, *more: str) -> str:
    text = ""
    for step in [*error.absolute_path, *more]:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".") or "the configuration"


def _sentences(error: ValidationError) -> Iterator[str]:
    part: Any = error.schema
    content: Any = error.instance
    if "propertyNames" in error.absolute_schema_path:
        yield f"{_key_path(error)}: found the name {_found(error.instance, {})}, " + (
            f"expected {expected(part)}"
        )
    elif error.validator == "additionalProperties":
        allowed = sorted(part.get("properties", {}))
        for key in [key for key in content if key not in allowed]:
            yield f"{_key_path(error, str(key))}: unknown key, {_known(key, allowed)}"
    elif error.validator == "required":
        required: Any = error.validator_value
        for key in [key for key in required if key not in content]:
            wanted = expected(part.get("properties", {}).get(key, {}))
            yield f"{_key_path(error, key)}: missing, expected {wanted}"
    else:
        yield f"{_key_path(error)}: found {_found(error.instance, part)}, expected {expected(part)}"


def _known(key: Any, allowed: list[str]) -> str:
    text = f"expected {_one_of(allowed)}" if allowed else "no keys are expected here"
    close = difflib.get_close_matches(str(key), allowed, n=1)
    return f"{text}; did you mean {close[0]}?" if close else text


class UnknownName(str):
    """A sentence about a name that does not exist.

    Attributes
    ----------
    where : the section that should have it.
    """

    where: str


def unknown_name(path: str, name: Any, allowed: list[str], where: str) -> UnknownName:
    """The sentence for a ``name`` at ``path`` that should be one of ``allowed``, kept ``where``."""
    close = difflib.get_close_matches(str(name), allowed, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    listed = _one_of(sorted(allowed)) if allowed else "a name (there is none yet)"
    sentence = UnknownName(f'{path}: found "{name}", expected {listed}, from {where}{hint}')
    sentence.where = where
    return sentence


def _is_finite_number(_checker: Any, value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _fill(
    validator: Any, properties: dict[str, Any], content: Any, part: dict[str, Any]
) -> Iterator[ValidationError]:
    if isinstance(content, dict):
        for key, subpart in properties.items():
            default = resolved(subpart).get("default", _MISSING)
            if default is not _MISSING and key not in content:
                content[key] = copy.deepcopy(default)
    yield from Draft202012Validator.VALIDATORS["properties"](validator, properties, content, part)


def _drop_nulls(
    validator: Any, part: Any, content: Any, whole: dict[str, Any]
) -> Iterator[ValidationError]:
    if isinstance(content, dict) and isinstance(part, dict):
        named = content.keys() - whole.get("properties", {}).keys()
        removed = [name for name in named if content[name] is None]
        if removed and not validator.evolve(schema=part).is_valid(None):
            for name in removed:
                del content[name]
    yield from Draft202012Validator.VALIDATORS["additionalProperties"](
        validator, part, content, whole
    )


# JSON Schema's numbers include NaN and infinity as Python reads them; no key here may be either.
_Validator = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("number", _is_finite_number),
)
_Filler = extend(_Validator, {"properties": _fill})
_Remover = extend(_Validator, {"additionalProperties": _drop_nulls})
