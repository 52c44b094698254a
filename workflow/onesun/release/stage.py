"""The stage ``train``: from realisations to weights with a card, beside each other."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save

import onesun
from onesun import instruments
from onesun.convert import release
from onesun.convert.release import PRODUCT, WEIGHTS_SUFFIX
from onesun.files import read_json, sha256, write_bytes, write_json
from onesun.geometry.window import Window
from onesun.networks.uncertain import UncertainNetwork
from onesun.release import errors, realisations, tiles
from onesun.release.errors import Residuals
from onesun.release.realisations import Sun
from onesun.release.recipe import Errors, Recipe
from onesun.release.suns import REGIONS
from onesun.release.training import Trained, calibration_of
from onesun.release.training import train as train_network


def train(
    pair: str, manifest: Path, recipe: Recipe, out: Path, leave_out: str | None, seed: int
) -> None:
    """Train a pair's network, calibrate its errors, and write both to the folder ``out``.

    ``{pair}.safetensors`` is written first and ``{pair}.card.json`` last: without its card it is
    no product.

    Parameters
    ----------
    manifest : of the pair's realisations.
    leave_out : month of a full disk that this network shall not see; None for the release.
    """
    suns = realisations.load(manifest, pair, without=leave_out)
    trained = train_network(pair, suns, recipe, seed)
    weights = out / f"{pair}{WEIGHTS_SUFFIX}"
    card = release.card_of(weights)
    out.mkdir(parents=True, exist_ok=True)
    card.unlink(missing_ok=True)
    write_bytes(
        weights,
        save({name: each.contiguous() for name, each in trained.network.state_dict().items()}),
    )
    described = _describe(pair, recipe, suns, trained, seed)
    described |= {
        "left_out": leave_out,
        "weights": {
            "file": weights.name, "sha256": sha256(weights), "bytes": weights.stat().st_size,
        },
        "realisations_sha256": sha256(manifest),
        "sources": read_json(manifest)["sources"],
    }  # fmt: skip
    write_json(card, described | _calibrated(trained.network, suns, recipe, pair))


def calibrate(weights: Path, manifest: Path, settings: Errors) -> None:
    """Calibrate the errors of trained weights anew; their card tells the settings.

    Parameters
    ----------
    weights : what :func:`train` wrote, of any recipe that differs in ``errors`` alone.
    manifest : of the pair's realisations.
    settings : the recipe's section ``errors``.

    Raises ConfigError or DamagedProductError as loading weights and realisations does.
    """
    model = release.load(weights)
    recipe = Recipe.model_validate(model.card["recipe"]).model_copy(update={"errors": settings})
    suns = realisations.load(manifest, model.pair, without=model.card["left_out"])
    told = {"recipe": recipe.model_dump(mode="json")}
    found = _calibrated(model.network, suns, recipe, model.pair)
    write_json(release.card_of(weights), model.card | told | found)


def _calibrated(
    network: UncertainNetwork, suns: Sequence[Sun], recipe: Recipe, pair: str
) -> dict[str, Any]:
    """The card's sections on errors.

    Factors are fitted on held-out frames in every second tile, and raised to what every second of
    the tiles that trained nothing asks for on full disks: active regions alone are no measure of
    all pixels. ``calibration_coverage`` is over the others of these tiles.
    """
    grid = recipe.common_grid()
    disks = [sun for sun in suns if sun.name != REGIONS]
    unseen = tiles.held_out(recipe.held_out_tiles, grid)

    def seen(among: Sequence[Sun], windows: Sequence[Window], what: str) -> list[Residuals]:
        return [errors.residuals(network, sun, windows, recipe, f"{what} {pair}") for sun in among]

    fitted = tiles.on_disk(recipe.held_out_tiles, grid)[::2]
    scale = errors.calibrate(seen(suns, fitted, "calibrate"), recipe.errors)
    scale = errors.widened(scale, seen(disks, unseen[::2], "widen"))
    found = Residuals.joined(seen(suns, unseen[1::2], "judge"))
    rows = errors.coverage(found, found.scaled(scale), scale.wide(found.field), recipe.errors)
    return {"error_scale": scale.for_card(), "calibration_coverage": rows}


def _describe(
    pair: str, recipe: Recipe, suns: Sequence[Sun], trained: Trained, seed: int
) -> dict[str, Any]:
    calibration = calibration_of(recipe.pair(pair), recipe)
    return {
        "product": PRODUCT,
        "pair": pair,
        "input": recipe.pair(pair).input,
        "target": "hmi",
        "simulated": True,
        "suns": [sun.name for sun in suns],
        "network": recipe.network.model_dump(),
        "factor": recipe.common_grid().factor,
        "input_scale": recipe.common_grid().input_scale,
        "halo": trained.network.halo,
        "parameters": sum(each.numel() for each in trained.network.parameters()),
        "field_scale": recipe.field_scale,
        "calibration": {"a": calibration.a, "b": calibration.b},
        "ranges": ranges(pair, suns, recipe),
        "recipe": recipe.model_dump(mode="json"),
        "training": {
            "seed": seed,
            "seconds": round(trained.seconds),
            "precision": trained.precision,
            "curve": trained.curve,
        },
        "versions": {
            "onesun": onesun.__version__,
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
        },
    }


def ranges(pair: str, suns: Sequence[Sun], recipe: Recipe) -> dict[str, Any]:
    """What the training inputs covered; beyond it nothing is known of the errors.

    ``field``: the strongest recorded |field|, gauss; ``noise`` at the disk's centre, gauss, and
    ``fwhm`` of the optics, arcsec, lowest and highest; ``radius``, limb radii; ``interval``: the
    integration times that the instrument's record knows, s.
    """
    conditions = [each for sun in suns for each in sun.conditions]
    trained = recipe.inputs.frames - recipe.inputs.held_out
    record = instruments.load(recipe.pair(pair).input)
    drawn = {
        key: [min(each[key] for each in conditions), max(each[key] for each in conditions)]
        for key in ("noise", "fwhm", "gain")
    }
    strongest = max(float(np.nanmax(np.abs(sun.inputs[:trained]))) for sun in suns)
    intervals = sorted(record.response.noise.by_interval)
    return drawn | {"field": strongest, "radius": [0.0, 1.0], "interval": intervals}
