"""The stage: a month of one instrument's raw frames out of its archive."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from astropy.time import Time

from onesun import instruments
from onesun.archive.kept import Month, only_one
from onesun.archive.remote import Listing
from onesun.archive.settle import Settler, chain_of
from onesun.errors import ArchiveError, ConfigError, OutputError
from onesun.instruments import Instrument
from onesun.io.files import check_folder, whole_product
from onesun.io.progress import track
from onesun.products.raw import write_manifest

_ListMonth = Callable[[Instrument, Sequence[Time], Mapping[str, Any], Path], Listing]


def fetch_month(
    instrument: str, month: str, slots: Iterable[Any], settings: Mapping[str, Any], out: Path
) -> None:
    """Write a month of raw files to ``out``, and their manifest beside, ``{out}.json``.

    Files gather in ``{folder}/{instrument}/{month}/`` and stay there until the month is complete,
    so that a run that was stopped resumes where it was. The manifest holds nothing that depends on
    how often that was: beside the files, for each slot without one the reason (``missing``), and of
    which products the files are and which files were passed over (``archive``).

    Parameters
    ----------
    slots : times wanted, TAI.
    settings : the configuration's section ``archive``.

    Raises ArchiveError when the archive cannot be reached, or when more than ``max_missing`` of the
    slots have no file in the end; ConfigError when no archive keeps the instrument; OutputError
    when the disk is too small; RunningError when another process fetches the same month.
    """
    record = instruments.load(instrument)
    slots = [Time(slot, scale="tai", precision=0) for slot in slots]
    if not slots:
        raise ArchiveError(f"{instrument} {month}: no frames requested, expected at least one")
    list_month = _archive_of(record)
    out, place = Path(out), Path(settings["folder"]) / instrument / month
    check_folder(out, Path(f"{out}.json"))
    with only_one(place):
        kept = Month(place, record)
        listing = list_month(record, slots, settings, place)
        what = f"{instrument} {month}"
        _check_share(what, listing.missing, slots, settings, place)
        left = _left(listing, kept)
        _check_room(what, left, record, place)
        _say(what, listing, left)
        taken, missing = _settle(what, listing, kept, record, settings)
        _check_share(what, missing, slots, settings, place)
        about = _about(listing, taken, missing, kept, record)
        with whole_product(out, Path(f"{out}.json")) as (part, manifest):
            for name in taken.values():
                _link(kept.place(name), part / name)
            files = {
                name: {"bytes": kept.complete[name].bytes, "sha256": kept.complete[name].sha256}
                for name in taken.values()
            }
            write_manifest(manifest, instrument, month, out.name, files, about)
        if not settings["keep"]:
            kept.remove()


def _archive_of(record: Instrument) -> _ListMonth:
    """How to list a month of the instrument's archive.

    Raises ConfigError when its record names none.
    """
    if record.archive == "jsoc":
        from onesun.archive.jsoc import month_listing
    elif record.archive == "nso":
        from onesun.archive.nso import month_listing
    else:
        raise ConfigError(f"instrument {record.name}: no archive provides it, expected jsoc or nso")
    return month_listing


def _settle(
    what: str, listing: Listing, kept: Month, record: Instrument, settings: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, str]]:
    """Names of the files by slot, and reasons by slot where there is none."""
    kept.take_stock(one for file in listing.files for one in chain_of(file))
    taken: dict[str, str] = {}
    missing = dict(listing.missing)
    settled = Settler(kept, record, settings).settle(listing.files)
    for one in track(settled, f"fetching {what}", len(listing.files)):
        if one.name is None:
            missing[one.slot] = one.reason
        else:
            taken[one.slot] = one.name
    return taken, missing


def _about(
    listing: Listing,
    taken: Mapping[str, str],
    missing: Mapping[str, str],
    kept: Month,
    record: Instrument,
) -> dict[str, Any]:
    """What the manifest says beside the files."""
    products: Counter[str] = Counter()
    passed_over: dict[str, str] = {}
    for file in listing.files:
        for one in chain_of(file):
            if one.name == taken.get(file.slot):
                products[one.product or record.series] += 1
                break
            reason = kept.journal.reason(one.name)
            if file.slot in taken and reason:
                passed_over[one.name] = reason
    return {
        "missing": dict(missing),
        "archive": {
            "name": record.archive,
            "products": dict(products),
            "passed_over": passed_over,
        },
    }


def _check_share(
    what: str,
    missing: Mapping[str, str],
    slots: Sequence[Time],
    settings: Mapping[str, Any],
    place: Path,
) -> None:
    limit = settings["max_missing"]
    if len(missing) == len(slots) or len(missing) > limit * len(slots):
        slot, reason = min(missing.items())
        raise ArchiveError(
            f"{what}: {len(missing)} of {len(slots)} frames are unavailable (the first, {slot}: "
            f"{reason}), expected at most {limit:.0%} (archive.max_missing); what was downloaded "
            f"is kept in {place}"
        )


def _left(listing: Listing, kept: Month) -> int:
    """Number of files that are not here yet."""
    return sum(
        all(one.name not in kept.complete for one in chain_of(file)) for file in listing.files
    )


def _check_room(what: str, left: int, record: Instrument, place: Path) -> None:
    """Raise OutputError if the disk cannot hold the files to come, by their usual size."""
    needed, free = left * (record.file_size or 0) / 1e3, shutil.disk_usage(place).free / 1e9
    if needed > free:
        raise OutputError(
            f"{place}: {free:.1f} GB are free, expected {needed:.1f} GB for the {left} files of "
            f"{what} that are to be downloaded"
        )


def _say(what: str, listing: Listing, left: int) -> None:
    print(
        f"{what}: {left} files to download, {len(listing.files) - left} already here; "
        f"{len(listing.missing)} frames not in the archive",
        file=sys.stderr,
        flush=True,
    )


def _link(source: Path, place: Path) -> None:
    """The same file under another name, or a copy where the file system has no second names."""
    try:
        os.link(source, place)
    except OSError:
        shutil.copyfile(source, place)
