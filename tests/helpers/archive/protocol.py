"""The requests that JSOC and NSO understand, as drms 0.9 and the archives' pages have them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

# Parameters by program and operation: those there have to be, and those there may be.
_EXPORT = "op format ds notify method protocol process=n requester"
_PROGRAMS = {
    ("showextseries", ""): ("dbhost", "filter info"),
    ("show_series", ""): ("filter", ""),
    ("jsoc_info", "series_struct"): ("op ds", ""),
    ("jsoc_info", "rs_list"): ("op ds key", "seg link R n"),
    ("jsoc_info", "rs_summary"): ("op ds", ""),
    ("checkAddress.sh", ""): ("address checkonly", ""),
    ("jsoc_fetch", "exp_request"): (_EXPORT, "filenamefmt"),
    ("jsoc_fetch", "exp_status"): ("op requestid", ""),
}
_SHOWN = ("op", "format", "method", "protocol", "checkonly", "process=n")
_CGI = "/cgi-bin/ajax/"
_FILES = re.compile(
    r"/SUM\d+/D\d+/S\d{5}/[\w.]+\.fits"
    r"|/oQR/(zqa|bqa)/(?P<month>\d{6})/(?P<site>[a-z]{2})\1\d{6}/((?P=site)\1\d{6}t\d{4}\.fits\.gz)?"
)
_TIME = re.compile(r"\d{4}\.\d\d\.\d\d(_[\d:.]+)?(_[A-Z]+)?")


def strange(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """The requests of a server's log that the archives would not understand, or not as meant."""
    return sorted({_address(entry) for entry in entries if not _known(entry)})


def _known(entry: Mapping[str, Any]) -> bool:
    path = entry["path"]
    if not path.startswith(_CGI):
        return entry["method"] in ("GET", "HEAD") and bool(_FILES.fullmatch(path))
    asked = dict(parse_qsl(entry["query"], keep_blank_values=True))
    parameters = _PROGRAMS.get((path.removeprefix(_CGI), asked.get("op", "")))
    if parameters is None or not entry["agent"].startswith("drms/"):
        return False
    needed, allowed = (set(names.split()) for names in parameters)
    # A time without a zone would be taken for UTC.
    in_tai = all(time[0].endswith("_TAI") for time in _times(asked.get("ds", "")))
    return needed <= set(asked) <= needed | allowed and in_tai


def _times(query: str) -> list[re.Match[str]]:
    return list(_TIME.finditer(query))


def shape(entry: Mapping[str, Any]) -> str:
    """A request without what changes from one month or file to the next."""
    path = entry["path"]
    if path.startswith(_CGI):
        parts = [
            f"{key}={value}" if key in _SHOWN else f"{key}=…"
            for key, value in parse_qsl(entry["query"], keep_blank_values=True)
        ]
        return f"{entry['method']} {path.removeprefix(_CGI)}?{'&'.join(parts)}"
    if path.startswith("/SUM"):
        return f"{entry['method']} /SUM…/….{path.rpartition('.')[2]}"
    kind = "folder" if path.endswith("/") else "file"
    return f"{entry['method']} /oQR/{path.split('/')[2]}/… ({kind}, {entry['status']})"


def _address(entry: Mapping[str, Any]) -> str:
    return f"{entry['method']} {entry['path']}?{entry['query']}".rstrip("?")
