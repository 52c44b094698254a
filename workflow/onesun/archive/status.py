"""How far the downloads of a run are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table

from onesun.archive.holdings import BEGUN, COMPLETE, Holding
from onesun.archive.plan import to_come

_GB = 1e9


def table(holdings: Sequence[Holding]) -> Table:
    """A line for each instrument, and one for all."""
    found = Table(title="Downloads")
    found.add_column("Instrument")
    for name in ("Months complete", "begun", "Files", "GB", "Missing"):
        found.add_column(name, justify="right")
    for instrument in sorted({each.instrument for each in holdings}):
        own = [each for each in holdings if each.instrument == instrument]
        found.add_row(instrument, *_amounts(own))
    found.add_section()
    found.add_row("all", *_amounts(holdings))
    return found


def notes(config: dict[str, Any], holdings: Sequence[Holding]) -> Iterator[str]:
    """Months that are under way, those that miss much, and what is to come."""
    for each in holdings:
        if each.state == BEGUN:
            lacking = f", {each.missing:,} not had so far" if each.missing else ""
            yield (
                f"{each.instrument} {each.month}: {each.files:,} of {each.frames:,} files"
                f"{lacking}; it resumes where it was."
            )
    limit = config["archive"]["max_missing"]
    for each in holdings:
        if each.state == COMPLETE and each.missing > limit / 2 * each.frames:
            yield (
                f"{each.instrument} {each.month}: {each.missing:,} of {each.frames:,} frames "
                f"are unavailable (archive.max_missing: {limit:.0%})."
            )
    yield to_come(config, holdings)


def _amounts(holdings: Sequence[Holding]) -> list[str]:
    states = [each.state for each in holdings]
    frames = sum(each.frames for each in holdings)
    size = sum(each.size for each in holdings)
    return [
        f"{states.count(COMPLETE)} of {len(states)}",
        str(states.count(BEGUN)),
        f"{sum(each.files for each in holdings):,} of {frames:,}",
        f"{sum(each.here for each in holdings) / _GB:,.1f} of {size / _GB:,.1f}",
        f"{sum(each.missing for each in holdings):,}",
    ]
