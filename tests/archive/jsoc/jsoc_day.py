"""A day of MDI on the stand-in for JSOC, and what it was asked."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs

import pytest

from helpers.archive.server import REGISTERED, Archive
from onesun import instruments
from onesun.reading.slots import stamp
from onesun.reading.times import from_iso, shifted

# Drms leaves connections that broke off to the garbage collector.
BROKEN_OFF = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

MDI = instruments.load("mdi")
FIRST = from_iso("2011-12-17T00:00:00")
SLOTS = [shifted(FIRST, number * MDI.cadence) for number in range(8)]
STAMPS = [stamp(slot) for slot in SLOTS]
PROGRAMS = "/cgi-bin/ajax/"


def settings_for(archive: Archive) -> dict[str, Any]:
    """Section ``archive``: everything at once, and not for long."""
    jsoc = {"url": f"{archive.url}cgi-bin/ajax/", "download_url": archive.url, "pause": 0.0}
    jsoc |= {"email": REGISTERED, "poll": 0.01, "export_hours": 24.0}
    return {"retries": 2, "backoff": 0.0, "timeout": 10.0, "jsoc": jsoc}


def log_of(archive: Archive) -> list[dict[str, Any]]:
    """Its log, once it has finished with every request."""
    while archive.active:
        time.sleep(0.01)
    return archive.entries


def asked(archive: Archive, operation: str) -> list[dict[str, str]]:
    """The queries of an operation, in order."""
    queries = [parse_qs(entry["query"]) for entry in log_of(archive)]
    flat = [{key: value[0] for key, value in query.items()} for query in queries]
    return [query for query in flat if query.get("op") == operation]
