"""What a model's card says: all that its weights need, and where they come from."""

from __future__ import annotations

import math
import platform
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy
import torch
import zarr

from onesun.products.split import SplitRow
from onesun.training.loop import Training
from onesun.training.patchset import PatchSet
from onesun.training.product import PRODUCT
from onesun.version import __version__


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
        "instruments": training.training.instruments,
        "network": recipe.network,
        "grid": asdict(training.training.grid),
        "factor": training.training.factor,
        "parameters": sum(parameter.numel() for parameter in training.network.parameters()),
        "halo": training.network.halo,
        "field_scale": recipe.training.field_scale,
        "calibration": {"a": recipe.a, "b": recipe.b},
        "channels": ["field / field_scale, 0 where missing", "r / R, 0 off the disk"],
        "loss": recipe.loss,
        "loss_terms": recipe.loss_terms,
        "training": recipe.content()["training"],
        "precision": str(training.dtype).removeprefix("torch."),
        "processes": training.world.size,
        "seed": recipe.seed,
        "simulated": training.training.simulated or training.validation.simulated,
        "ranges": _ranges(training.training),
        "data": {"training": _data(training.training), "validation": _data(training.validation)},
        "split": [vars(row) for row in sorted(rows)],
        "best_epoch": best_epoch,
        "scores": _scores(by_epoch[best_epoch]),
        "scores_before_training": _scores(by_epoch[0]),
        "versions": {
            "onesun": __version__,
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": numpy.__version__,
            "zarr": zarr.__version__,
        },
    }


def _ranges(patches: PatchSet) -> dict[str, Any]:
    """What the training inputs covered; beyond it nothing is known of the field and its error.

    ``field``: the strongest input, gauss, without its sign. ``noise``: of an input's pixel at the
    disk centre, least and most, gauss. ``interval``: integration times, s. ``radius``: limb radii.
    None and an empty list where the frames do not record it.
    """
    records = patches.records()
    noises = [record["input_noise"] for record in records if record.get("input_noise")]
    intervals = {record["interval"] for record in records if record["interval"] is not None}
    return {
        "field": patches.strongest(),
        "noise": [min(noises), max(noises)] if noises else None,
        "interval": sorted(intervals),
        "radius": [0.0, 1.0],
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
