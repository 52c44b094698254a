"""What a run wants of the archives, month by month, and what of it is here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onesun import instruments
from onesun.archive import wanted
from onesun.archive.journal import Journal
from onesun.io.files import read_json
from onesun.products.months import months
from onesun.products.raw import PRODUCT

COMPLETE, BEGUN, NOT_BEGUN = "complete", "begun", "not begun"


@dataclass(frozen=True)
class Holding:
    """One month of one instrument.

    Attributes
    ----------
    instrument, month, archive : whose, when, and who keeps it: jsoc or nso.
    frames : wanted.
    size : bytes of these, by the size of a file in the instrument's record; 0 if it has none.
    state : complete, begun or not begun.
    files, here : files that were downloaded, and their bytes.
    on_disk : whether these files are still there.
    missing : frames that are finally unavailable; so far, those not had, while it is only begun.
    """

    instrument: str
    month: str
    archive: str
    frames: int
    size: float
    state: str
    files: int = 0
    here: int = 0
    on_disk: bool = False
    missing: int = 0

    @property
    def to_come(self) -> float:
        """Bytes to download."""
        if self.state == COMPLETE or not self.frames:
            return 0.0
        return self.size * max(self.frames - self.files - self.missing, 0) / self.frames


def survey(config: dict[str, Any], raw: Path) -> list[Holding]:
    """Every month of every instrument that the archives are asked for, in order of time.

    Parameters
    ----------
    config : a complete configuration.
    raw : folder of finished months, ``{instrument}/{month}`` with a manifest each.
    """
    return [_holding(config, raw, *each) for each in sorted(set(_asked(config)))]


def _asked(config: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Months and instruments."""
    for name, pair in config["pairs"].items():
        for month in months(config, name):
            yield from ((month, pair[role]) for role in ("input", "target"))


def _holding(config: dict[str, Any], raw: Path, month: str, instrument: str) -> Holding:
    record = instruments.load(instrument)
    frames = len(wanted.times(wanted.requests(config, instrument, month), instrument))
    about: dict[str, Any] = {
        "instrument": instrument,
        "month": month,
        "archive": record.archive or "none",
        "frames": frames,
        "size": frames * (record.file_size or 0) * 1e6,
    }
    manifest = raw / instrument / f"{month}.json"
    content = read_json(manifest) if manifest.is_file() else {}
    if content.get("product") == PRODUCT and "archive" in content:
        files = content["files"]
        return Holding(
            **about,
            state=COMPLETE,
            files=len(files),
            here=sum(each["bytes"] for each in files.values()),
            on_disk=(manifest.parent / content["folder"]).is_dir(),
            missing=len(content.get("missing", {})),
        )
    place = Path(config["archive"]["folder"]) / instrument / month
    if not place.is_dir():
        return Holding(**about, state=NOT_BEGUN)
    journal = Journal(place)
    return Holding(
        **about,
        state=BEGUN,
        files=len(journal.complete),
        here=sum(each.bytes for each in journal.complete.values()),
        on_disk=bool(journal.complete),
        missing=len(journal.failed),
    )
