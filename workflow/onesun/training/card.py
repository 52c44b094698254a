"""A model's card: all that is needed to use its weights, and to know where they come from."""

from __future__ import annotations

import math
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import torch
import zarr
from safetensors import SafetensorError
from safetensors.torch import load_file

import onesun
from onesun.errors import DamagedProductError
from onesun.files import read_json, sha256
from onesun.networks import Calibration, Network, build
from onesun.split import SplitRow
from onesun.training.loop import Training
from onesun.training.patchset import PatchSet

PRODUCT = "model"
WEIGHTS = "weights.safetensors"
CARD = "card.json"
CURVE = "learning_curve.csv"


def describe(
    training: Training, rows: Sequence[SplitRow], curve: Sequence[dict[str, Any]], best_epoch: int
) -> dict[str, Any]:
    """The card of a finished training, less pair, method and weights; JSON can hold it.

    Parameters
    ----------
    training : the training.
    rows : all of the pair's rows of the split.
    curve, best_epoch : the learning curve and the epoch whose weights are kept.
    """
    recipe = training.recipe
    by_epoch = {row["epoch"]: row for row in curve}
    return {
        "product": PRODUCT,
        "network": recipe.network,
        "factor": training.training.factor,
        "parameters": sum(parameter.numel() for parameter in training.network.parameters()),
        "halo": training.network.halo,
        "field_scale": recipe.training["field_scale"],
        "calibration": {"a": recipe.a, "b": recipe.b},
        "channels": ["field / field_scale, 0 where missing", "r / R, 0 off the disk"],
        "loss": recipe.loss,
        "loss_terms": recipe.loss_terms,
        "training": recipe.training,
        "precision": str(training.dtype).removeprefix("torch."),
        "processes": training.world.size,
        "seed": recipe.seed,
        "simulated": training.training.simulated or training.validation.simulated,
        "data": {"training": _data(training.training), "validation": _data(training.validation)},
        "split": [vars(row) for row in sorted(rows)],
        "best_epoch": best_epoch,
        "scores": _scores(by_epoch[best_epoch]),
        "scores_before_training": _scores(by_epoch[0]),
        "versions": {
            "onesun": onesun.__version__,
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": numpy.__version__,
            "zarr": zarr.__version__,
        },
    }


def _data(patches: PatchSet) -> dict[str, Any]:
    return {
        "manifests_sha256": patches.months,
        "frames": patches.frames,
        "patches": len(patches),
    }


def _scores(row: dict[str, Any]) -> dict[str, float | None]:
    """What was found on the validation set; RMSE in gauss, None where it is not a number."""
    return {
        key: value if math.isfinite(value) else None
        for key, value in row.items()
        if key.startswith("validation_")
    }


@dataclass(frozen=True)
class Model:
    """A trained network, ready for use.

    Attributes
    ----------
    network : in evaluation mode, on the CPU.
    field_scale : gauss per unit of its input and output.
    factor : target pixels per input pixel along one axis.
    card : the whole card.
    """

    network: Network
    field_scale: float
    factor: int
    card: dict[str, Any]


def load(weights: Path) -> Model:
    """Load weights by the card beside them.

    Raises DamagedProductError when either is missing or damaged, or the weights are not the
    card's.
    """
    weights = Path(weights)
    path = weights.with_name(CARD)
    card = read_json(path)
    if not weights.is_file():
        raise DamagedProductError(f"{weights}: missing, expected the weights of a network")
    try:
        expected = card["weights"]["sha256"]
        calibration = Calibration(**card["calibration"], field_scale=card["field_scale"])
        network = build(card["network"], card["factor"], calibration)
    except (KeyError, TypeError) as error:
        raise DamagedProductError(f"{path}: not a model's card ({error})") from None
    if sha256(weights) != expected:
        raise DamagedProductError(f"{weights}: not the weights whose SHA-256 {path.name} gives")
    try:
        network.load_state_dict(load_file(weights))
    except SafetensorError as error:
        raise DamagedProductError(f"{weights}: not readable as safetensors ({error})") from None
    except RuntimeError:  # its message has a line for each tensor
        raise DamagedProductError(
            f"{weights}: not weights of the network that {path.name} describes"
        ) from None
    network.eval().requires_grad_(False)
    return Model(network, card["field_scale"], card["factor"], card)
