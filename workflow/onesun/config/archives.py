"""What the schema cannot say of the archives: who keeps what, and when instruments observe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from onesun import instruments, locations, split
from onesun.archive import wanted
from onesun.config.schema import unknown_name
from onesun.errors import ConfigError
from onesun.instruments import Instrument

Config = dict[str, Any]


def problems(config: Config) -> list[str]:
    """Contradictions, one sentence each."""
    return [*_cadences(config), *(_kept(config) if config["source"]["kind"] == "archive" else ())]


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


def _kept(config: Config) -> Iterator[str]:
    """Instruments that no archive keeps, and months in which a pair has nothing in common."""
    known = {path.stem for path in locations.instrument_records().glob("*.yaml")}
    for name, pair in config["pairs"].items():
        if not {pair["input"], pair["target"]} <= known:
            continue  # told by _pairs
        records = {role: instruments.load(pair[role]) for role in ("input", "target")}
        for role, record in records.items():
            if record.archive is None:
                yield (
                    f"pairs.{name}.{role}: found {pair[role]}, whose record names no archive, "
                    "expected an instrument that JSOC or NSO keeps, as source.kind is archive"
                )
        yield from _apart(config, name, *records.values())


def _apart(config: Config, name: str, *records: Instrument) -> Iterator[str]:
    pair = config["pairs"][name]
    try:
        rows = split.assign(name, pair["split"])
    except ConfigError:
        return  # told by _split
    idle = [
        row.month for row in rows if not wanted.requests(config, pair["input"], row.month, name)
    ]
    if idle:
        times = ", ".join(f"{record.title} {_days(record)}" for record in records)
        yield (
            f"pairs.{name}.split: found {', '.join(idle)}, expected months in which both "
            f"instruments observe ({times})"
        )


def _days(record: Instrument) -> str:
    if record.observes is None:
        return "always"
    first, last = record.observes.first, record.observes.last
    return f"since {first}" if last is None else f"from {first} to {last}"
