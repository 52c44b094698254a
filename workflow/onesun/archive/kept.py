"""The folder in which a month's files gather, from one run to the next."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from onesun.archive.checking import COMPLETED, accept, check
from onesun.archive.journal import Journal, Kept
from onesun.archive.remote import RemoteFile
from onesun.errors import DamagedFrameError, DamagedProductError, UntrustedFrameError
from onesun.instruments import Instrument
from onesun.io import run_lock
from onesun.io.files import check_file, write_text
from onesun.io.progress import track


class Month:
    """What is here of a month's files.

    Attributes
    ----------
    folder : of the month: ``files/`` holds what was checked, ``parts/`` what is on its way,
        ``quarantine/`` what was bad, each with its reason beside.
    journal : of what became of each file.
    """

    def __init__(self, folder: Path, record: Instrument) -> None:
        self.folder = Path(folder)
        self.record = record
        self.files, self.parts = self.folder / "files", self.folder / "parts"
        self.bad = self.folder / "quarantine"
        for place in (self.files, self.parts):
            place.mkdir(parents=True, exist_ok=True)
        self.journal = Journal(self.folder)

    @property
    def complete(self) -> dict[str, Kept]:
        """Files that are here, by name."""
        return self.journal.complete

    def place(self, name: str) -> Path:
        """Where a file is once it was checked."""
        return self.files / name

    def take_stock(self, wanted: Iterable[RemoteFile]) -> None:
        """Make sure of what an earlier run left, which may have been killed at any moment.

        Files in their places are compared with the journal, or checked if they are not in it; what
        had arrived whole, but was not checked, is checked now; everything else is removed.
        """
        by_name = {file.name: file for file in wanted}
        here = [name for name in by_name if self.place(name).exists() or name in self.complete]
        for name in track(here, "files from an earlier run"):
            self._make_sure(by_name[name])
        for part in sorted(self.parts.iterdir()):
            file = by_name.get(part.name)
            if file is not None and file.name not in self.complete:
                self._try(part, file)
            part.unlink(missing_ok=True)

    def refuse(self, file: RemoteFile, reason: str) -> None:
        """Put a file aside that is whole, but not usable: it is not asked for again."""
        self.journal.was_refused(file.name, reason)
        self.quarantine(file, reason)

    def quarantine(self, file: RemoteFile, reason: str, path: Path | None = None) -> None:
        """Put a bad file aside, with a note of what is wrong with it."""
        path = path or self.parts / file.name
        self.bad.mkdir(exist_ok=True)
        number = 1 + sum(1 for _ in self.bad.glob(f"{file.name}.*.json"))
        aside = self.bad / f"{file.name}.{number}"
        note = {"file": file.name, "slot": file.slot, "url": file.url, "reason": reason}
        write_text(self.bad / f"{aside.name}.json", json.dumps(note, indent=2) + "\n")
        path.replace(aside)
        (path.parent / f"{COMPLETED}{path.name}").unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove what was downloaded of the month; what somebody else put there stays."""
        for name in self.complete:
            self.place(name).unlink(missing_ok=True)
        with suppress(OSError):
            self.files.rmdir()
        for place in (self.parts, self.bad):
            shutil.rmtree(place, ignore_errors=True)
        self.journal.path.unlink(missing_ok=True)

    def _make_sure(self, file: RemoteFile) -> None:
        path, kept = self.place(file.name), self.complete.get(file.name)
        try:
            if kept is None:
                self.journal.completed(file.name, check(path, file.slot, self.record))
            else:
                check_file(path, kept.bytes, kept.sha256)
        except (DamagedProductError, UntrustedFrameError) as error:
            reason = str(error).removeprefix(f"{path}: ")
            self.journal.could_not(file.name, reason)
            if path.exists():
                self.quarantine(file, reason, path)

    def _try(self, part: Path, file: RemoteFile) -> None:
        try:
            kept = accept(part, self.place(file.name), file, self.record)
        except DamagedFrameError:
            return  # a part of a file, most likely; it is asked for again
        except UntrustedFrameError as error:
            self.refuse(file, str(error))
        else:
            self.journal.completed(file.name, kept)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Be the only process that works on a month; RunningError otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    with run_lock.hold(folder / "lock"):
        yield
