"""What was found out about a package's code, kept until one of its files changes.

Every process of Snakemake reads the code behind all of its rules, which takes seconds that each job
on a cluster would pay again. The findings are kept in the user's cache, in a folder named by the
content of the package's files, so that none outlives an edit.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from functools import cache
from pathlib import Path

from onesun.io import locations
from onesun.io.files import whole_file

Listing = list[tuple[str, str]]
# As many states of the package: those between which somebody who edits it goes to and fro.
_STATES = 8


def listing(package: Path, entries: tuple[str, ...]) -> Listing | None:
    """What :func:`keep` was given for the same entries and files; None if there is nothing."""
    try:
        kept = json.loads(_file(package, entries).read_text(encoding="utf-8"))
        return [(str(name), str(own)) for name, own in kept]
    except (OSError, ValueError, TypeError):  # absent, or damaged
        return None


def keep(package: Path, entries: tuple[str, ...], found: Listing) -> None:
    """Keep a listing for other processes; where nothing can be written, it is not kept."""
    file = _file(package, entries)
    with contextlib.suppress(OSError):
        if not file.parent.is_dir():
            file.parent.mkdir(parents=True)
            _remove_oldest(file.parents[1])
        with whole_file(file) as part:
            part.write_text(json.dumps(found), encoding="utf-8")


def _remove_oldest(folder: Path) -> None:
    states = sorted(folder.iterdir(), key=lambda state: state.stat().st_mtime)
    for state in states[:-_STATES]:
        for file in state.glob("*.json"):
            file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # another process removes it, too
            state.rmdir()


def _file(package: Path, entries: tuple[str, ...]) -> Path:
    name = hashlib.sha256("\n".join(sorted(entries)).encode()).hexdigest()[:16]
    return locations.cache() / "code" / _state(package) / f"{name}.json"


@cache
def _state(package: Path) -> str:
    """Hash of the names and the content of the package's files, these lines included."""
    state = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.suffix != ".pyc" and path.is_file():
            content = path.read_bytes()
            state.update(f"{path.relative_to(package)} {len(content)}\n".encode())
            state.update(content)
    return state.hexdigest()[:16]
