"""In plain words, what `snakemake -n` would run and because of which edit (`make why`).

    snakemake --dry-run | python -m onesun.provenance.why

Snakemake prints params as they were and as they are, a job at a time; here they are compared key by
key, and jobs with the same cause stand together.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from onesun.io.files import write_json
from onesun.provenance.code import known, modules

_STATE = Path(".snakemake/code")
_JOB = re.compile(r"^Job \d+: (?P<job>.+)\nReason: (?P<reason>.+)$", re.MULTILINE)
_PARAMS = re.compile(r"across all output: before: (.*) now: (.*)$")
_HASH = re.compile(r"[0-9a-f]{16}")
_FOLLOWS = ("Input files updated by another job",)
_SHOWN = 4  # jobs named for each cause
_WIDTH = 70  # characters of a value


def remember(state: Path = _STATE) -> None:
    """Keep of which modules the code versions of this run are made, to tell later what changed."""
    for version, listing in known().items():
        if not (state / f"{version}.json").exists():
            state.mkdir(parents=True, exist_ok=True)
            write_json(state / f"{version}.json", dict(listing))


def explain(printed: str, state: Path = _STATE) -> str:
    """What a dry run printed, as causes with their jobs, and then the jobs that follow."""
    if "Nothing to be done" in printed:
        return "Nothing would run again.\n"
    if "Job stats:" not in printed:
        return printed  # it did not come to a plan, and says why
    causes: dict[str, list[str]] = {}
    follow = []
    for match in _JOB.finditer(printed):
        found = sorted(set(_causes(match["reason"], state)))
        for cause in found:
            causes.setdefault(cause, []).append(match["job"])
        if not found:
            follow.append(match["job"])
    lines = [line for cause, jobs in causes.items() for line in (f"{cause}:", *_named(jobs))]
    if follow:
        lines += ["And what is made of these:", *_named(follow)]
    return "\n".join(lines) + "\n"


def _named(jobs: list[str]) -> Iterator[str]:
    """Some of the jobs, and how many more there are."""
    yield from (f"  {job}" for job in jobs[:_SHOWN])
    if len(jobs) > _SHOWN:
        yield f"  and {len(jobs) - _SHOWN} more"


def _causes(reason: str, state: Path) -> Iterator[str]:
    """The causes that a job's reason tells, less what other jobs make again."""
    params = _PARAMS.search(reason)
    if params:
        before, now = (_values(side) for side in params.groups())
        yield from _changes(before, now, state)
        reason = reason[: params.start()]
    if "Missing output files" in reason and "updated by another job" not in reason and not params:
        yield "Outputs are missing"
    if "Updated input files" in reason:
        yield f"Edited by hand, or newer: {reason.partition('Updated input files: ')[2]}"
    if "Set of input files has changed" in reason:
        yield "Other input files than before (months, methods or columns)"
    if "Code has changed" in reason:
        yield "The rule's command line changed"


def _values(side: str) -> list[Any]:
    """Params as Snakemake writes them, read back; JSON texts as what they hold."""
    try:
        values = ast.literal_eval(f"[{side.strip()}]")
    except (SyntaxError, ValueError):
        return []
    return [_content(value) for value in values]


def _content(value: Any) -> Any:
    try:
        return json.loads(value) if str(value).startswith("{") else value
    except ValueError:
        return value


def _changes(before: list[Any], now: list[Any], state: Path) -> Iterator[str]:
    for value in before:
        if isinstance(value, dict):
            alike = [
                other for other in now if isinstance(other, dict) and value.keys() & other.keys()
            ]
            if alike:
                now.remove(alike[0])
                yield from _differences("", value, alike[0])
        elif isinstance(value, str) and _HASH.fullmatch(value):
            now = [other for other in now if not _HASH.fullmatch(str(other))]
            yield f"Code changed: {_changed_modules(value, state)}"
        else:
            yield f"A param was {value}"
    yield from (f"A param is now {value}" for value in now if not _HASH.fullmatch(str(value)))
    if not before and any(_HASH.fullmatch(str(value)) for value in now):
        yield "Made before code counted"


def _differences(path: str, before: Any, now: Any) -> Iterator[str]:
    """Keys whose values differ, dotted, with both values; items of lists by their number."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted(before.keys() | now.keys()):
            place = f"{path}.{key}".removeprefix(".")
            if key not in now:
                yield f"{place} removed"
            elif key not in before:
                yield f"{place} added, {_short(now[key])}"
            else:
                yield from _differences(place, before[key], now[key])
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for index, pair in enumerate(zip(before, now, strict=True)):
            yield from _differences(f"{path}[{index}]", *pair)
    elif before != now:
        yield f"{path} changed, {_short(before)} -> {_short(now)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _WIDTH else text[:_WIDTH] + " ..."


def _changed_modules(version: str, state: Path) -> str:
    """The modules that are no longer what they were in a version of the code."""
    try:
        listing = json.loads((state / f"{version}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return "which modules is not known, the run is too old"
    changed = [name for name, own in listing.items() if _hash_today(name) != own]
    return ", ".join(changed) or "other modules are imported"


def _hash_today(name: str) -> str | None:
    try:
        return dict(modules(name))[name]
    except ModuleNotFoundError:
        return None


if __name__ == "__main__":
    sys.stdout.write(explain(sys.stdin.read()))
