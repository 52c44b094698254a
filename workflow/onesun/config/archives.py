"""What the schema cannot say of the archives: who keeps what, and when instruments observe."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from onesun import instruments
from onesun.archive import wanted
from onesun.config.schema import unknown_name
from onesun.errors import ConfigError
from onesun.products import split

Config = dict[str, Any]
ROLES = ("input", "target")


def problems(config: Config) -> list[str]:
    """Contradictions, one sentence each."""
    wrong = [*_cadences(config), *_days(config)]
    if not wrong and config["source"]["kind"] == "archive":
        wrong += _kept(config)
    return wrong


def check(config: Config) -> None:
    """Whether a configuration may ask the archives, also where its frames come from elsewhere.

    Raises ConfigError with one sentence for each problem.
    """
    found = list(_kept(config))
    if found:
        raise ConfigError("\n".join(found))


def _cadences(config: Config) -> Iterator[str]:
    for name in config["archive"]["cadence"]["by_pair"]:
        if name not in config["pairs"]:
            path = f"archive.cadence.by_pair.{name}"
            yield unknown_name(path, name, list(config["pairs"]), "pairs")


def _days(config: Config) -> Iterator[str]:
    for name, days in config["archive"]["days"].items():
        for key, day in days.items():
            try:
                date.fromisoformat(day or "2010-05-01")
            except ValueError:
                yield f'archive.days.{name}.{key}: found "{day}", expected a day of the calendar'


def _kept(config: Config) -> Iterator[str]:
    """Instruments that no archive keeps, and months in which a pair has nothing in common."""
    known = set(instruments.names())
    for name, pair in config["pairs"].items():
        if not {pair["input"], pair["target"]} <= known:
            continue  # reported by _pairs
        for role in ROLES:
            if instruments.load(pair[role]).archive is None:
                yield (
                    f"pairs.{name}.{role}: found {pair[role]}, whose record names no archive, "
                    "expected an instrument that JSOC or NSO keeps, as source.kind is archive"
                )
        yield from _apart(config, name)


def _apart(config: Config, name: str) -> Iterator[str]:
    pair = config["pairs"][name]
    try:
        rows = split.assign(name, pair["split"])
    except ConfigError:
        return  # reported by _split
    idle = [
        row.month for row in rows if not wanted.requests(config, pair["input"], row.month, name)
    ]
    if idle:
        times = ", ".join(f"{pair[role]} {_words(config, pair[role])}" for role in ROLES)
        yield (
            f"pairs.{name}.split: found {', '.join(idle)}, expected months in which both "
            f"instruments observe, by archive.days ({times})"
        )


def _words(config: Config, instrument: str) -> str:
    days = config["archive"]["days"].get(instrument, {})
    first, last = days.get("first"), days.get("last")
    return f"from {first or 'ever'} to {last or 'now'}"
