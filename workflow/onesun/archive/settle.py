"""One file for each slot: the first that can be had and used, of those that may be taken."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from onesun.archive.checking import accept
from onesun.archive.download import Failure, transfer
from onesun.archive.journal import Kept
from onesun.archive.kept import Month
from onesun.archive.remote import RemoteFile
from onesun.archive.retry import pause, say_again
from onesun.errors import ArchiveError, DamagedFrameError, UntrustedFrameError
from onesun.instruments import Instrument

_BATCH = 4  # files to a connection before those that failed are asked for again


_Outcome = Kept | Failure | UntrustedFrameError


@dataclass(frozen=True)
class Settled:
    """What became of a slot: its file, or why there is none."""

    slot: str
    name: str | None
    reason: str = ""


@dataclass
class _Search:
    """How far the search for one slot's file has come."""

    chain: tuple[RemoteFile, ...]
    at: int = 0
    attempts: int = 0
    reason: str = ""  # of the last failure
    reasons: list[str] = field(default_factory=list)

    @property
    def file(self) -> RemoteFile:
        return self.chain[self.at]

    @property
    def over(self) -> bool:
        return self.at == len(self.chain)

    def give_up(self, reason: str) -> None:
        """On to the next file that may be taken."""
        self.reasons.append(f"{self.file.name}: {reason}")
        self.at += 1
        self.attempts = 0


def chain_of(file: RemoteFile) -> tuple[RemoteFile, ...]:
    """A file and what may be taken instead, in order."""
    return (file, *(other for one in file.instead for other in chain_of(one)))


class Settler:
    """Settles the slots of a month.

    Parameters
    ----------
    month : what is here already; grows.
    record : of the instrument.
    settings : the configuration's section ``archive``.
    """

    def __init__(self, month: Month, record: Instrument, settings: Mapping[str, Any]) -> None:
        self.month = month
        self.record = record
        self.settings = settings
        self.connections = settings[str(record.archive)]["connections"]
        self.lost = 0  # files one after the other for which the archive may be out of reach

    def settle(self, files: Sequence[RemoteFile]) -> Iterator[Settled]:
        """Yield what becomes of each slot; those whose file is here already come first.

        Raises ArchiveError when the archive seems to be out of reach: it would be wrong to list
        frames as missing for that.
        """
        searches = []
        for file in files:
            chain = chain_of(file)
            here = next((one.name for one in chain if one.name in self.month.complete), None)
            if here is None:
                searches.append(_Search(chain))
            else:
                yield Settled(file.slot, here)
        remaining = iter(searches)
        while batch := list(islice(remaining, _BATCH * self.connections)):
            yield from self._settle_batch(batch)

    def _settle_batch(self, batch: list[_Search]) -> Iterator[Settled]:
        while True:
            for search in batch:
                self._pass_over_refused(search)
                if search.over:
                    yield Settled(search.chain[0].slot, None, "; ".join(search.reasons))
            batch = [search for search in batch if not search.over]
            if not batch:
                return
            self._wait(batch)
            outcomes = self._ask([search.file for search in batch])
            remaining = []
            for search, outcome in zip(batch, outcomes, strict=True):
                if isinstance(outcome, Kept):
                    self.lost = 0
                    yield Settled(search.file.slot, search.file.name)
                else:
                    remaining.append(search)
                    self._note(search, outcome)
            batch = remaining

    def _ask(self, files: Sequence[RemoteFile]) -> list[_Outcome]:
        """What became of each file; one is checked while the next arrives."""
        checks: dict[str, Future[Kept]] = {}
        with ThreadPoolExecutor(1) as pool:

            def arrived(file: RemoteFile, path: Path, length: int | None) -> None:
                checks[file.name] = pool.submit(self._accept, file, path, length)

            failures = transfer(files, self.month.parts, self.settings, self.connections, arrived)
        return [failures.get(file.name) or _outcome(checks[file.name]) for file in files]

    def _accept(self, file: RemoteFile, path: Path, length: int | None) -> Kept:
        kept = accept(path, self.month.place(file.name), file, self.record, length)
        self.month.journal.completed(file.name, kept)
        return kept

    def _pass_over_refused(self, search: _Search) -> None:
        """Skip files that an earlier run found whole, but not usable."""
        while not search.over and search.file.name in self.month.journal.refused:
            search.give_up(self.month.journal.refused[search.file.name])

    def _wait(self, batch: Sequence[_Search]) -> None:
        """Before files that failed are asked for again."""
        failed = [search for search in batch if search.attempts]
        if failed:
            seconds = pause(self.settings["backoff"], max(search.attempts for search in failed))
            more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
            say_again(f"{failed[0].file.name}{more}", failed[0].reason, seconds)
            time.sleep(seconds)

    def _note(self, search: _Search, outcome: Failure | UntrustedFrameError) -> None:
        """Take in that a file was not had: it is asked for again, or the next one instead."""
        file = search.file
        search.reason = outcome.reason if isinstance(outcome, Failure) else str(outcome)
        if isinstance(outcome, UntrustedFrameError):
            if not isinstance(outcome, DamagedFrameError):
                self.month.refuse(file, search.reason)
                _tell(file, f"refused: {search.reason}")
                return
            self.month.quarantine(file, search.reason)
        search.attempts += 1
        if search.attempts > self.settings["retries"]:
            self.month.journal.could_not(file.name, search.reason)
            _tell(file, f"giving up: {search.reason}")
            search.give_up(search.reason)
            self._check_reach(file, outcome)

    def _check_reach(self, file: RemoteFile, outcome: Failure | UntrustedFrameError) -> None:
        if not isinstance(outcome, Failure) or not outcome.enough:
            self.lost = 0
            return
        self.lost += 1
        if self.lost >= outcome.enough:
            others = f", as for {self.lost - 1} files before it" if self.lost > 1 else ""
            raise ArchiveError(
                f"{file.url}: {outcome.reason}{others}, expected a reachable archive; what "
                f"was downloaded is kept in {self.month.folder}, the next run resumes from it"
            )


def _outcome(check: Future[Kept]) -> Kept | UntrustedFrameError:
    try:
        return check.result()
    except UntrustedFrameError as error:
        return error


def _tell(file: RemoteFile, what: str) -> None:
    print(f"{file.name}: {what}", file=sys.stderr, flush=True)
