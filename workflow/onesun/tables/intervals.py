"""What tables say of their intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from onesun.metrics.bootstrap import FEWEST_INDEPENDENT, Interval
from onesun.tables.text import number

_FEW = 10  # independent blocks


def bounds(name: str, given: Interval) -> dict[str, str]:
    """The columns of an interval in a CSV, empty for None."""
    low, high = given or (None, None)
    return {f"{name}_low": number(low), f"{name}_high": number(high)}


def interval(
    units: Mapping[str, str],
    independent: Mapping[str, Sequence[float | None]],
    bootstrap: Mapping[str, Any],
) -> Iterator[str]:
    """How intervals are drawn, and how many independent units they rest on.

    Parameters
    ----------
    units : by pair, what is drawn.
    independent : by column, the effective number of units of each of its rows.
    bootstrap : the configuration's ``table1.bootstrap``.
    """
    drawn = "; ".join(dict.fromkeys(units.values()))
    if len(set(units.values())) > 1:
        drawn = "; ".join(f"{pair}, {what}" for pair, what in units.items())
    yield (
        f"{100 * bootstrap['confidence']:g} % intervals are from {bootstrap['resamples']} "
        f"resamples of blocks ({drawn}), studentised, and widened by what neighbouring blocks "
        "share."
    )
    spans = {name: _span(numbers) for name, numbers in independent.items()}
    if all(spans.values()):
        listed = "; ".join(f"{name} {span}" for name, span in spans.items())
        yield f"Effective number of independent blocks, from row to row: {listed}."
    known = [each for numbers in independent.values() for each in numbers if each is not None]
    if any(each < _FEW for each in known):
        yield (
            f"Where they are fewer than {_FEW}, the interval is itself uncertain, and of fewer "
            f"than {FEWEST_INDEPENDENT} none is given."
        )


def _span(numbers: Sequence[float | None]) -> str:
    known = [number for number in numbers if number is not None]
    if not known:
        return ""
    low, high = (f"{number:.0f}" for number in (min(known), max(known)))
    return low if low == high else f"{low} to {high}"
