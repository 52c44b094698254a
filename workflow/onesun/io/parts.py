"""Temporary files and folders beside the place they are meant for."""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PART = ".part-"


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path``; whatever is there at the end is removed.

    A failed write names ``path``: the system's error often names no file, or the temporary one.
    """
    part = path.with_name(f"{PART}{os.uname().nodename}-{os.getpid()}-{uuid.uuid4().hex[:8]}-")
    part = part.with_name(part.name + path.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path)
        yield part
    except OSError as error:
        if error.errno is not None and str(error.filename or part).startswith(str(part)):
            error.filename = str(path)
        raise
    finally:
        _remove(part)


def _remove_abandoned(path: Path) -> None:
    """Remove what processes of this machine left beside ``path`` when they were killed."""
    pattern = re.compile(rf"{re.escape(PART + os.uname().nodename)}-(\d+)-[0-9a-f]{{8}}-(.*)")
    for entry in path.parent.iterdir():
        found = pattern.fullmatch(entry.name)
        if found and found[2] == path.name and not _is_running(int(found[1])):
            _remove(entry)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _remove(path: Path) -> None:
    """Remove a file or folder if it can be: it must not hide the error that led here."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
