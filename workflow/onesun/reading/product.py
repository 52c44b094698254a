"""Which instrument and which of its products a file holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from onesun import instruments
from onesun.errors import UntrustedFrameError
from onesun.instruments import Instrument

_TELLING = ("TELESCOP", "INSTRUME", "CAMERA", "IMTYPE", "CONTENT", "WAVELNTH")
_NAMING = ("TELESCOP", "INSTRUME", "CAMERA", "IMTYPE", "CONTENT", "T_OBS", "DATE-OBS", "CRPIX1")


def identify(header: Mapping[str, Any], path: Path) -> Instrument:
    """The record of the instrument that took the image.

    Raises UntrustedFrameError where there is none for it.
    """
    record = recognised(header)
    if record is not None:
        return record
    titles = ", ".join(instruments.load(name).title for name in instruments.names())
    raise _not_ours(header, path, f"a magnetogram of {titles}")


def recognised(header: Mapping[str, Any]) -> Instrument | None:
    """The record that a header fits; None where there is none."""
    for name in instruments.names():
        record = instruments.load(name)
        if _is_of(header, record):
            return record
    return None


def check_product(header: Mapping[str, Any], record: Instrument, path: Path) -> None:
    """Refuse a file of another instrument, and what is no full-disk line-of-sight magnetogram.

    Raises UntrustedFrameError saying what was found.
    """
    if not _is_of(header, record):
        raise _not_ours(header, path, f"a magnetogram of {record.title}")
    keyword = other_product(header, record)
    if keyword is not None:
        raise UntrustedFrameError(
            f"{path}: {keyword} {_text(header, keyword)!r} of {record.title} found, expected a "
            "full-disk line-of-sight magnetogram"
        )


def other_product(header: Mapping[str, Any], record: Instrument) -> str | None:
    """The keyword that speaks of another product of the instrument; None where none does."""
    for keyword, beginnings in record.header.refuse.items():
        if _text(header, keyword).startswith(beginnings):
            return keyword
    for keyword, words in record.header.only.items():
        found = _text(header, keyword).lower()
        if found and not any(word.lower() in found for word in words):
            return keyword
    return None


def check_signs(field: np.ndarray, path: Path) -> None:
    """Refuse a total field, or the error of a field: a disk of one sign alone.

    Parameters
    ----------
    field : gauss, NaN off the disk and where there is no value.
    """
    weakest, strongest = np.nanmin(field), np.nanmax(field)
    if weakest >= 0 < strongest or strongest <= 0 > weakest:
        raise UntrustedFrameError(
            f"{path}: {weakest:.6g} to {strongest:.6g} G found on the disk, expected both signs "
            "(a total field or an error has one alone)"
        )


def _is_of(header: Mapping[str, Any], record: Instrument) -> bool:
    kinds = (record.header.identify, *record.header.identify_also)
    return any(
        all(_text(header, keyword).startswith(beginnings) for keyword, beginnings in wanted.items())
        for wanted in kinds
    )


def _text(header: Mapping[str, Any], keyword: str) -> str:
    return str(header.get(keyword, "")).strip()


def _not_ours(header: Mapping[str, Any], path: Path, expected: str) -> UntrustedFrameError:
    if not any(_text(header, keyword) for keyword in _NAMING):
        return UntrustedFrameError(
            f"{path}: header without keywords found, as in files of JSOC's storage, which keeps "
            "the keywords in a data base; export the file with keywords (protocol FITS instead of "
            "as-is), or give it those of the series"
        )
    found = ", ".join(
        f"{key} {_text(header, key)!r}" for key in _TELLING if key in header and _text(header, key)
    )
    return UntrustedFrameError(
        f"{path}: {found or 'no identifying keyword'} found, expected {expected}"
    )
