"""Models as a training leaves them, without training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from onesun.io.files import sha256, write_json
from onesun.networks import Calibration, build
from onesun.training.model import PRODUCT, WEIGHTS, card_of

RANGES = {
    "field": 3500.0,
    "noise": [0.5, 30.0],
    "radius": [0.0, 1.0],
    "interval": [30, 300, 600],
}
ERROR_SCALE = {
    "field_knots": [0.0], "field_factors": [1.0], "radius_knots": [0.0], "radius_factors": [1.0],
    "half_widths_68": [1.0], "half_widths_95": [1.96], "target_noise": 5.0,
    "block_sizes": [2, 4], "block_inflation": [1.5, 2.5],
}  # fmt: skip


def save_model(
    folder: Path,
    network: dict[str, Any],
    calibration: Calibration,
    *,
    name: str = WEIGHTS,
    pair: str = "mdi-hmi",
    factor: int = 4,
    spread: float = 0.0,
    tail: float = 0.0,
    **more: Any,
) -> Path:
    """Write a network with its first weights and its card into ``folder``; returns the weights.

    Parameters
    ----------
    network : its section of the configuration.
    spread : of random numbers that are added to all weights.
    tail : of random numbers that are added to those of the last layer, ``tail``.
    more : further entries of the card, such as error_scale.
    """
    torch.manual_seed(1)
    built = build(network, factor, calibration)
    with torch.no_grad():
        for parameter in built.parameters():
            if spread:
                parameter.add_(torch.randn(parameter.shape) * spread)
        if tail:
            built.tail.weight.normal_(0, tail)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    save_file({name: each.contiguous() for name, each in built.state_dict().items()}, path)
    instrument, target = pair.split("-")
    card = {
        "product": PRODUCT,
        "pair": pair,
        "method": "onesun",
        "instruments": {"input": instrument, "target": target},
        "network": network,
        "grid": {"target_size": 4096, "target_scale": 0.504273, "factor": factor, "patch": 32},
        "factor": factor,
        "field_scale": calibration.field_scale,
        "calibration": {"a": calibration.a, "b": calibration.b},
        "ranges": RANGES,
        "weights": {"file": path.name, "sha256": sha256(path)},
        **more,
    }
    write_json(card_of(path), card)
    return path


SMALL_CALIBRATION = Calibration(a=-2.0, b=1.4, field_scale=3500.0)


def save_small(
    folder: Path, kind: str, *, spread: float, factor: int = 4, error: bool = False
) -> Path:
    """A small network with random weights, ``spread`` wide, as ``onesun train`` would leave it."""
    settings = {
        "kind": kind, "channels": 6, "blocks": 1, "kernel": 3, "dropout": 0.2, "error": error,
    }  # fmt: skip
    return save_model(folder, settings, SMALL_CALIBRATION, factor=factor, spread=spread)
