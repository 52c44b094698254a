"""What is known of a month's files from one run to the next: a line of JSON for each event.

A process may be killed at any moment: a file is in its place before its line is written, and a line
that was not finished does not count.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE = "journal.jsonl"
COMPLETE, REFUSED, FAILED = "complete", "refused", "failed"


@dataclass(frozen=True)
class Kept:
    """A file that is here, checked."""

    bytes: int
    sha256: str


class Journal:
    """The last event of each file, by its name.

    Attributes
    ----------
    complete : files that are here, checked.
    refused : why whole files are not used: they are not asked for again.
    failed : why files could not be had: the next run asks for them again.
    """

    def __init__(self, folder: Path) -> None:
        self.path = Path(folder) / _FILE
        self.complete: dict[str, Kept] = {}
        self.refused: dict[str, str] = {}
        self.failed: dict[str, str] = {}
        for event in _events(self.path):
            self._take(event)

    def completed(self, name: str, kept: Kept) -> None:
        """Note that a file is in its place."""
        self._add({"name": name, "state": COMPLETE, "bytes": kept.bytes, "sha256": kept.sha256})

    def was_refused(self, name: str, reason: str) -> None:
        """Note that a file is whole, and why it is not used."""
        self._add({"name": name, "state": REFUSED, "reason": reason})

    def could_not(self, name: str, reason: str) -> None:
        """Note that a file could not be had, after all attempts."""
        self._add({"name": name, "state": FAILED, "reason": reason})

    def reason(self, name: str) -> str | None:
        """Why a file is not here; None where nothing is known of it."""
        return self.refused.get(name) or self.failed.get(name)

    def _add(self, event: dict[str, Any]) -> None:
        line = json.dumps(event, sort_keys=True)
        with open(self.path, "a+b") as handle:
            if handle.tell():
                handle.seek(-1, os.SEEK_END)
                # A line that a killed process did not finish must not swallow this one.
                line = line if handle.read(1) == b"\n" else "\n" + line
            handle.write(f"{line}\n".encode())
            handle.flush()
            os.fsync(handle.fileno())
        self._take(event)

    def _take(self, event: dict[str, Any]) -> None:
        name = event["name"]
        for known in (self.complete, self.refused, self.failed):
            known.pop(name, None)
        if event["state"] == COMPLETE:
            self.complete[name] = Kept(event["bytes"], event["sha256"])
        else:
            known = self.refused if event["state"] == REFUSED else self.failed
            known[name] = event["reason"]


def _events(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    events = []
    for line in path.read_bytes().splitlines():
        try:
            event = json.loads(line)
            wanted = {"bytes", "sha256"} if event["state"] == COMPLETE else {"reason"}
            if event["name"] and wanted <= event.keys():
                events.append(event)
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return events
