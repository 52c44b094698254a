"""The statistics of its values that a header keeps, compared with the values themselves.

They tell a scale that was lost or applied twice, a sign that was reversed, and another image.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from onesun.instruments import Statistics
from onesun.reading.keywords import optional_number

_EXTREME = 0.02  # share by which an extreme may differ
_SPREAD = 0.1  # share of the root mean square, which some bad pixels change, too
_MEAN = 0.25  # of the root mean square
_SAMPLE = 1_000_000  # pixels are enough for a mean and a root mean square
_STEP = 0.5  # of a value; extremes of fields this weak say nothing


@dataclass(frozen=True)
class Comparison:
    """What came of it.

    Parameters
    ----------
    doubt : a sentence that names both numbers; None without a contradiction.
    agree : whether there was anything to compare, and all of it agrees.
    maximum : whether the header has the largest value, and it is that of the data.
    """

    doubt: str | None
    agree: bool
    maximum: bool


def compare(
    values: np.ndarray,
    header: Mapping[str, Any],
    rule: Statistics | None,
    *,
    complete: bool = True,
) -> Comparison:
    """Compare statistics of a header with those of its data.

    Parameters
    ----------
    values : the pixels that the statistics are of, in the file's unit; not finite ones are left
        out.
    rule : the keywords, from the instrument record.
    complete : whether they are all; of a part only the extremes are compared.
    """
    if rule is None or values.size == 0:
        return Comparison(None, agree=False, maximum=False)
    stated = {
        name: optional_number(header, getattr(rule, name))
        for name in ("minimum", "maximum", "mean", "rms")
    }
    found = _statistics(values)
    alike = {name: _close(stated[name], found[name]) for name in ("minimum", "maximum")}
    known = [name for name in alike if math.isfinite(stated[name])]
    wrong = None
    if known and not any(alike[name] for name in known):
        wrong = max(known, key=lambda name: abs(stated[name] - found[name]))
    # A fill that was replaced since changes what it is part of.
    elif complete and (not rule.with_sky or alike["minimum"]):
        wrong = _of_all(stated, found)
    doubt = None if wrong is None else _sentence(rule, wrong, stated[wrong], found[wrong])
    any_known = any(math.isfinite(value) for value in stated.values())
    return Comparison(doubt, agree=any_known and doubt is None, maximum=alike["maximum"])


def _statistics(values: np.ndarray) -> dict[str, float]:
    part = values[:: max(1, values.size // _SAMPLE)]
    return {
        "minimum": float(values.min()),
        "maximum": float(values.max()),
        "mean": float(part.mean(dtype=np.float64)),
        "rms": float(part.std(dtype=np.float64)),
    }


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= max(_EXTREME * max(abs(one), abs(other)), _STEP)


def _of_all(stated: Mapping[str, float], found: Mapping[str, float]) -> str | None:
    """Which of the root mean square and the mean contradicts the data, if any."""
    spread = max(abs(stated["rms"]), found["rms"]) if math.isfinite(stated["rms"]) else found["rms"]
    if abs(stated["rms"] - found["rms"]) > _SPREAD * spread:
        return "rms"
    return "mean" if abs(stated["mean"] - found["mean"]) > _MEAN * spread else None


_WORDS = {
    "minimum": "the smallest of its values",
    "maximum": "the largest of its values",
    "mean": "the mean of its values",
    "rms": "the root mean square of its values",
}


def _sentence(rule: Statistics, name: str, stated: float, found: float) -> str:
    return (
        f"{getattr(rule, name)} is {stated:.6g} and {_WORDS[name]} {found:.6g}, expected the same "
        "(has a scale been lost, or applied twice?)"
    )
