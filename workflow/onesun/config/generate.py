"""The JSON Schema of the configuration, made from the models of its sections."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from onesun.config.sections import NAMED, Configuration
from onesun.settings import Section

Part = dict[str, Any]


def schema() -> Part:
    """The schema of a whole configuration; sections that commands take alone are in ``$defs``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "OneSun's configuration",
        **part_of(Configuration),
        "$defs": {name: part_of(kind) for name, kind in NAMED.items()},
    }


def part_of(kind: Any) -> Part:
    """The schema of a section, or of another type that a key may have."""
    whole = TypeAdapter(kind).json_schema(schema_generator=_Generator)
    plain: Part = _plain(whole, whole.pop("$defs", {}))
    return plain


class _Generator(GenerateJsonSchema):
    """Pydantic's, less the titles that it makes up, and with the defaults as they are written."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        section = schema["cls"]
        made = super().model_schema(schema)
        if made.get("title") == section.__name__:
            del made["title"]
        # Of a class without a docstring, its base's is no description.
        made.pop("description", None)
        if section.__doc__:
            made["description"] = section.__doc__
        if section.READ_BY:
            made["read_by"] = list(section.READ_BY)
        return made

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        made: Part = {"type": "object"}
        keys = self.generate_inner(schema["keys_schema"])
        if keys != {"type": "string"}:
            made["propertyNames"] = keys
        made["additionalProperties"] = self.generate_inner(schema["values_schema"])
        self.update_with_validations(made, schema, self.ValidationsMapping.object)
        return made

    def literal_schema(self, schema: core_schema.LiteralSchema) -> JsonSchemaValue:
        return {"enum": list(schema["expected"])}

    def encode_default(self, dft: Any) -> Any:
        return _written(dft)


def _written(value: Any) -> Any:
    """A default as a user would write it: of sections, what is given."""
    if isinstance(value, Section):
        return {name: _written(getattr(value, name)) for name in _given(value)}
    if isinstance(value, dict):
        return {name: _written(each) for name, each in value.items()}
    return [_written(each) for each in value] if isinstance(value, list) else value


def _given(section: Section) -> list[str]:
    return [name for name in type(section).model_fields if name in section.model_fields_set]


def _plain(part: Any, definitions: Part) -> Any:
    """A part with its references written out, and unions as the keywords that messages know."""
    if isinstance(part, list):
        return [_plain(each, definitions) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        target = definitions[part["$ref"].rpartition("/")[2]]
        own = {name: value for name, value in part.items() if name != "$ref"}
        return _plain({**target, **own}, definitions)
    part = {name: _plain(value, definitions) for name, value in part.items()}
    if isinstance(part.get("description"), str):
        part["description"] = " ".join(part["description"].split())
    branches = part.pop("oneOf", None) or part.pop("anyOf", None)
    part.pop("discriminator", None)
    if "chosen" in part:
        return _chosen(part, branches)
    if "if" in part:
        return _if_given(part, branches)
    return _merged(part, branches) if branches else part


def _chosen(part: Part, branches: list[Part]) -> Part:
    """One section of several, by the value of a key."""
    chosen = dict(part.pop("chosen"))
    name = chosen.pop("name")
    first, second = branches
    values, others = (each["properties"][name]["enum"] for each in branches)
    if sorted([*values, *others]) != sorted(chosen["enum"]):
        raise ValueError(f"{name}: {[*values, *others]} have models, {chosen['enum']} are listed")
    condition: Part = {"properties": {name: {"const": values[0]}}}
    if "default" in chosen:
        condition = {"required": [name], **condition}
    return {
        **part,
        "type": "object",
        **({} if "default" in chosen else {"required": [name]}),
        "properties": {name: chosen},
        "if": condition,
        "then": _branch(first, name),
        "else": _branch(second, name),
    }


def _branch(part: Part, name: str) -> Part:
    """A section without what is said of the key that chose it."""
    part = {**part, "properties": {**part["properties"], name: True}}
    required = [each for each in part.pop("required", []) if each != name]
    part.pop("description", None)
    return part | ({"required": required} if required else {})


def _if_given(part: Part, branches: list[Part]) -> Part:
    """The first branch where ``if`` holds, else the second, which may be null instead."""
    first, second = branches
    types = {"type": second["type"]} if isinstance(second["type"], list) else {}
    first = {name: value for name, value in first.items() if name != "description"}
    return {**part, **types, "then": first, "else": second}


def _merged(part: Part, branches: list[Part]) -> Part:
    """Branches of different types as one part with the keywords of all."""
    merged: Part = {}
    types: list[str] = []
    for branch in branches:
        if "enum" in branch or "enum" in merged:
            values = [None] if branch == {"type": "null"} else branch["enum"]
            merged["enum"] = [*merged.get("enum", []), *values]
            continue
        own = branch["type"]
        types += [own] if isinstance(own, str) else own
        merged |= {name: value for name, value in branch.items() if name != "type"}
    return {**({"type": types} if types else {}), **merged, **part}
