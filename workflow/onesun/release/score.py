"""The stage ``score``: every Sun judged by the network that has not seen it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from onesun.convert import release
from onesun.convert.error_scale import ErrorScale
from onesun.convert.release import WEIGHTS_SUFFIX, Release
from onesun.errors import ConfigError
from onesun.files import sha256, write_json
from onesun.methods.base import Method
from onesun.progress import track
from onesun.release import errors, realisations, tallies
from onesun.release.baselines import baselines
from onesun.release.errors import Residuals
from onesun.release.realisations import Sun
from onesun.release.recipe import Recipe
from onesun.release.suns import REGIONS
from onesun.release.target_noise import target_noise
from onesun.statistics.comparison import Comparison, Disk

PRODUCT = "release scores"
NETWORK = "network"
BAR = "ridge"


def score(pair: str, manifest: Path, folds: Path, recipe: Recipe, out: Path) -> None:
    """Score a pair's networks and baselines on Suns that neither has seen; write them as JSON.

    Parameters
    ----------
    manifest : of the pair's realisations.
    folds : folder with a folder for each full disk, named by its month, into which ``onesun release
        train --leave-out`` wrote the network that has not seen it.

    Raises ConfigError for a network that has seen its Sun, WeightsError for one that is missing.
    """
    suns = [sun for sun in realisations.load(manifest, pair) if sun.name != REGIONS]
    networks = {sun.name: _unseeing(folds / sun.name / f"{pair}{WEIGHTS_SUFFIX}", sun.name)
                for sun in suns}  # fmt: skip
    by_sun, found, content = [], [], {}
    for sun in suns:
        others = [other for other in suns if other is not sun]
        network = networks[sun.name]
        counted, residual = _of_sun(sun, others, network, recipe)
        intervals = Intervals.of(residual, network.errors)
        by_sun.append(counted)
        found.append((residual, intervals))
        content[sun.name] = _described(counted, residual, intervals, recipe) | {
            "target_noise": float(residual.noise[0]),
            "promised_noise": network.errors.target_noise,
            "weights_sha256": network.digest,
            "training": network.card["training"],
        }
    residuals, intervals = zip(*found, strict=True)
    write_json(
        out,
        {
            "product": PRODUCT,
            "pair": pair,
            "simulated": True,
            "bar": BAR,
            "frames": min(recipe.scores.frames, recipe.inputs.held_out),
            "suns": content,
            "together": _described(
                tallies.together(by_sun),
                Residuals.joined(residuals),
                Intervals.joined(intervals),
                recipe,
            ),
            "realisations_sha256": sha256(manifest),
            "settings": recipe.model_dump(mode="json", include={"scores", "errors"}),
        },
    )


@dataclass(frozen=True)
class Intervals:
    """What is promised of each pixel; (m,) float32 each.

    Parameters
    ----------
    told : standard errors as a conversion gives them, gauss.
    error : the same against readings of the target's noise in this epoch, gauss.
    wide : how many of them hold 95 %.
    """

    told: np.ndarray
    error: np.ndarray
    wide: np.ndarray

    @classmethod
    def of(cls, residual: Residuals, scale: ErrorScale) -> Intervals:
        """Those of a Sun, whose residuals come with calibrated errors."""
        error = scale.for_noise(residual.error, residual.noise)
        return cls(residual.error, error, scale.wide(residual.field))

    @classmethod
    def joined(cls, parts: Sequence[Intervals]) -> Intervals:
        """Of several Suns, one after the other."""
        return cls(
            *(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls))
        )


def _unseeing(weights: Path, name: str) -> Release:
    network = release.load(weights)
    if network.card["left_out"] != name:
        raise ConfigError(
            f"{weights}: weights that left out {network.card['left_out']}, expected {name}"
        )
    return network


def _described(
    counted: dict[str, np.ndarray], residual: Residuals, intervals: Intervals, recipe: Recipe
) -> dict[str, Any]:
    """Scores by method, and coverage: bin by bin, and over all by the errors as they are told."""
    settings = recipe.errors
    as_told = errors.coverage(residual, intervals.told, intervals.wide, settings)
    return {
        "methods": tallies.compare(counted, BAR, recipe.scores),
        "coverage": errors.coverage(residual, intervals.error, intervals.wide, settings),
        "as_told": as_told[0],
    }


def _of_sun(
    sun: Sun, others: list[Sun], network: Release, recipe: Recipe
) -> tuple[dict[str, np.ndarray], Residuals]:
    """Tallies by method, (frames, tiles, 12), and the network's residuals, on held-out frames."""
    grid = recipe.common_grid()
    disk = Disk(grid, recipe.scores.within_radius)
    radius, used = grid.radius("input"), sun.judged
    noise = target_noise(sun, recipe.errors.weak)
    counted: dict[str, list[np.ndarray]] = {}
    found = []
    with tempfile.TemporaryDirectory() as folder:
        methods = baselines(others, network.input_instrument, recipe, grid, Path(folder))
        first = recipe.inputs.frames - recipe.inputs.held_out
        last = min(first + recipe.scores.frames, recipe.inputs.frames)
        for number in track(range(first, last), f"score {sun.name}"):
            field = np.array(sun.inputs[number])
            mean, error = network.predict(field, radius)
            seen = [part[used][:: errors.KEPT] for part in (mean, error, sun.target, disk.radius)]
            found.append(Residuals(*seen, np.full_like(seen[0], noise)))
            answers = _answers(methods, field) | {NETWORK: lambda mean=mean: mean}
            for name, answer in answers.items():
                comparison = Comparison(disk, f"{sun.name}/{number}", sun.target, answer(), 1.0)
                counted.setdefault(name, []).append(tallies.tally(comparison, recipe.scores))
    return {name: np.stack(each) for name, each in counted.items()}, Residuals.joined(found)


def _answers(methods: dict[str, Method], field: np.ndarray) -> dict[str, Any]:
    """Predictions by method, made when called: six of them at once would fill the memory."""
    return {name: lambda method=method: method.predict(field) for name, method in methods.items()}
