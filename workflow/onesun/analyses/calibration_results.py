"""What the calibration map finds: slope, offset and ratio by bin, put together over months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from onesun.analyses.intervals import Value, offset, ratio, slope, sums_of, units_of, with_interval
from onesun.analyses.product import AnalysedMonth
from onesun.metrics import bootstrap
from onesun.metrics.units import Units

FEWEST = bootstrap.FEWEST  # units, of which a bin has to have pixels


@dataclass(frozen=True)
class Bin:
    """One bin's calibration.

    Parameters
    ----------
    by, name : what the bin is of, and the bin.
    low, high : its edges; None where it has none.
    pixels : input pixels of all frames.
    units, independent : units with pixels, and the effective number of independent ones.
    values : by ``slope`` (least squares), ``offset`` (gauss) and ``ratio`` (through the origin).
        None where there are too few pixels or units.
    correlation : of input and target.
    """

    by: str
    name: str
    low: float | None
    high: float | None
    pixels: int
    units: int
    independent: float
    values: Mapping[str, Value] | None
    correlation: float


def calibration_bins(
    months: Sequence[AnalysedMonth], fewest: int, settings: Mapping[str, Any]
) -> Iterator[Bin]:
    """Every bin with its intervals.

    Parameters
    ----------
    fewest : pixels that a bin must have.
    settings : the configuration's section ``table1.bootstrap``.
    """
    together = units_of(months, settings)
    for group in _groups(months):
        units = units_of(group.months, settings) if len(group.months) < len(months) else together
        sums = sums_of(group.tables, units)
        for index, name in enumerate(group.names):
            low, high = group.edges[index]
            yield _bin((group.by, name, low, high), sums[:, index], units, fewest, settings)


def _bin(
    about: tuple[str, str, float | None, float | None],
    sums: np.ndarray,
    units: Units,
    fewest: int,
    settings: Mapping[str, Any],
) -> Bin:
    pixels, filled = round(sums[:, 0].sum()), int(np.count_nonzero(sums[:, 0]))
    if pixels < fewest or filled < FEWEST:
        return Bin(*about, pixels, filled, 0.0, None, np.nan)
    share = {
        "slope": (slope, bootstrap.variation(sums)),
        "offset": (offset, sums[:, 0]),
        "ratio": (ratio, sums[:, 3]),
    }
    found = {
        key: with_interval(score, sums, weight, units, settings)
        for key, (score, weight) in share.items()
    }
    values = {key: value for key, (value, _) in found.items()}
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = float(bootstrap.correlation(sums.sum(axis=0)))
    return Bin(*about, pixels, filled, found["slope"][1], values, correlation)


def tile_slopes(months: Sequence[AnalysedMonth], fewest: int) -> np.ndarray:
    """Slope of each tile of the disk over all months; (n, n), NaN below ``fewest`` pixels."""
    sums = sum(month.arrays["mu"].sum(axis=(0, 2)) for month in months)
    side = round(np.sqrt(len(sums)))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(sums[:, 0] >= fewest, slope(sums), np.nan).reshape(side, side)


@dataclass(frozen=True)
class _Group:
    """Bins of one kind: their names and edges, and (days, tiles, bins, 6) of each month."""

    by: str
    names: list[str]
    edges: list[tuple[float | None, float | None]]
    tables: list[np.ndarray]
    months: Sequence[AnalysedMonth]


def _groups(months: Sequence[AnalysedMonth]) -> Iterator[_Group]:
    settings, nothing = months[0].settings, (None, None)
    by_mu = [month.arrays["mu"] for month in months]
    whole = [table.sum(axis=2, keepdims=True) for table in by_mu]
    yield _Group("all", ["all"], [nothing], whole, months)
    edges = list(zip(settings["mu_edges"][:-1], settings["mu_edges"][1:], strict=True))
    yield _Group("mu", [_span(*each) for each in edges], edges, by_mu, months)
    signs = [[month.arrays[name] for month in months] for name in ("positive", "negative")]
    edges = list(zip(settings["field_edges"], [*settings["field_edges"][1:], None], strict=True))
    names = [_span(*each) for each in edges]
    both = [positive + negative for positive, negative in zip(*signs, strict=True)]
    yield _Group("field", names, edges, both, months)
    for name, tables in zip(("positive", "negative"), signs, strict=True):
        yield _Group(name, names, edges, tables, months)
    for name in ("velocity", "interval", "site"):
        yield from _named(months, name)
    for month, table in zip(months, whole, strict=True):
        yield _Group("month", [month.month], [nothing], [table], [month])


def _named(months: Sequence[AnalysedMonth], by: str) -> Iterator[_Group]:
    """Bins that go by a frame's own number or name; a month's sums are 0 where it has none."""
    names = sorted({label for month in months for label in month.labels[by]}, key=_order)
    if not names:
        return
    tables = []
    for month in months:
        own = dict(zip(month.labels[by], np.moveaxis(month.arrays[by], 2, 0), strict=True))
        empty = np.zeros_like(month.arrays["mu"][:, :, 0])
        tables.append(np.stack([own.get(name, empty) for name in names], axis=2))
    yield _Group(by, names, [(None, None)] * len(names), tables, months)


def _order(label: str) -> tuple[float, str]:
    """Numbers by size, then names."""
    try:
        return float(label.split()[0]), label
    except ValueError:
        return float("inf"), label


def _span(low: float, high: float | None) -> str:
    return f"≥ {low:g}" if high is None else f"{low:g} to {high:g}"
