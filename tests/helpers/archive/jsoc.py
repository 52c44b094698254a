"""JSOC's CGI programs: what series there are, what they hold, who may export, and exports."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote_plus

from helpers.archive.exports import Exports
from helpers.archive.faults import Faults
from helpers.archive.holdings import NO_DATA, SERIES, Record, kind_of
from helpers.archive.recordsets import QueryError, RecordSet, parse

Reply = dict[str, object]
Query = Mapping[str, str]

# The stand-in's own: JSOC's log has the same columns, of what is no keyword.
_PSEUDO: dict[str, Callable[[Record, bool], str]] = {
    "*recnum*": lambda record, online: str(record.recnum),
    "*sunum*": lambda record, online: str(record.sunum),
    "*size*": lambda record, online: str(record.file.stat().st_size),
    "*online*": lambda record, online: "Y" if online else "N",
    "*archive*": lambda record, online: "Y",
    "*retain*": lambda record, online: "-1",
    "*recdir*": lambda record, online: record.folder if online else "",
    "*logdir*": lambda record, online: "",
    "*dirmtime*": lambda record, online: "",
}
NO_FOLDER = "NoDataDirectory"


class Jsoc:
    """The data base and the programs that ask it.

    Parameters
    ----------
    records : what there is, without faults.
    registered : e-mail addresses that may export.
    """

    def __init__(self, records: list[Record], faults: Faults, registered: set[str]) -> None:
        self.faults, self.registered = faults, registered
        self._records = records
        self._slots = {series.name.lower(): series.slots for series in SERIES.values()}
        self.exports = Exports(self, faults)

    def reply(self, program: str, query: Query) -> Reply | None:
        """The answer of a CGI program; None where there is no such program."""
        programs = {
            "showextseries": self._showextseries,
            "show_series": self._show_series,
            "jsoc_info": self._jsoc_info,
            "jsoc_fetch": self._jsoc_fetch,
            "checkAddress.sh": self._check_address,
        }
        if program not in programs:
            return None
        try:
            return programs[program](query)
        except QueryError as error:
            return {"status": 1, "error": str(error)}

    def select(self, query: str) -> list[tuple[RecordSet, Record]]:
        """The records of a query, each with the set it is of; in order of time."""
        found = []
        for wanted in parse(query, self._slots):
            held = [
                record
                for record in self._held(wanted.series)
                if wanted.holds(record.slot, record.recnum, record.quality)
            ]
            found += [(wanted, record) for record in (held[-1:] if wanted.newest else held)]
        return found

    def online(self, record: Record) -> bool:
        """Whether a segment is on disk, and need not come from tape."""
        return self.faults.holds("offline", record.time) is None

    def segment(self, path: str) -> Record | None:
        """The record whose segment lies under ``path``."""
        held = (record for series in SERIES.values() for record in self._held(series.name))
        return next(
            (record for record in held if record.path == path and self.online(record)), None
        )

    def _held(self, series: str) -> list[Record]:
        """The records of a series as the faults leave them."""
        held = []
        for record in self._records:
            if record.series.name.lower() != series.lower():
                continue
            if self.faults.holds("missing", record.time):
                continue
            if self.faults.holds("duplicate", record.time):
                held.append(dataclasses.replace(record, older=True))
            poor = self.faults.holds("poor", record.time)
            if poor is not None:
                record = _of_quality(record, poor.code)
            if self.faults.holds("no-data", record.time):
                record = _of_quality(record, NO_DATA)
            held.append(record)
        return held

    def _showextseries(self, query: Query) -> Reply:
        names = _filtered(query.get("filter", ""))
        if query.get("info"):
            listed = [{series.name: {"description": series.note}} for series in names]
            return {"errMsg": "", "seriesList": listed}
        return {"errMsg": "", "seriesList": [series.name for series in names]}

    def _show_series(self, query: Query) -> Reply:
        listed = [
            {"name": series.name, "primekeys": ", ".join(series.primekeys), "note": series.note}
            for series in _filtered(query.get("filter", ""))
        ]
        return {"status": 0, "n": len(listed), "names": listed}

    def _jsoc_info(self, query: Query) -> Reply:
        operation = query.get("op")
        if operation == "series_struct":
            return self._structure(query["ds"])
        if operation == "rs_summary":
            return {"status": 0, "count": len(self.select(query["ds"])), "runtime": 0.01}
        if operation == "rs_list":
            return self._listed(query)
        raise QueryError(f"Unknown operation '{operation}'.")

    def _structure(self, name: str) -> Reply:
        # As drms asks: in lower case.
        series = next((s for s in SERIES.values() if s.name.lower() == name.lower()), None)
        if series is None:
            raise QueryError(f"Series '{name}' does not exist.")
        sample = next((r.keywords for r in self._records if r.series is series), {})
        keywords = [
            {
                "name": key,
                "type": kind_of(key, value),
                "recscope": "variable",
                "defval": "",
                "units": "",
                "note": "",
                "linkinfo": None,
            }
            for key, value in sample.items()
        ]
        segment = {
            "name": series.segment,
            "type": "int",
            "units": "Gauss",
            "protocol": "fits",
            "dims": f"{series.size}x{series.size}",
            "note": series.note,
        }
        return {
            "status": 0,
            "note": series.note,
            "retention": 60,
            "unitsize": 1,
            "archive": 1,
            "tapegroup": 4,
            "primekeys": list(series.primekeys),
            "dbindex": list(series.primekeys),
            "keywords": keywords,
            "segments": [segment],
            "links": [],
        }

    def _listed(self, query: Query) -> Reply:
        found = [record for _, record in self.select(query["ds"])]
        limit = int(query.get("n", "0"))
        if limit:
            found = found[:limit] if limit > 0 else found[limit:]
        reply: Reply = {"status": 0, "count": len(found), "runtime": 0.01}
        if not found:
            return reply
        if query.get("key"):
            reply["keywords"] = [
                {"name": name, "values": [self._value(record, name) for record in found]}
                for name in _all(query["key"].split(","), found[0])
            ]
        if query.get("seg"):
            reply["segments"] = [
                {"name": name, "values": [self._where(record, name) for record in found]}
                for name in query["seg"].split(",")
            ]
        if query.get("R"):
            reply["recinfo"] = [
                {"name": record.name(), "online": int(self.online(record))} for record in found
            ]
        return reply

    def _value(self, record: Record, name: str) -> str:
        if name in _PSEUDO:
            return _PSEUDO[name](record, self.online(record) and record.quality < NO_DATA)
        return record.keywords.get(name, "Invalid KeyLink")

    def _where(self, record: Record, segment: str) -> str:
        if segment.lower() != record.series.segment:
            return "InvalidSegName"
        there = record.quality < NO_DATA and self.online(record)
        return record.path if there else f"{NO_FOLDER}/{record.series.segment}.fits"

    def _jsoc_fetch(self, query: Query) -> Reply:
        if query.get("op") == "exp_request":
            return self.exports.request(query)
        if query.get("op") == "exp_status":
            return self.exports.status(query.get("requestid", ""))
        raise QueryError(f"Unknown operation '{query.get('op')}'.")

    def _check_address(self, query: Query) -> Reply:
        # Encoded once by the caller and once more in the query, which the server has undone.
        address = unquote_plus(query.get("address", ""))
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
            return {"status": -2, "msg": "Not a valid email address"}
        if address not in self.registered:
            return {"status": 4, "msg": "Email address is neither validated nor registered"}
        return {"status": 2, "msg": "Email address is valid and registered"}


def _filtered(pattern: str) -> list:
    return [s for s in SERIES.values() if re.search(pattern, s.name, re.IGNORECASE)]


def _all(names: list[str], record: Record) -> list[str]:
    every = list(record.keywords) if "**ALL**" in names else []
    return [*every, *(name for name in names if name not in ("**ALL**", "**NONE**", *every))]


def _of_quality(record: Record, quality: int) -> Record:
    keywords = {**record.keywords, "QUALITY": f"0x{quality:08x}"}
    return dataclasses.replace(record, keywords=keywords)
