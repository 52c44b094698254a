"""Which real frame the frames of a month of the sample are made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

REAL_MONTHS = ("2011-12", "2016-07", "2019-06")  # of the full disks that the sample holds


def origin(sample: Mapping[str, Any], month: str) -> str:
    """The month whose real frame the frames of ``month`` are made from."""
    again: Mapping[str, str] = sample["again"]
    return again.get(month, month)
