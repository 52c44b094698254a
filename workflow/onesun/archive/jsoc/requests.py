"""Export requests that outlive the run: their identities, kept beside the downloads."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path

from onesun.files import read_json, write_json


@dataclass(frozen=True)
class Request:
    """An export that JSOC was asked for.

    Attributes
    ----------
    identity : JSOC's, such as ``JSOC_20261124_001``.
    slots : what it is for.
    since : when it was asked for, seconds since 1970.
    """

    identity: str
    slots: tuple[str, ...]
    since: float


class Requests:
    """Those of one month of one instrument.

    Parameters
    ----------
    path : JSON file that holds them; written at each change.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        kept = read_json(path)["requests"] if path.is_file() else []
        self._kept = [Request(one["identity"], tuple(one["slots"]), one["since"]) for one in kept]

    def of(self, slots: set[str]) -> list[Request]:
        """The requests that cover any of ``slots``, the newest first."""
        return [one for one in reversed(self._kept) if slots.intersection(one.slots)]

    def add(self, identity: str, slots: tuple[str, ...]) -> Request:
        """Keep a request made just now."""
        request = Request(identity, slots, time.time())
        self._kept.append(request)
        self._write()
        return request

    def forget(self, request: Request) -> None:
        """Drop a request that will never be answered."""
        self._kept.remove(request)
        self._write()

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_json(self._path, {"requests": [asdict(one) for one in self._kept]})
