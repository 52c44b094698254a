"""What is made from the models: JSON Schemas, and config/README.md.

``python -m onesun.config.docs`` in a checkout writes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onesun.benchmark import submission
from onesun.config import generate
from onesun.config.schema import expected

_HEAD = """\
<!-- Made by `python -m onesun.config.docs` from settings.py of the folders of workflow/onesun. -->
# Configuration

`config.yaml` says what to compute; how to compute it (cores, memory, cluster) is in `profiles/`.
`workflow/schemas/config.schema.json` checks it before anything runs: unknown keys are refused, and
a problem is reported in one sentence that names the key, what was found and what is expected.

- A configuration of your own: `snakemake TARGET --configfile mine.yaml`, the target first. It is
  laid over `config.yaml`: mappings are merged key by key; anything else, lists too, is replaced. It
  may be as short as `training: {epochs: 20}`. For a key or two:
  `snakemake --config 'sample={seed: 5, frames: 2}'`, where numbers, true, false and null are read
  as in a file.
- In such a file null takes out what has a name of your choice: `pairs: {gong-hmi: null}`, and
  likewise a method, a network, a loss, or the entry of a pair somewhere else. Where other keys
  still name it, all of them are listed.
- Absent keys have the defaults below. An edit reruns the stages that read what changed, and those
  after them.
- In YAML, write months in quotes (`"2016-07"`) and powers of ten with a point (`1.0e-3`, because
  `1e-3` is text).

`{name}` stands for a name of your choice, `{pair}` for the name of a pair.
"""
_COLUMNS = "| key | unit | expected | default | meaning |\n|---|---|---|---|---|\n"


@dataclass(frozen=True)
class Row:
    """One key of the configuration: its path, its schema, and for which `kind` or `mode` it is."""

    path: str
    part: dict[str, Any]
    only: str

    def markdown(self) -> str:
        default = "—"
        if "default" in self.part:
            default = f"`{json.dumps(self.part['default'], ensure_ascii=False)}`"
            if len(default) > 60:
                default = f"{len(self.part['default'])} entries, in the schema"
        meaning = self.only + self.part.get("description", "")
        cells = [f"`{self.path}`", self.part.get("unit", ""), expected(self.part), default, meaning]
        return "| " + " | ".join(" ".join(cell.split()) for cell in cells) + " |\n"


def readme() -> str:
    """The text of config/README.md."""
    text = _HEAD
    for name, section in generate.schema()["properties"].items():
        text += f"\n## {name}\n\n{section['description']}\nRead by: {_readers(section)}.\n\n"
        text += _COLUMNS + "".join(row.markdown() for row in _rows(name, section, ""))
    return text


def _readers(section: dict[str, Any]) -> str:
    return ", ".join(
        f"`{reader}`" if reader.startswith("onesun") else reader for reader in section["read_by"]
    )


def _rows(path: str, part: dict[str, Any], only: str) -> Iterator[Row]:
    """Every key below ``part``, in the schema's order; sections themselves get no row."""
    for key, child in part.get("properties", {}).items():
        if isinstance(child, dict):
            yield from _row_and_below(f"{path}.{key}", child, only)
    below = part.get("additionalProperties")
    if isinstance(below, dict):
        # The name of a pair, or of something that the user names.
        of_pair = path == "pairs" or path.startswith("losses.") or path.endswith(".by_pair")
        name = "{pair}" if of_pair else "{name}"
        yield from _rows(f"{path}.{name}", below, only)
    if isinstance(part.get("items"), dict):
        yield from _rows(f"{path}[]", part["items"], only)
    for branch in ("then", "else"):
        if branch in part:
            condition = _condition(part, holds=branch == "then")
            yield from _rows(path, part[branch], condition or only)


def _row_and_below(path: str, part: dict[str, Any], only: str) -> Iterator[Row]:
    # The keys of a section that is like another have their rows there.
    below = [] if "like" in part else list(_rows(path, part, only))
    if not below or isinstance(part.get("type"), list) or "items" in part:
        yield Row(path, part, only)
    yield from below


def _condition(part: dict[str, Any], holds: bool) -> str:
    """The words for a branch that depends on a key's value, such as "For `network`: "."""
    for key, test in part.get("if", {}).get("properties", {}).items():
        values = part["properties"][key]["enum"]
        chosen = [value for value in values if (value == test["const"]) == holds]
        return f"For {key} {' or '.join(f'`{value}`' for value in chosen)}: "
    return ""


def generated() -> dict[Path, str]:
    """The text of every file that is made from the models, by its path in a checkout."""
    return {
        Path("config/README.md"): readme(),
        Path("workflow/schemas/config.schema.json"): _json(generate.schema()),
        Path("workflow/schemas/submission.schema.json"): _json(submission.schema()),
    }


def _json(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for path, text in generated().items():
        path.write_text(text, encoding="utf-8")
