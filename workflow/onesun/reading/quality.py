"""Read a quality word bit by bit: a word that is not zero is often a perfectly good frame."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from onesun.errors import MissingKeywordError, UntrustedFrameError
from onesun.instruments import QualityBit, QualityWord
from onesun.reading.magnetogram import Quality

UNDEFINED = "undefined"


def read_quality(header: Mapping[str, Any], rules: QualityWord, path: Path) -> Quality:
    """The quality word of ``header``, unsigned, with the name of each set bit, and the flag.

    JSOC writes it as a signed or unsigned integer in files and in hexadecimal in queries; all
    three are understood. Where the header does not say who wrote the word, a bit has all the
    meanings that writers give it, and the strictest counts. Raises MissingKeywordError when the
    record expects a word and there is none, UntrustedFrameError when it is not a 32-bit integer.
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
    writer = _writer(header, rules)
    data = not word & (rules.no_data or 0)
    meanings = {
        bit: [
            one
            for one in rules.bits
            if one.mask >> bit & 1
            and (writer is None or one.writer in (None, writer))
            and one.data in (None, data)
        ]
        for bit in range(32)
        if word >> bit & 1
    }
    names = {bit: _name(meant) for bit, meant in meanings.items()}
    uses = {bit: {one.use for one in meant} for bit, meant in meanings.items()}
    refused = [bit for bit in names if "refuse" in uses[bit]]
    strata = [
        bit for bit in names if bit not in refused and ("stratum" in uses[bit] or not uses[bit])
    ]
    return Quality(
        word=word,
        set_bits=names,
        refused=tuple(names[bit] for bit in refused),
        flagged=flagged,
        strata=tuple(f"{1 << bit:#x} {names[bit]}" for bit in strata),
    )


def flag(header: Mapping[str, Any], keyword: str) -> str:
    """What a keyword says that bad images alone have, whatever its value; empty without it."""
    if header.get(keyword) is None:
        return ""
    return f"{keyword} is {header[keyword]!r}, expected none in a good image"


def _writer(header: Mapping[str, Any], rules: QualityWord) -> str | None:
    for writer, wanted in rules.writers.items():
        if all(
            str(header.get(keyword, "")).strip().startswith(beginnings)
            for keyword, beginnings in wanted.items()
        ):
            return writer
    return None


def _name(meant: list[QualityBit]) -> str:
    names = {one.name for one in meant}
    if len(names) < 2:
        return names.pop() if names else UNDEFINED
    return " or ".join(f"{one.name} ({one.writer})" for one in meant)


def _integer(value: Any) -> int | None:
    try:
        number = int(value, 0) if isinstance(value, str) else int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if isinstance(value, str) or number == value else None
