"""Sentences that pages and captions of analyses share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from onesun.analyses.product import AnalysedMonth
from onesun.metrics.bootstrap import FEWEST, FEWEST_INDEPENDENT
from onesun.tables.text import SIMULATED


def origin(months: Sequence[AnalysedMonth]) -> str:
    """How many frames of which months of which set, and whether they are simulated."""
    by_month = {month.month: month for month in months}
    frames = "; ".join(
        f"{month.month} ({month.set}): {len(month.frames)} frame{'s' * (len(month.frames) != 1)}"
        for month in by_month.values()
    )
    text = f"{months[0].pair}, {frames}."
    if any(month.simulated for month in months):
        text += f" Inputs are {SIMULATED}."
    return text


def head(months: Sequence[AnalysedMonth]) -> str:
    """The pair and simulated frames, to stand above a figure that is seen without its caption."""
    simulated = any(month.simulated for month in months)
    return f"{months[0].pair}: {SIMULATED}" if simulated else months[0].pair


def interval(unit: str, settings: Mapping[str, Any]) -> str:
    """What brackets hold.

    Parameters
    ----------
    unit : what is drawn, in words.
    settings : the configuration's section ``table1.bootstrap``.
    """
    return (
        f"In brackets: {100 * settings['confidence']:g} % interval from {settings['resamples']} "
        f"studentised resamples of blocks ({unit}); from fewer than {FEWEST} blocks, or fewer "
        f"than {FEWEST_INDEPENDENT} effectively independent ones, none is given."
    )
