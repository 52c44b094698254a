"""A month of one instrument as JSOC has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from astropy.time import Time

from onesun.archive.jsoc import email, recordsets
from onesun.archive.jsoc.connection import Connection
from onesun.archive.jsoc.exports import Exports
from onesun.archive.jsoc.records import query
from onesun.archive.jsoc.requests import Requests
from onesun.archive.remote import Listing, RemoteFile
from onesun.instruments import Instrument

_KEPT = "exports.json"


def month_listing(
    record: Instrument, slots: Sequence[Time], settings: Mapping[str, Any], state: Path
) -> Listing:
    """What JSOC has for ``slots``: one query, and exports of what is only on tape.

    Parameters
    ----------
    slots : T_REC of the frames wanted, within a month or so.
    settings : configuration, section ``archive``.
    state : the month's folder: it keeps the identities of export requests, so that a run that was
        broken off takes them up again, and in ``files/`` what was exported and fetched before,
        which is not exported again.

    Waits for exports as long as ``jsoc.export_hours`` allows. Files that are online come without
    keywords in their headers: these are in the listing.

    Raises ConfigError when there is no e-mail address or JSOC does not know it, before anything
    else is asked; ArchiveError when JSOC cannot be reached.
    """
    address = email.address(settings)
    connection = Connection(settings)
    email.check_registered(connection, address)
    records, missing = query(connection, record, slots)
    root = settings["jsoc"]["download_url"]
    files = {
        slot: _file(record, slot, urljoin(root, one.path.lstrip("/")), one.keywords)
        for slot, one in records.items()
        if one.path is not None
    }
    requests = Requests(state / _KEPT)
    offline = {slot: one for slot, one in records.items() if one.path is None}
    for slot in list(offline):
        if slot in requests.urls and (state / "files" / _name(record, slot)).is_file():
            files[slot] = _file(record, slot, requests.urls[slot])
            del offline[slot]
    if offline:
        step = recordsets.common_step(record, sorted(slots))
        exports = Exports(connection, record, offline, step, settings, address, requests)
        exports.run()
        missing |= exports.missing
        files |= {slot: _file(record, slot, url) for slot, url in exports.urls.items()}
    return Listing([files[slot] for slot in sorted(files)], dict(sorted(missing.items())))


def _file(
    record: Instrument, slot: str, url: str, keywords: Mapping[str, Any] | None = None
) -> RemoteFile:
    """Exported files have their keywords; those that are taken as they are get the queried ones."""
    return RemoteFile(slot, _name(record, slot), url, keywords=keywords)


def _name(record: Instrument, slot: str) -> str:
    return record.file_pattern.format(stamp=slot)
