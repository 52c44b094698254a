"""What an archive holds of a month: files to fetch, and slots for which there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RemoteFile:
    """One file as an archive lists it.

    Attributes
    ----------
    slot : time for which it was taken, ``YYYYMMDD_HHMMSS_TAI`` (T_REC, or the ten-minute slot).
    name : name of the local file.
    url : where it lies.
    size : bytes, as the archive tells them; None when it does not.
    keywords : queried keywords, to be written into the header of a file that carries none itself;
        None for a file that stands alone as it is.
    product : the archive's name of what it is (a series, or zqa, bqa).
    instead : what may be taken, in this order, when this file is unavailable or is refused.
    """

    slot: str
    name: str
    url: str
    size: int | None = None
    keywords: Mapping[str, Any] | None = None
    product: str = ""
    instead: tuple[RemoteFile, ...] = ()


@dataclass(frozen=True)
class Listing:
    """What an archive lists for the slots of a month.

    Attributes
    ----------
    files : one file for each slot that has any, in order of time.
    missing : the reason in words, by slot, where there is none.
    """

    files: list[RemoteFile]
    missing: dict[str, str]
