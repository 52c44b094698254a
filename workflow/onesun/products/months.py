"""Months of the pairs of a complete configuration."""

from __future__ import annotations

from typing import Any

from onesun.products import split


def months(config: dict[str, Any], pair: str, *sets: str) -> list[str]:
    """The months of a pair that are in ``sets``, or in any set if none is named; sorted."""
    rows = split.assign(pair, config["pairs"][pair]["split"])
    return sorted(row.month for row in rows if row.set in (sets or split.SETS))


def tabled_months(config: dict[str, Any], pair: str) -> list[str]:
    """The test months of a pair that tables are made of; sorted."""
    chosen = config["table1"]["months"]
    tested = months(config, pair, "test")
    return [month for month in tested if chosen is None or month in chosen]
