"""Which networks can convert frames, and what names the weights of an output."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from onesun.training import model
from onesun.training.model import Model, WeightsError
from onesun.training.product import ERRORS

TARGET = "hmi"
STATED, NO_ERROR = "deviation and half-widths", "none"  # of the keyword ERRORS


def load(name: str | Path) -> Model:
    """A network that frames can be converted with.

    Parameters
    ----------
    name : as :func:`onesun.training.model.load` takes it.

    Raises what that function raises; WeightsError for a network of another target, or one whose
    error is not calibrated.
    """
    found = model.load(name)
    _check_target(found, name)
    if found.network.error and found.errors is None:
        raise WeightsError(
            f"{name}: weights of a network whose error is not calibrated yet, expected "
            f"{ERRORS} beside them, which `snakemake results/models/{found.pair}/"
            f"{found.method}/{ERRORS}` makes"
        )
    return found


def _check_target(found: Model, name: str | Path) -> None:
    target = found.card["instruments"]["target"]
    if target != TARGET:
        raise WeightsError(
            f"{name}: weights of a network whose target is {target.upper()}, expected "
            f"{TARGET.upper()}"
        )


def signature(found: Model) -> dict[str, str]:
    """What an output's header says of the weights behind it, by keyword.

    ``WEIGHTS`` and ``METHOD`` are the pair and the name that the network was trained for,
    ``WTSHA256`` is of its file of weights, and ``ERRORS`` says whether it states an error;
    ``ERSHA256`` is of the factors that calibrate it.
    """
    cards = {"WEIGHTS": found.pair, "METHOD": found.method, "WTSHA256": found.digest}
    if found.errors is None:
        return cards | {"ERRORS": NO_ERROR}
    factors = json.dumps(found.errors.for_card(), sort_keys=True)
    digest = hashlib.sha256(factors.encode()).hexdigest()
    return cards | {"ERRORS": STATED, "ERSHA256": digest}
