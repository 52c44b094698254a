"""Export requests: what they answer, from the first word to the files."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.archive.faults import Faults
from helpers.archive.holdings import NO_DATA, Record

if TYPE_CHECKING:
    from helpers.archive.jsoc import Jsoc

DONE, WORKING, QUEUED, TOO_LARGE, FAILED, EXPIRED, NOT_FOUND, LIMIT = 0, 1, 2, 3, 4, 5, 6, 7
NO_FILE = "NoDataFile"
# What exp_status says, in turn, before a request is done: it is not known at once, then worked on.
_BEFORE = (NOT_FOUND, NOT_FOUND, WORKING)


@dataclass
class Request:
    """One export request and how often it was asked after."""

    name: str
    query: str
    method: str
    protocol: str
    folder: str
    files: dict[str, Record]
    rows: list[dict[str, str]]
    asked: int = 0


class Exports:
    """The requests of all users since the server started."""

    def __init__(self, jsoc: Jsoc, faults: Faults) -> None:
        self._jsoc, self._faults = jsoc, faults
        self._requests: dict[str, Request] = {}
        self._lock = threading.Lock()

    def request(self, query: Mapping[str, str]) -> dict[str, object]:
        """Answer ``exp_request``."""
        asked, user = query["ds"], query.get("notify", "")
        if user not in self._jsoc.registered:
            return _problem(FAILED, f"Email address '{user}' is not registered for exports.")
        if self._faults.strike(("pending-limit",), asked):
            return _problem(LIMIT, f"User {user} has 2 pending export requests; please wait.")
        if self._faults.strike(("hash",), asked):
            return _problem(FAILED, "Cant save new export-request hash")
        found = self._jsoc.select(asked)
        large = self._faults.holds("too-large", asked)
        if large is not None and len(found) > large.code:
            return _problem(TOO_LARGE, "Request exceeds the limit on the size of an export.")
        if not found:
            return _problem(FAILED, "There are no records in this record set.")
        records = [record for _, record in found]
        if query.get("method") == "url_quick" and all(map(self._jsoc.online, records)):
            return self._at_once(query, records)
        return self._queued(query, records)

    def status(self, name: str) -> dict[str, object]:
        """Answer ``exp_status``."""
        with self._lock:
            request = self._requests.get(name)
            if request is None:
                return {**_problem(NOT_FOUND, "Request not found."), "requestid": name}
            request.asked += 1
            asked = request.asked
        if self._faults.strike(("queued",), name, request.query):
            return self._waiting(request, QUEUED)
        if asked <= len(_BEFORE):
            return self._waiting(request, _BEFORE[asked - 1])
        if self._faults.strike(("failed",), name, request.query):
            return {**_problem(FAILED, "Export failed on the server."), "requestid": name}
        if self._faults.strike(("expired",), name, request.query):
            return {**_problem(EXPIRED, "Export request expired."), "requestid": name}
        return {
            "status": DONE,
            "requestid": name,
            "method": request.method,
            "protocol": request.protocol,
            "dir": request.folder,
            "count": len(request.rows),
            "size": sum(record.file.stat().st_size for record in request.files.values()) >> 20,
            "wait": 0,
            "data": request.rows,
            "keywords": "",
            "tarfile": "",
        }

    def file(self, path: str) -> Record | None:
        """The record whose exported file lies under ``path``."""
        with self._lock:
            for request in self._requests.values():
                folder, _, name = path.rpartition("/")
                if request.folder == folder and name in request.files:
                    return request.files[name]
        return None

    def _at_once(self, query: Mapping[str, str], records: list[Record]) -> dict[str, object]:
        rows = [
            {
                "record": _text(record),
                "filename": record.path if _has_data(record) else NO_FILE,
            }
            for record in records
        ]
        return {
            "status": DONE,
            "requestid": "",
            "method": "url_quick",
            "protocol": "as-is",
            "dir": "",
            "count": len(rows),
            "size": sum(record.file.stat().st_size for record in records) >> 20,
            "wait": 0,
            "data": rows,
            "keywords": "",
            "tarfile": "",
        }

    def _queued(self, query: Mapping[str, str], records: list[Record]) -> dict[str, object]:
        files, rows = {}, []
        for record in records:
            there = _has_data(record) and not self._faults.holds("no-data-file", record.time)
            name = _file_name(record, query.get("filenamefmt", "")) if there else NO_FILE
            rows.append({"record": _text(record), "filename": name})
            if there:
                files[name] = record
        with self._lock:
            number = len(self._requests) + 1
            request = Request(
                name=f"JSOC_20260101_{number:04d}",
                query=query["ds"],
                method=query.get("method", "url").replace("url_quick", "url"),
                protocol=query.get("protocol", "fits"),
                folder=f"/SUM80/D{1_500_000_000 + number}/S00000",
                files=files,
                rows=rows,
            )
            self._requests[request.name] = request
        return self._waiting(request, QUEUED)

    def _waiting(self, request: Request, status: int) -> dict[str, object]:
        return {
            "status": status,
            "requestid": request.name,
            "method": request.method,
            "protocol": request.protocol,
            "wait": 1,
            "count": len(request.rows),
            "size": 0,
        }


def _problem(status: int, error: str) -> dict[str, object]:
    return {"status": status, "error": error, "requestid": "", "method": "", "protocol": ""}


def _has_data(record: Record) -> bool:
    return record.quality < NO_DATA


def _text(record: Record) -> str:
    return f"{record.name()}{{{record.series.segment}}}"


def _file_name(record: Record, pattern: str) -> str:
    """The name that ``filenamefmt`` gives; JSOC's own where there is none."""
    if not pattern:
        times = {"T_REC": "{T_REC:A}"}
        keys = [times.get(key, f"{{{key}}}") for key in record.series.primekeys]
        pattern = ".".join((record.series.name.lower(), *keys, "{segment}"))

    def value(match: re.Match[str]) -> str:
        if match[1] == "segment":
            return record.series.segment
        text = record.keywords.get(match[1], "")
        return re.sub(r"[.:-]", "", text) if match[2] else text

    return re.sub(r"\{(\w+)(:A)?\}", value, pattern) + ".fits"
