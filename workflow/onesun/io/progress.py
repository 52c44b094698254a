"""Progress on long work: a bar on a terminal, one line now and then in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

from rich.console import Console
from rich.progress import track as rich_track

T = TypeVar("T")
_LOG_EVERY_SECONDS = 15.0


def track(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """Iterate over ``items`` while telling the user on stderr how far it is."""
    if total is None and isinstance(items, Sized):
        total = len(items)
    if sys.stderr.isatty():
        yield from rich_track(items, description=what, total=total, console=Console(stderr=True))
        return
    last = time.monotonic()
    for done, item in enumerate(items, start=1):
        yield item
        if time.monotonic() - last > _LOG_EVERY_SECONDS or done == total:
            print(f"{what}: {done} of {total if total is not None else '?'}", file=sys.stderr)
            last = time.monotonic()
