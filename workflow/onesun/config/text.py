"""A configuration's text, YAML or JSON, to keys and values."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml

from onesun.errors import ConfigError

_NUMBER = re.compile(r"[-+]?(\d+|(\d+\.\d*|\.\d+|\d+(?=[eE]))([eE][-+]?\d+)?)")
_WORDS = {
    **dict.fromkeys(("true", "yes", "on"), True),
    **dict.fromkeys(("false", "no", "off"), False),
    **dict.fromkeys(("null", "~", ""), None),
}


def read(source: str | Path) -> dict[str, Any]:
    """What a YAML or JSON file, or JSON text, holds; of its keys, nothing is checked.

    Raises ConfigError naming the file, and the line where it is not readable: also for a key given
    twice, of which YAML and JSON would silently take the last.
    """
    is_text = isinstance(source, str) and source.lstrip().startswith("{")
    name = "settings" if is_text else str(source)
    try:
        text = str(source) if is_text else Path(source).read_text(encoding="utf-8")
        # YAML reads JSON, but takes the numbers that JSON writes as 1e-05 for text.
        if is_text or name.endswith(".json"):
            content = json.loads(text, object_pairs_hook=_once)
        else:
            content = yaml.load(text, _Loader)
    except OSError as error:
        raise ConfigError(f"{name}: {error.strerror}, expected a configuration file") from None
    except (ValueError, yaml.YAMLError) as error:
        raise ConfigError(f"{name}: not readable as YAML or JSON ({_reason(error)})") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{name}: found no keys, expected a mapping of keys to values")
    return content


def read_words(values: Any) -> Any:
    """What Snakemake's ``--config`` says, its text read as in a configuration file.

    ``--config 'sample={seed: 5}'`` reaches the workflow with ``"5"``, ``{"keep": "no"}`` and the
    like. Numbers, true, false and null are meant as such; whatever else stays text.
    """
    if isinstance(values, Mapping):
        return {key: read_words(value) for key, value in values.items()}
    if isinstance(values, list):
        return [read_words(value) for value in values]
    if not isinstance(values, str):
        return values
    return _number(values) if _NUMBER.fullmatch(values) else _WORDS.get(values.lower(), values)


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


class _Loader(yaml.SafeLoader):
    """Refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:merge" and isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    problem = f'the key "{key.value}" is given twice'
                    raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f'the key "{key}" is given twice')
    return dict(pairs)


def _reason(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())
