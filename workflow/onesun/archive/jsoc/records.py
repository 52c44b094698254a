"""What JSOC's data base has for the slots of a month: one query, judged on our side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from astropy.time import Time

from onesun.archive.jsoc import keywords, recordsets
from onesun.archive.jsoc.connection import Connection, say
from onesun.archive.jsoc.library import drms
from onesun.errors import ConfigError, UntrustedFrameError
from onesun.instruments import Instrument
from onesun.reading.keywords import jsoc_time
from onesun.reading.quality import read_quality
from onesun.reading.slots import stamp
from onesun.reading.times import tai_seconds

_NUMBER, _ONLINE = "*recnum*", "*online*"
_NO_SEGMENT = ("InvalidSegName", "BadSegLink")


@dataclass(frozen=True)
class Record:
    """One record of the data base.

    Attributes
    ----------
    time : T_REC.
    name : as JSOC writes it, ``hmi.M_720s[2011.12.17_06:00:00_TAI][1]``.
    number : the larger, the newer.
    path : of its segment on the server, from ``/SUM…`` on; None when it is not online.
    keywords : for the header of its file.
    refused : why it cannot be used, or nothing.
    """

    time: Time
    name: str
    number: int
    path: str | None
    keywords: Mapping[str, keywords.Value]
    refused: str


def query(
    connection: Connection, record: Instrument, slots: Sequence[Time]
) -> tuple[dict[str, Record], dict[str, str]]:
    """Ask once for all slots.

    Returns the records that can be had and the reasons why the others cannot, by slot
    (``YYYYMMDD_HHMMSS_TAI``), in order of time. Raises ArchiveError when JSOC does not answer.
    """
    times = sorted(slots)
    names = [stamp(time) for time in times]
    seconds = np.array([tai_seconds(time) for time in times])
    by_slot: dict[str, list[Record]] = {name: [] for name in names}
    for one in _records(connection, record, times):
        apart = np.abs(seconds - tai_seconds(one.time))
        if apart.min() < record.cadence / 2:
            by_slot[names[int(apart.argmin())]].append(one)
    found, missing = {}, {}
    for slot, candidates in by_slot.items():
        if not candidates:
            missing[slot] = f"no record in {record.series}"
            continue
        best = _best(slot, candidates)
        if best.refused:
            missing[slot] = best.refused
        else:
            found[slot] = best
    return found, missing


def _best(slot: str, candidates: list[Record]) -> Record:
    """The newest that can be used; there is more than one where other keys than T_REC differ."""
    usable = [one for one in candidates if not one.refused] or candidates
    best = max(usable, key=lambda one: one.number)
    if len(candidates) > 1:
        say(f"{slot}: {len(candidates)} records found, taken is the newest, {best.number}")
    return best


def _records(connection: Connection, record: Instrument, times: Sequence[Time]) -> list[Record]:
    series = connection.ask(
        f"the keywords of {record.series}", lambda client: client.info(record.series)
    )
    return connection.ask(
        f"the records of {record.series}", lambda client: _asked(client, series, record, times)
    )


def _asked(
    client: drms.Client, series: drms.SeriesInfo, record: Instrument, times: Sequence[Time]
) -> list[Record]:
    """One query and what it says; any error but OneSun's means that the reply is damaged."""
    types = dict(series.keywords["type"])
    names = keywords.asked(record, types)
    # Types are ours to find: under pandas 3 drms makes NaN of every QUALITY.
    rows, segments = client.query(
        recordsets.span(record, times),
        key=list(dict.fromkeys([_NUMBER, _ONLINE, *series.primekeys, *names.values()])),
        seg=[record.segment],
        convert_numeric=False,
    )
    if rows.empty:
        return []
    found = []
    for row, path in zip(rows.to_dict("records"), segments[record.segment], strict=True):
        name = record.series + "".join(f"[{row[key]}]" for key in series.primekeys)
        found.append(_record(record, name, row, path, keywords.values(row, names, types)))
    return found


def _record(
    record: Instrument,
    name: str,
    row: Mapping[str, Any],
    path: str,
    header: Mapping[str, keywords.Value],
) -> Record:
    if path in _NO_SEGMENT:
        raise ConfigError(
            f"{record.name}.yaml: segment: found {record.segment!r}, expected one that "
            f"{record.series} has (JSOC says {path})"
        )
    # A path that does not begin at the root is in words: NoDataDirectory.
    online = path.startswith("/") and not path.endswith("/") and row[_ONLINE] != "N"
    try:
        time = jsoc_time(header, "T_REC", Path(name))
    except UntrustedFrameError as error:
        raise ValueError(str(error)) from None
    return Record(
        time=time,
        name=name,
        number=int(row[_NUMBER]),
        path=path if online else None,
        keywords=header,
        refused=_refused(record, name, header),
    )


def _refused(record: Instrument, name: str, header: Mapping[str, keywords.Value]) -> str:
    """Why the quality word forbids the record's use."""
    try:
        quality = read_quality(header, record.quality, Path(name))
    except UntrustedFrameError as error:
        return str(error)
    why = quality.refused
    return f"{record.quality.keyword} 0x{quality.word:08X}: {', '.join(why)}" if why else ""
