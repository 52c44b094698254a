"""Export requests that outlive the run: their identities, kept beside the downloads."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from onesun.io.files import read_json, write_json


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

    Attributes
    ----------
    urls : by slot, where the files that were exported are, or were.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        kept = read_json(path) if path.is_file() else {"requests": [], "urls": {}}
        self._kept = [
            Request(one["identity"], tuple(one["slots"]), one["since"]) for one in kept["requests"]
        ]
        self.urls: dict[str, str] = kept["urls"]

    def of(self, slots: set[str]) -> list[Request]:
        """The requests that cover any of ``slots``, the newest first."""
        return [one for one in reversed(self._kept) if slots.intersection(one.slots)]

    def add(self, identity: str, slots: tuple[str, ...]) -> Request:
        """Keep a request made just now."""
        request = Request(identity, slots, time.time())
        self._kept.append(request)
        self._write()
        return request

    def answered(self, urls: Mapping[str, str]) -> None:
        """Keep where files are."""
        self.urls |= urls
        self._write()

    def forget(self, request: Request) -> None:
        """Drop a request that will never be answered."""
        self._kept.remove(request)
        self._write()

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        requests = [asdict(one) for one in self._kept]
        write_json(self._path, {"requests": requests, "urls": self.urls})
