"""Whether a ten-minute average is one, from its own header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onesun.reading.keywords import optional_number

# Of the ten images of a minute each: with fewer the noise is more than sqrt(2) that of all ten.
FEWEST = 5


def refusal(header: Mapping[str, Any]) -> str | None:
    """Why another site's average is to be taken instead, in words; None for a good one.

    ``N_USED`` counts the images averaged.
    """
    used = optional_number(header, "N_USED")
    if used < FEWEST:
        return f"N_USED is {used:.0f}, expected at least {FEWEST} of ten images averaged"
    return None
