"""Scores of networks on Suns that they have not seen, beside what needs no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from onesun.errors import ConfigError
from onesun.statistics import bootstrap as bootstraps
from onesun.statistics import covered, measured
from onesun.statistics.covered import CoveredMonth
from onesun.statistics.measured import MeasuredMonth
from onesun.statistics.tiles import SCORES, scores

PRODUCT = "scores of weights"
NETWORK = "network"  # the row of the network, whatever its method is called


def scored(
    pair: str,
    measures: Sequence[Path],
    coverage: Sequence[Path],
    settings: Mapping[str, Any],
    bootstrap: Mapping[str, Any],
) -> dict[str, Any]:
    """Scores by Sun and of all Suns together, as JSON can hold them.

    Parameters
    ----------
    measures, coverage : a file for each method and month.
    settings : the configuration's section ``release``: ``suns`` tells, by the Sun that is left
        out, the ``month`` in which it is judged and the ``methods`` that have not seen it, by the
        name of their row; ``baselines`` are judged in every month; ``bar`` is the row that gains
        are measured from.
    bootstrap : see :func:`compared`.

    Raises ConfigError when a file is missing or of another pair.
    """
    by_measures = {_key(pair, path, each): each for path, each in _each(measured, measures)}
    by_coverage = {_key(pair, path, each): each for path, each in _each(covered, coverage)}
    rows = {sun: _methods(entry, settings["baselines"]) for sun, entry in settings["suns"].items()}
    found: dict[str, dict[str, MeasuredMonth]] = {}
    judged: dict[str, CoveredMonth] = {}
    for sun, entry in settings["suns"].items():
        month = entry["month"]
        found[sun] = {
            row: _of(by_measures, (method, month), "measures") for row, method in rows[sun].items()
        }
        judged[sun] = _of(by_coverage, (entry["methods"][NETWORK], month), "coverage")
    sums = {
        sun: {row: [each.measures.tiles.of_tiles()] for row, each in of_sun.items()}
        for sun, of_sun in found.items()
    }
    names = next(iter(rows.values()))
    together = {row: [part for of_sun in sums.values() for part in of_sun[row]] for row in names}
    # Before they are merged into one: merging changes the first.
    by_sun = {sun: _described(each, compared(sums[sun], settings["bar"], bootstrap))
              for sun, each in judged.items()}  # fmt: skip
    whole, *others = (each.coverage for each in judged.values())
    for each in others:
        whole.merge(each)
    return {
        "product": PRODUCT,
        "pair": pair,
        "simulated": any(each.simulated for each in judged.values()),
        "bar": settings["bar"],
        "suns": by_sun,
        "together": {
            "methods": compared(together, settings["bar"], bootstrap),
            "coverage": [row.as_dict() for row in whole.result()],
        },
        "settings": {"release": settings, "bootstrap": bootstrap},
    }


def _described(judged: CoveredMonth, compared: Mapping[str, Any]) -> dict[str, Any]:
    """One Sun's scores by method, and how its readings lie within the errors."""
    return {
        "month": judged.month,
        "frames": len(judged.coverage.frames),
        "methods": compared,
        "coverage": [row.as_dict() for row in judged.coverage.result()],
        "noise": judged.noise,
        "promised_noise": judged.promised_noise,
        "weights_sha256": judged.weights_sha256,
    }


def _each(product: Any, paths: Sequence[Path]) -> list[tuple[Path, Any]]:
    return [(path, product.read(path)) for path in paths]


def _key(pair: str, path: Path, product: Any) -> tuple[str, str]:
    if product.pair != pair:
        raise ConfigError(f"{path}: of pair {product.pair}, expected {pair}")
    return product.method, product.month


def _methods(entry: Mapping[str, Any], baselines: Sequence[str]) -> dict[str, str]:
    """The method behind each row of a Sun's table."""
    return {name: name for name in baselines} | dict(entry["methods"])


def _of(found: Mapping[tuple[str, str], Any], key: tuple[str, str], what: str) -> Any:
    if key not in found:
        raise ConfigError(f"--{what}: none of {' '.join(key)} found, expected one")
    return found[key]


def compared(
    sums: Mapping[str, Sequence[np.ndarray]], bar: str, settings: Mapping[str, Any]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Scores of each method with intervals, and their differences from the bar's.

    The same tiles are drawn for all methods, so that differences are paired.

    Parameters
    ----------
    sums : by method, of each Sun what :meth:`TileStatistic.of_tiles` gives.
    bar : the method that differences are taken from.
    settings : ``resamples``, ``confidence`` and ``seed`` of the draw.

    Returns by method and score: ``value``, ``interval``, ``gain`` (less the bar's) and
    ``gain_interval``; None where undetermined.
    """
    tables = {name: np.concatenate(list(suns)) for name, suns in sums.items()}
    used = np.flatnonzero(tables[bar][:, 0] > 0)
    weights = bootstraps.draw(used.size, settings["resamples"], settings["seed"])
    drawn = {name: scores(weights @ table[used]) for name, table in tables.items()}
    values = {name: scores(table.sum(axis=0)) for name, table in tables.items()}
    return {
        name: _rows(values[name], drawn[name], values[bar], drawn[bar], settings["confidence"])
        for name in tables
    }


def _rows(
    value: np.ndarray, drawn: np.ndarray, bar: np.ndarray, bar_drawn: np.ndarray, confidence: float
) -> dict[str, dict[str, Any]]:
    intervals = bootstraps.interval(drawn, confidence)
    gains = bootstraps.interval(drawn - bar_drawn, confidence)
    return {
        score: {
            "value": _known(value[i]),
            "interval": intervals[i],
            "gain": _known(value[i] - bar[i]),
            "gain_interval": gains[i],
        }
        for i, score in enumerate(SCORES)
    }


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
