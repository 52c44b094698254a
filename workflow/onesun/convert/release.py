"""The weights that come with the package: a network, its card, and errors that are calibrated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_of

from onesun import locations
from onesun.convert.error_scale import ErrorScale
from onesun.errors import DamagedProductError, OneSunError
from onesun.files import read_json, sha256
from onesun.networks import Calibration
from onesun.networks.uncertain import UncertainNetwork, build_uncertain

PRODUCT = "release weights"
WEIGHTS_SUFFIX = ".safetensors"
CARD_SUFFIX = ".card.json"


class WeightsError(OneSunError):
    """There are no weights of this name, or they are not what their card says."""


class Release:
    """A trained network with calibrated errors, ready for one input instrument.

    Attributes
    ----------
    pair : such as mdi-hmi.
    input_instrument : name of the record of the instrument whose frames it takes.
    digest : SHA-256 of the weights' file.
    card : the whole card.
    factor : output pixels per input pixel along one axis.
    halo : input pixels that a part of a frame needs around itself, to come out as in the whole.
    network : the network itself, whose errors are not calibrated.
    errors : what calibrates them.
    """

    def __init__(self, network: UncertainNetwork, card: dict[str, Any], digest: str) -> None:
        self.pair: str = card["pair"]
        self.input_instrument: str = card["input"]
        self.digest = digest
        self.card = card
        self.factor: int = card["factor"]
        self.halo: int = network.halo
        self._field_scale = float(card["field_scale"])
        self.errors = ErrorScale.from_card(card["error_scale"])
        self.network = network.eval().requires_grad_(False)
        self.network.to(memory_format=torch.channels_last)

    @torch.inference_mode()
    def predict(
        self, field: np.ndarray, radius: np.ndarray, *, device: torch.device | str = "cpu"
    ) -> tuple[np.ndarray, np.ndarray]:
        """The field that the target would have seen, and its standard error.

        Parameters
        ----------
        field : (h, w) on the common low-resolution grid or a part of it, gauss, as the input
            instrument recorded it (not calibrated); pixels without a value are taken as 0.
        radius : (h, w) distance from the disk centre, limb radii.
        device : where to compute; the network moves there and stays.

        Returns field and error, each (factor * h, factor * w) float32, gauss; pixels off the disk
        hold values that mean nothing. The error is that with which a reading of the target is met,
        the target's own noise included.
        """
        device = torch.device(device)
        self.network.to(device)
        inside = radius < 1
        given = np.stack(
            [np.nan_to_num(field) / np.float32(self._field_scale), np.where(inside, radius, 0)]
        ).astype(np.float32)
        batch = torch.from_numpy(given)[None].to(device, memory_format=torch.channels_last)
        answer = self.network(batch)[0]
        mean = (answer[0] * self._field_scale).cpu().numpy()
        error = torch.exp(answer[1]).cpu().numpy()
        error *= self.errors.by_field(mean)
        by_radius = self.errors.by_radius(radius)
        error *= np.repeat(np.repeat(by_radius, self.factor, axis=0), self.factor, axis=1)
        return mean, error


def card_of(weights: Path) -> Path:
    """Where the card of a file of weights is."""
    return weights.with_name(weights.name.removesuffix(WEIGHTS_SUFFIX) + CARD_SUFFIX)


def names() -> list[str]:
    """Pairs whose weights come with the package."""
    return sorted(path.name.removesuffix(CARD_SUFFIX) for path in _folder().glob(f"*{CARD_SUFFIX}"))


def load(pair_or_path: str | Path) -> Release:
    """Load the package's weights of a pair, or those of a file with its card beside it.

    Parameters
    ----------
    pair_or_path : such as ``mdi-hmi``, or a ``.safetensors`` file; the card of
        ``x.safetensors`` is ``x.card.json``.

    Raises WeightsError for an unknown pair, a missing file, and weights that do not fit their card;
    DamagedProductError for a card that is missing or has changed.
    """
    weights = _locate(pair_or_path)
    path = card_of(weights)
    card = read_json(path)
    if not isinstance(card, dict) or card.get("product") != PRODUCT:
        raise WeightsError(f"{path}: not the card of release weights, expected one")
    digest = sha256(weights)
    try:
        if card["weights"]["sha256"] != digest:
            raise WeightsError(f"{weights}: not the weights whose SHA-256 {path.name} gives")
        calibration = Calibration(**card["calibration"], field_scale=card["field_scale"])
        network = build_uncertain(card["network"], card["factor"], calibration)
        network.load_state_dict(tensors_of(weights.read_bytes()))
        return Release(network, card, digest)
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedProductError(f"{path}: not a card of release weights ({error})") from None
    except SafetensorError as error:
        raise WeightsError(f"{weights}: not readable as safetensors ({error})") from None
    except RuntimeError:  # its message has a line for each tensor
        raise WeightsError(
            f"{weights}: not weights of the network that {path.name} describes"
        ) from None


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
    if not path.is_file():
        raise WeightsError(f"{path}: missing, expected the weights of a network")
    return path


def _folder() -> Path:
    return locations.resource("weights")
