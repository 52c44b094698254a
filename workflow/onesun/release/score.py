"""The stage ``score``: every Sun judged by the network that has not seen it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from onesun.convert import release
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
    by_sun, found, widths, content = [], [], [], {}
    for sun in suns:
        others = [other for other in suns if other is not sun]
        counted, residual = _of_sun(sun, others, networks[sun.name], recipe)
        by_sun.append(counted)
        found.append(residual)
        widths.append(networks[sun.name].errors.wide(residual.field))
        content[sun.name] = _described(counted, residual, widths[-1], recipe) | {
            "weights_sha256": networks[sun.name].digest,
            "training": networks[sun.name].card["training"],
        }
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
                tallies.together(by_sun), Residuals.joined(found), np.concatenate(widths), recipe
            ),
            "realisations_sha256": sha256(manifest),
            "settings": recipe.model_dump(mode="json", include={"scores", "errors"}),
        },
    )


def _unseeing(weights: Path, name: str) -> Release:
    network = release.load(weights)
    if network.card["left_out"] != name:
        raise ConfigError(
            f"{weights}: weights that left out {network.card['left_out']}, expected {name}"
        )
    return network


def _described(
    counted: dict[str, np.ndarray], residual: Residuals, wide: np.ndarray, recipe: Recipe
) -> dict[str, Any]:
    """Scores by method; residuals come with calibrated errors."""
    return {
        "methods": tallies.compare(counted, BAR, recipe.scores),
        "coverage": errors.coverage(residual, residual.error, wide, recipe.errors),
    }


def _of_sun(
    sun: Sun, others: list[Sun], network: Release, recipe: Recipe
) -> tuple[dict[str, np.ndarray], Residuals]:
    """Tallies by method, (frames, tiles, 12), and the network's residuals, on held-out frames."""
    grid = recipe.common_grid()
    disk = Disk(grid, recipe.scores.within_radius)
    radius, used = grid.radius("input"), sun.judged
    counted: dict[str, list[np.ndarray]] = {}
    found = []
    with tempfile.TemporaryDirectory() as folder:
        methods = baselines(others, network.input_instrument, recipe, grid, Path(folder))
        first = recipe.inputs.frames - recipe.inputs.held_out
        last = min(first + recipe.scores.frames, recipe.inputs.frames)
        for number in track(range(first, last), f"score {sun.name}"):
            field = np.array(sun.inputs[number])
            mean, error = network.predict(field, radius)
            found.append(
                Residuals(
                    *(part[used][:: errors.KEPT] for part in (mean, error, sun.target, disk.radius))
                )
            )
            answers = _answers(methods, field) | {NETWORK: lambda mean=mean: mean}
            for name, answer in answers.items():
                comparison = Comparison(disk, f"{sun.name}/{number}", sun.target, answer(), 1.0)
                counted.setdefault(name, []).append(tallies.tally(comparison, recipe.scores))
    return {name: np.stack(each) for name, each in counted.items()}, Residuals.joined(found)


def _answers(methods: dict[str, Method], field: np.ndarray) -> dict[str, Any]:
    """Predictions by method, made when called: six of them at once would fill the memory."""
    return {name: lambda method=method: method.predict(field) for name, method in methods.items()}
