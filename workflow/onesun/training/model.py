"""A trained network ready for use: its weights, the card beside them, its calibrated error."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_of

from onesun.errors import DamagedProductError, OneSunError
from onesun.geometry.grid import Grid
from onesun.io import locations
from onesun.io.files import read_json, sha256
from onesun.networks import Calibration, Network, build
from onesun.training.error_scale import ErrorScale
from onesun.training.product import (
    CARD,
    ERRORS,
    ERRORS_PRODUCT,
    PRODUCT,
    WEIGHTS,
    WEIGHTS_SUFFIX,
    card_of,
)


class WeightsError(OneSunError):
    """There are no weights of this name, or they are not what their card says."""


@dataclass(frozen=True)
class Model:
    """A trained network.

    Attributes
    ----------
    network : in evaluation mode, on the CPU until it computes elsewhere.
    card : the whole card.
    digest : SHA-256 of the file of weights.
    errors : what calibrates its error; None for a network without one, or not calibrated yet.
    """

    network: Network
    card: dict[str, Any]
    digest: str
    errors: ErrorScale | None

    @property
    def pair(self) -> str:
        """Such as mdi-hmi."""
        return str(self.card["pair"])

    @property
    def method(self) -> str:
        """The name under which it was trained."""
        return str(self.card["method"])

    @property
    def input_instrument(self) -> str:
        """Name of the record of the instrument whose frames it takes."""
        return str(self.card["instruments"]["input"])

    @property
    def field_scale(self) -> float:
        """Gauss per unit of the network's input and output."""
        return float(self.card["field_scale"])

    @property
    def grid(self) -> Grid:
        """The common grid on which it is trained."""
        return Grid.from_settings(self.card["grid"])

    @property
    def factor(self) -> int:
        """Target pixels per input pixel along one axis."""
        return self.network.factor

    @property
    def halo(self) -> int:
        """Input pixels that a part of a frame needs around itself, to come out as in the whole."""
        return self.network.halo

    @torch.inference_mode()
    def predict(
        self, field: np.ndarray, radius: np.ndarray, *, device: torch.device | str = "cpu"
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """The field that the target would have seen, and its error as the network states it.

        Parameters
        ----------
        field : (h, w) on the common low-resolution grid or a part of it, gauss, as the input
            instrument recorded it (not calibrated); pixels without a value are taken as 0.
        radius : (h, w) distance from the disk centre, limb radii.
        device : where to compute; the network moves there and stays.

        Returns field and error, each (factor * h, factor * w) float32, gauss; the error is None
        for a network without one, and is not calibrated. Pixels off the disk hold values that
        mean nothing.
        """
        device = torch.device(device)
        if next(self.network.parameters()).device != device:
            self.network.to(device)
        scaled = np.nan_to_num(field) / np.float32(self.field_scale)
        given = np.stack([scaled, np.where(radius < 1, radius, 0)]).astype(np.float32)
        batch = torch.from_numpy(given)[None].to(device, memory_format=torch.channels_last)
        answer = self.network(batch)[0]
        mean = (answer[0] * self.field_scale).cpu().numpy()
        error = torch.exp(answer[1]).cpu().numpy() if self.network.error else None
        return mean, error


def load(pair_or_path: str | Path, *, calibrated: bool = True) -> Model:
    """Load the package's weights of a pair, or those of a file with its card beside it.

    Parameters
    ----------
    pair_or_path : such as ``mdi-hmi``, or a ``.safetensors`` file: what ``onesun train`` wrote, or
        ``x.safetensors`` with its card ``x.card.json``.
    calibrated : whether what calibrates its error is read, too; without, ``errors`` is None, and
        what lies beside the weights may be of others.

    Raises WeightsError for an unknown pair, DamagedProductError when weights or card are missing
    or damaged, or are not each other's.
    """
    weights = _locate(pair_or_path)
    if not weights.is_file():
        raise DamagedProductError(f"{weights}: missing, expected the weights of a network")
    path = card_of(weights)
    card = read_json(path)
    digest = sha256(weights)
    try:
        if card["product"] != PRODUCT:
            raise DamagedProductError(f"{path}: of {card['product']}, expected a model's card")
        if card["weights"]["sha256"] != digest:
            raise DamagedProductError(f"{weights}: not the weights whose SHA-256 {path.name} gives")
        calibration = Calibration(**card["calibration"], field_scale=card["field_scale"])
        network = build(card["network"], card["factor"], calibration)
        for needed in ("pair", "method", "instruments", "ranges", "grid"):
            _ = card[needed]
        network.load_state_dict(tensors_of(weights.read_bytes()))
        errors = _errors(weights, card, digest) if network.error and calibrated else None
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedProductError(f"{path}: not a model's card ({error})") from None
    except SafetensorError as error:
        raise DamagedProductError(f"{weights}: not readable as safetensors ({error})") from None
    except RuntimeError:  # its message has a line for each tensor
        raise DamagedProductError(
            f"{weights}: not weights of the network that {path.name} describes"
        ) from None
    # Once and here: threads that share the network must not find its weights half rearranged.
    network.eval().requires_grad_(False).channels_last()
    return Model(network, card, digest, errors)


def names() -> list[str]:
    """Pairs whose weights come with the package."""
    return sorted(path.name.removesuffix(f".{CARD}") for path in _folder().glob(f"*.{CARD}"))


def _errors(weights: Path, card: dict[str, Any], digest: str) -> ErrorScale | None:
    """The calibration of the card; of a model of a run, that of the file beside it, if any."""
    if "error_scale" in card:
        return ErrorScale.from_card(card["error_scale"])
    path = weights.with_name(ERRORS)
    if weights.name != WEIGHTS or not path.is_file():
        return None
    return read_errors(path, weights, digest)


def read_errors(path: Path, weights: Path, digest: str) -> ErrorScale:
    """What calibrates the error of a network, as ``onesun errors`` wrote it.

    Parameters
    ----------
    path : its JSON.
    weights, digest : the file of weights that it has to be of, and their SHA-256.

    Raises DamagedProductError when it is missing, damaged or of other weights.
    """
    content = read_json(path)
    try:
        if content["product"] != ERRORS_PRODUCT:
            raise DamagedProductError(f"{path}: of {content['product']}, expected {ERRORS_PRODUCT}")
        if content["weights_sha256"] != digest:
            raise DamagedProductError(f"{path}: {ERRORS_PRODUCT} of other weights than {weights}")
        return ErrorScale.from_card(content["error_scale"])
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedProductError(f"{path}: no {ERRORS_PRODUCT} ({error})") from None


def _locate(pair_or_path: str | Path) -> Path:
    text = str(pair_or_path)
    if text in names():
        return _folder() / f"{text}{WEIGHTS_SUFFIX}"
    path = Path(pair_or_path)
    if path.suffix != WEIGHTS_SUFFIX:
        raise WeightsError(
            f"weights {text!r}: expected one of {', '.join(names()) or 'none that are installed'}, "
            f"or a {WEIGHTS_SUFFIX} file"
        )
    return path


def _folder() -> Path:
    return locations.resource("weights")
