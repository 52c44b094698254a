"""The series as its observatory publishes it: SILSO's SN_m_tot_V2.0.csv."""

from __future__ import annotations

import http.client
import re
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

import numpy as np

from onesun.sunspots.product import Series, SunspotError, following

_BLOCK = 1 << 16
_SILENCE = 30.0  # s without a byte
_ALL = 120.0  # s for the whole file, which has 0.13 MB
# year; month; year with decimals; mean; its standard deviation; observations; 1 if definitive
_LINE = re.compile(
    r"(\d{4}); *(\d{1,2}); *(\d+\.\d+); *(-?\d+\.\d+); *(-?\d+\.\d+); *(-?\d+);([01]) *"
)


def fetch(record: Mapping[str, Any]) -> Series:
    """Download and read the series.

    Parameters
    ----------
    record : the entry ``observatory`` of resources/sunspots.yaml.

    Raises SunspotError when the reply does not come, or is not the whole series.
    """
    url = record["url"]
    months, numbers = parse(_download(url), url, record["first"], record["until"])
    return Series(months, numbers, f"{record['title']}, {url}")


def parse(text: str, name: str, first: str, until: str) -> tuple[tuple[str, ...], np.ndarray]:
    """The months and their mean numbers.

    Parameters
    ----------
    text : the file's content.
    name : what errors call it.
    first, until : YYYY-MM; the month it begins with, and one that it has to reach.

    Raises SunspotError for any line that is not as published, a gap, or a missing end.
    """
    if not text.endswith("\n"):
        raise SunspotError(f"{name}: its last line is cut off, expected the whole series")
    months, numbers, expected = [], [], first
    for count, line in enumerate(text.splitlines(), start=1):
        found = _LINE.fullmatch(line)
        if not found or f"{found[1]}-{int(found[2]):02}" != expected or float(found[4]) < 0:
            raise SunspotError(
                f"{name}: line {count}: found {line[:60]!r}, expected the sunspot number of "
                f"{expected} as year;month;year with decimals;number;deviation;observations;0 or 1"
            )
        months.append(expected)
        numbers.append(float(found[4]))
        expected = following(expected)
    if not months or months[-1] < until:
        ends = months[-1] if months else "nothing"
        raise SunspotError(f"{name}: found months up to {ends}, expected at least up to {until}")
    return tuple(months), np.array(numbers)


def _download(url: str) -> str:
    start = time.monotonic()
    blocks = []
    try:
        with urllib.request.urlopen(url, timeout=_SILENCE) as reply:
            while block := reply.read(_BLOCK):
                blocks.append(block)
                if time.monotonic() - start > _ALL:
                    raise TimeoutError(f"not whole after {_ALL:.0f} s")
            if reply.length:
                raise EOFError(f"the reply ends {reply.length} bytes early")
        return b"".join(blocks).decode("ascii")
    except urllib.error.HTTPError as error:
        raise _refused(url, f"the server says {error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        raise _refused(url, str(error.reason)) from None
    except UnicodeDecodeError:
        raise _refused(url, "the reply is no text of that kind") from None
    except (OSError, EOFError, ValueError, http.client.HTTPException) as error:
        raise _refused(url, str(error) or type(error).__name__) from None


def _refused(url: str, reason: str) -> SunspotError:
    return SunspotError(
        f"{url}: not fetched ({reason}), expected SILSO's monthly sunspot numbers; "
        "figures.fig1.sunspots: installed needs no network"
    )
