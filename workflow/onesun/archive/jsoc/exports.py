"""Fetching from tape: export requests, from the first word to the addresses of the files."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from onesun.archive.jsoc import recordsets
from onesun.archive.jsoc.connection import Connection, say
from onesun.archive.jsoc.library import drms
from onesun.archive.jsoc.records import Record
from onesun.archive.jsoc.requests import Request, Requests
from onesun.instruments import Instrument
from onesun.reading.slots import jsoc_text

# What an export's status says; all others are failures: 4 bad request, 5 expired, -1 killed.
DONE, WORKING, QUEUED, TOO_LARGE, NOT_FOUND, LIMIT = 0, 1, 2, 3, 6, 7
_PENDING = (WORKING, QUEUED, NOT_FOUND, LIMIT)
_UNKNOWN_FOR = 5  # times; a new request is not known at once
_RANGES = 60  # in a request, whose address has to stay below 8 kB


@dataclass(frozen=True)
class Batch:
    """Slots that are asked for together.

    Attributes
    ----------
    since : first asked for at, seconds since 1970.
    request : what JSOC has of it.
    tries : how many requests have failed.
    status : last heard.
    unknown : how often JSOC did not know the request.
    """

    slots: tuple[str, ...]
    since: float
    request: Request | None = None
    tries: int = 0
    status: int | None = None
    unknown: int = 0


class Exports:
    """Exports of one month.

    Parameters
    ----------
    records : those that are not online, by slot.
    step : between neighbours in a range, s.
    settings : configuration, section ``archive``.
    address : the user's, registered with JSOC.
    requests : of earlier runs; grows.
    """

    def __init__(
        self,
        connection: Connection,
        record: Instrument,
        records: Mapping[str, Record],
        step: float,
        settings: Mapping[str, Any],
        address: str,
        requests: Requests,
    ) -> None:
        self._connection, self._record, self._records = connection, record, records
        self._step, self._settings, self._address = step, settings, address
        self._requests = requests
        self.urls: dict[str, str] = {}
        self.missing: dict[str, str] = {}

    def run(self) -> None:
        """Wait for all of them; afterwards each slot is in ``urls`` or, with a reason, ``missing``.

        Raises ArchiveError when JSOC does not answer; requests are kept and found again.
        """
        batches = self._batches()
        while batches:
            batches = [*self._settle(batches[0]), *batches[1:]]

    def _batches(self) -> list[Batch]:
        """Requests of an earlier run first, then new ones for what they leave."""
        left = set(self._records)
        batches = []
        for request in self._requests.of(left):
            slots = tuple(slot for slot in request.slots if slot in left)
            if slots:
                say(f"{request.identity}: taken up again, for {len(slots)} records")
                batches.append(Batch(slots, request.since, request))
                left -= set(slots)
        rest = sorted(left)
        ranges = recordsets.runs([self._records[slot].time for slot in rest], self._step)
        for start in range(0, len(ranges), _RANGES):
            count = sum(len(part) for part in ranges[start : start + _RANGES])
            batches.append(Batch(tuple(rest[:count]), time.time()))
            rest = rest[count:]
        return batches

    def _settle(self, batch: Batch) -> list[Batch]:
        """Ask once for or after a batch; what then is left to do."""
        answer = self._answer(batch)
        if batch.request is None and answer.id is not None:
            batch = replace(batch, request=self._requests.add(answer.id, batch.slots))
        if answer.status != batch.status:
            batch = replace(batch, status=answer.status)
            say(f"{_name(batch)}: {_words(answer)}")
        if answer.status == DONE:
            self._take(batch, answer)
            return []
        if answer.status == TOO_LARGE:
            return self._halves(batch)
        if answer.status not in _PENDING:
            return self._again(batch, _words(answer))
        if answer.status == NOT_FOUND:
            batch = replace(batch, unknown=batch.unknown + 1)
            if batch.unknown > _UNKNOWN_FOR:
                return self._again(batch, "JSOC does not know it")
            time.sleep(self._settings["jsoc"]["poll"])
            return [batch]
        return self._later(batch, answer)

    def _answer(self, batch: Batch) -> drms.ExportRequest:
        if batch.request is not None:
            identity = batch.request.identity
            return self._connection.ask(
                f"the state of {identity}", lambda client: _sound(client.export_from_id(identity))
            )
        times = [self._records[slot].time for slot in batch.slots]
        wanted = recordsets.exactly(self._record, times, self._step)
        return self._connection.ask(
            f"an export of {len(times)} records",
            lambda client: _sound(
                client.export(wanted, method="url", protocol="fits", email=self._address)
            ),
        )

    def _take(self, batch: Batch, answer: drms.ExportRequest) -> None:
        # Drms leaves out the rows whose file is NoDataFile.
        files = [(str(row.record).lower(), row.url) for row in answer.urls.itertuples()]
        for slot in batch.slots:
            url = _url_of(self._records[slot], files)
            if url is None:
                self.missing[slot] = "its export holds no file of it (NoDataFile)"
            else:
                self.urls[slot] = url
        self._requests.answered(self.urls)

    def _halves(self, batch: Batch) -> list[Batch]:
        """Two requests in place of one that is too large."""
        self._forget(batch)
        if len(batch.slots) == 1:
            self._give_up(batch, "too large for an export")
            return []
        middle = len(batch.slots) // 2
        now = time.time()
        return [Batch(batch.slots[:middle], now), Batch(batch.slots[middle:], now)]

    def _again(self, batch: Batch, why: str) -> list[Batch]:
        """A new request after one that failed or expired, unless there were enough."""
        self._forget(batch)
        if batch.tries >= self._settings["retries"]:
            self._give_up(batch, f"{batch.tries + 1} export requests failed, the last: {why}")
            return []
        time.sleep(self._settings["jsoc"]["poll"])
        return [Batch(batch.slots, time.time(), tries=batch.tries + 1)]

    def _later(self, batch: Batch, answer: drms.ExportRequest) -> list[Batch]:
        """The same again, unless it was waited for too long; its request is kept even then."""
        hours = self._settings["jsoc"]["export_hours"]
        left = batch.since + hours * 3600 - time.time()
        if left <= 0:
            say(f"{_name(batch)}: not waited for any longer; the next run asks after it")
            self._give_up(batch, f"its export was {_words(answer)} after {hours:g} h")
            return []
        time.sleep(min(self._settings["jsoc"]["poll"], left))
        return [batch]

    def _forget(self, batch: Batch) -> None:
        if batch.request is not None:
            self._requests.forget(batch.request)

    def _give_up(self, batch: Batch, why: str) -> None:
        # Without JSOC's name of the request: it is another in a run that starts afresh, and the
        # manifest shall be the same.
        self.missing |= dict.fromkeys(batch.slots, why)


def _sound(answer: drms.ExportRequest) -> drms.ExportRequest:
    """The answer; where it should tell files and does not, drms raises."""
    if answer.status == DONE:
        _ = answer.urls
    return answer


def _url_of(record: Record, files: Sequence[tuple[str, str]]) -> str | None:
    """The file of a record among those of an export, each with its record's name in lower case."""
    # Others of the same time, which were not asked for, may be among them.
    named = [url for name, url in files if name.startswith(record.name.lower())]
    time = jsoc_text(record.time, digits=0).lower()
    of_its_time = [url for name, url in files if f"[{time}]" in name]
    return next(iter([*named, *of_its_time]), None)


def _name(batch: Batch) -> str:
    return batch.request.identity if batch.request else f"export of {len(batch.slots)} records"


def _words(answer: drms.ExportRequest) -> str:
    """What an answer says; drms tells the words of a failure only by raising them."""
    known = {DONE: "done", WORKING: "in work", QUEUED: "queued", NOT_FOUND: "not known yet"}
    if answer.status in known:
        return f"{known[answer.status]} (status {answer.status})"
    try:
        answer.wait(timeout=0)
    except drms.DrmsExportError as error:
        return str(error).replace(f" [status={answer.status}]", f" (status {answer.status})")
    return f"status {answer.status}"
