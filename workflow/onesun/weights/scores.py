"""Scores of networks on Suns that they have not seen, beside what needs no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from onesun.errors import ConfigError
from onesun.metrics import covered, product
from onesun.metrics.covered import CoveredMonth
from onesun.metrics.measures import Measures
from onesun.metrics.scores import SCORES
from onesun.metrics.scores import scored as scored_by
from onesun.metrics.units import make_units

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
    by_measures = _by_month(pair, {path: product.read(path, Measures) for path in measures})
    by_coverage = _by_month(pair, {path: covered.read(path) for path in coverage})
    rows = {sun: _methods(entry, settings["baselines"]) for sun, entry in settings["suns"].items()}
    found: dict[str, dict[str, product.MonthOf[Measures]]] = {}
    judged: dict[str, CoveredMonth] = {}
    for sun, entry in settings["suns"].items():
        month = entry["month"]
        found[sun] = {
            row: _of(by_measures, (method, month), "measures") for row, method in rows[sun].items()
        }
        judged[sun] = _of(by_coverage, (entry["methods"][NETWORK], month), "coverage")
    measured_by_sun = {
        sun: {row: each.statistics for row, each in of_sun.items()} for sun, of_sun in found.items()
    }
    together = {
        row: _merged([of_sun[row] for of_sun in measured_by_sun.values()])
        for row in next(iter(rows.values()))
    }
    # Before they are merged into one: merging changes the first.
    by_sun = {sun: _described(each, compared(measured_by_sun[sun], settings["bar"], bootstrap))
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


def _merged(parts: Sequence[Measures]) -> Measures:
    whole = Measures(parts[0].settings, parts[0].grid)
    for part in parts:
        whole.merge(part)
    return whole


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


def _by_month(pair: str, read: Mapping[Path, Any]) -> dict[tuple[str, str], Any]:
    """What was read, by method and month."""
    for path, each in read.items():
        if each.pair != pair:
            raise ConfigError(f"{path}: of pair {each.pair}, expected {pair}")
    return {(each.method, each.month): each for each in read.values()}


def _methods(entry: Mapping[str, Any], baselines: Sequence[str]) -> dict[str, str]:
    """The method behind each row of a Sun's table."""
    return {name: name for name in baselines} | dict(entry["methods"])


def _of(found: Mapping[tuple[str, str], Any], key: tuple[str, str], what: str) -> Any:
    if key not in found:
        raise ConfigError(f"--{what}: none of {' '.join(key)} found, expected one")
    return found[key]


def compared(
    measures: Mapping[str, Measures], bar: str, settings: Mapping[str, Any]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Scores of each method with intervals, and their differences from the bar's.

    The same units are drawn for all methods, so that differences are paired.

    Parameters
    ----------
    measures : by method, of the same frames.
    bar : the method that differences are taken from.
    settings : the configuration's ``table1.bootstrap``.

    Returns by method and score: ``value``, ``interval``, ``independent`` (effective number of
    units), ``gain`` (less the bar's) and ``gain_interval``; None where undetermined.
    """
    of_bar = measures[bar].tiles
    units = make_units(sorted(of_bar.tiles.days), of_bar.tiling, settings)
    sums = {
        name: units.sums(
            np.concatenate([each.tiles.tiles.table("sums"), of_bar.tiles.table("sums")], axis=-1)
        )
        for name, each in measures.items()
    }
    return {
        name: {
            key: scored_by(score, each.tiles.result(), of_bar.result(), sums[name], units, settings)
            for key, score in SCORES.items()
        }
        for name, each in measures.items()
    }
