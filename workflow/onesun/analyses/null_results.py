"""What the null test finds: how much of the target is left, put together over months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from onesun.analyses import repeated, restored
from onesun.analyses.intervals import Value, rmse, sums_of, units_of, with_interval
from onesun.analyses.product import AnalysedMonth
from onesun.metrics import bootstrap
from onesun.metrics.bootstrap import FISHER, LOGARITHM

FEWEST = 100  # pixels of a bin
_WORDS = {
    "reading": "read again (noise alone)",
    "optics": "degraded by optics alone",
    "noise": "degraded by optics and noise",
    "observed": "as observed",
}


@dataclass(frozen=True)
class Row:
    """One comparison with the target.

    Parameters
    ----------
    kind : ``reading``, ``lag 96``, ``optics``, ``noise`` or ``observed``.
    method : what brought the target back; None where it is compared with itself.
    frames : frames, or pairs of frames, that were compared.
    pixels : of all pixels and of each bin of field.
    correlation, rmse : likewise; rmse in gauss. Not determined below :data:`FEWEST` pixels.
    """

    kind: str
    method: str | None
    frames: int
    pixels: Sequence[int]
    correlation: Sequence[Value]
    rmse: Sequence[Value]

    @property
    def name(self) -> str:
        """What is compared, in words."""
        if self.kind.startswith("lag "):
            return f"{self.kind.removeprefix('lag ')} minutes later"
        words = _WORDS[self.kind]
        return f"{self.method}: {words}" if self.method else words


def rows_of_itself(months: Sequence[AnalysedMonth], settings: Mapping[str, Any]) -> Iterator[Row]:
    """The target read again, and some time later."""
    names = {name for month in months for name in month.arrays}
    lags = sorted((name for name in names if name.startswith("lag ")), key=_minutes)
    for name in [repeated.READING, *lags]:
        own = [month for month in months if name in month.arrays]
        frames = sum(_count(month, name) for month in own)
        yield _row(name, None, frames, own, settings)


def _minutes(name: str) -> float:
    return float(name.removeprefix("lag "))


def _count(month: AnalysedMonth, name: str) -> int:
    """Frames, or pairs of frames, of a month."""
    return int(month.labels[name][0]) if name in month.labels else len(month.frames)


def rows_by_method(months: Sequence[AnalysedMonth], settings: Mapping[str, Any]) -> Iterator[Row]:
    """What each method makes of degraded and of observed inputs."""
    for method in dict.fromkeys(month.method for month in months):
        own = [month for month in months if month.method == method]
        frames = sum(len(month.frames) for month in own)
        for kind in restored.KINDS:
            yield _row(kind, method, frames, own, settings)


def _row(
    kind: str,
    method: str | None,
    frames: int,
    months: Sequence[AnalysedMonth],
    settings: Mapping[str, Any],
) -> Row:
    units = units_of(months, settings)
    sums = sums_of([month.arrays[kind] for month in months], units)
    # All pixels, then each bin of field.
    columns = [sums.sum(axis=1), *np.moveaxis(sums, 1, 0)]
    correlations, errors = [], []
    for column in columns:
        if column[:, 0].sum() < FEWEST:
            correlations.append(Value.none())
            errors.append(Value.none())
            continue
        share = bootstrap.variation(column)
        score = bootstrap.correlation
        correlations.append(with_interval(score, column, share, units, settings, FISHER)[0])
        errors.append(with_interval(rmse, column, column[:, 0], units, settings, LOGARITHM)[0])
    pixels = [round(column[:, 0].sum()) for column in columns]
    return Row(kind, method, frames, pixels, correlations, errors)
