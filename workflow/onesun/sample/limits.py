"""What the schema cannot say of the section ``sample``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from onesun.errors import ConfigError
from onesun.sample.months import REAL_MONTHS

_RANGES = ("fwhm", "noise", "limb_growth")  # of an instrument's conditions


def check(sample: Mapping[str, Any]) -> None:
    """Raise ConfigError with the first of the section's :func:`problems`."""
    for sentence in problems(sample):
        raise ConfigError(sentence)


def problems(sample: Mapping[str, Any]) -> Iterator[str]:
    """Contradictions in the section, one sentence each."""
    yield from _regions(sample["regions"])
    yield from _again(sample)
    if sample["conditions"] is not None:
        yield from _bounds(sample["conditions"])


def _regions(month: str | None) -> Iterator[str]:
    if month in REAL_MONTHS:
        yield (
            f'sample.regions: found "{month}", which has a real frame of its own, expected '
            "another month"
        )


def _again(sample: Mapping[str, Any]) -> Iterator[str]:
    if sample["again"] and sample["rotation"]:
        yield (
            "sample.again: found months with sample.rotation true, expected rotation: false, as "
            "only a Sun that stands still can be seen again"
        )
    known = sorted({*REAL_MONTHS, *filter(None, [sample["regions"]])})
    for month, real in sample["again"].items():
        if month in known:
            yield (
                f'sample.again: found the month "{month}", which has a real frame of its own, '
                "expected another month"
            )
        if real not in known:
            yield (
                f'sample.again.{month}: found "{real}", expected a month with a real frame '
                f"({', '.join(known)})"
            )


def _bounds(conditions: Mapping[str, Any]) -> Iterator[str]:
    found = {
        f"{instrument}.{key}": conditions[instrument][key]
        for instrument in ("mdi", "gong")
        for key in _RANGES
    }
    found["pointing.distance"] = conditions["pointing"]["distance"]
    for key, (low, high) in found.items():
        if low > high:
            yield (
                f"sample.conditions.{key}: found [{low}, {high}], expected the lower bound first"
            )
