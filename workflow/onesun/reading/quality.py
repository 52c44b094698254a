"""Read a quality word bit by bit: a word that is not zero is often a perfectly good frame."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from astropy.io.fits.card import Undefined

from onesun.errors import MissingKeywordError, UntrustedFrameError
from onesun.instruments import QualityWord
from onesun.magnetogram import Quality

_NOT_SET = ("", "F", "FALSE", "N", "NO", "NONE", "0")


def read_quality(header: Mapping[str, Any], rules: QualityWord, path: Path) -> Quality:
    """The quality word of ``header``, unsigned, with the name of each set bit, and the flag.

    JSOC writes it as a signed or unsigned integer in files and in hexadecimal in queries; all
    three are understood. Raises MissingKeywordError when the record expects a word and there is
    none, UntrustedFrameError when it is not a 32-bit integer.
    """
    flagged = "" if rules.flag is None else flag(header, rules.flag)
    if rules.keyword is None:
        return Quality(word=None, set_bits={}, refused=(), flagged=flagged)
    value = header.get(rules.keyword)
    if value is None or value == "":
        raise MissingKeywordError(f"{path}: header has no {rules.keyword}")
    word = _integer(value)
    if word is None or not -(2**31) <= word < 2**32:
        raise UntrustedFrameError(
            f"{path}: {rules.keyword} is {value!r}, expected a 32-bit integer"
        )
    word &= 0xFFFFFFFF
    set_bits = {bit: rules.bits.get(bit, "unnamed bit") for bit in range(32) if word >> bit & 1}
    refused = tuple(name for bit, name in set_bits.items() if bit in rules.refuse)
    return Quality(word=word, set_bits=set_bits, refused=refused, flagged=flagged)


def flag(header: Mapping[str, Any], keyword: str) -> str:
    """What a keyword says that is set in bad images alone; empty where it is absent or not set."""
    value = header.get(keyword)
    if value is None or isinstance(value, Undefined):
        return ""
    if str(value).strip().upper() in _NOT_SET or value == 0:
        return ""
    return f"{keyword} is {value!r}, expected none in a good image"


def _integer(value: Any) -> int | None:
    try:
        number = int(value, 0) if isinstance(value, str) else int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if isinstance(value, str) or number == value else None
