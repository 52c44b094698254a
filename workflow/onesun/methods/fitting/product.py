"""What ``onesun fit`` writes: a folder with tensors and a card that says how they came about."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from onesun.errors import ConfigError, DamagedProductError
from onesun.geometry.grid import Grid
from onesun.geometry.window import Window
from onesun.io.files import read_json, sha256, whole_folder, write_bytes, write_json
from onesun.version import __version__

PRODUCT = "fit"
TENSORS = "fit.safetensors"
CARD = "card.json"
_DIGITS = 9  # of scores in the card, more than the sums' last bits can reach


@dataclass(frozen=True)
class Fitted:
    """What was fitted.

    Parameters
    ----------
    tensors : by name.
    details : what the card says of them.
    """

    tensors: dict[str, np.ndarray]
    details: dict[str, Any] = field(default_factory=dict)


def rounded(value: float) -> float:
    """A score as the card holds it."""
    return float(f"{value:.{_DIGITS}g}")


def write(out: Path, fitted: Fitted, card: dict[str, Any]) -> None:
    """Write the folder ``out``, whole or not at all; ``card`` says what ``details`` does not."""
    tensors = {name: np.ascontiguousarray(values) for name, values in fitted.tensors.items()}
    with whole_folder(out, out / CARD) as folder:
        write_bytes(folder / TENSORS, save(tensors))
        content = {
            "product": PRODUCT,
            **card,
            **fitted.details,
            "fit": {"file": TENSORS, "sha256": sha256(folder / TENSORS)},
            "versions": {
                "onesun": __version__,
                "python": platform.python_version(),
                "numpy": np.__version__,
            },
        }
        write_json(folder / CARD, content)


def read(
    tensors: Path, kind: str, grid: Grid | Window
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The tensors and the card beside them.

    Raises DamagedProductError when either is missing or damaged or they do not belong together,
    ConfigError when they are of another kind of method or of another grid than asked for.
    """
    tensors = Path(tensors)
    path = tensors.with_name(CARD)
    card = read_json(path)
    if not tensors.is_file():
        raise DamagedProductError(f"{tensors}: missing, expected what onesun fit wrote")
    try:
        found, factor, expected = card["kind"], card["factor"], card["fit"]["sha256"]
    except (KeyError, TypeError) as error:
        raise DamagedProductError(f"{path}: not the card of a fit ({error})") from None
    if sha256(tensors) != expected:
        raise DamagedProductError(f"{tensors}: not the tensors whose SHA-256 {path.name} gives")
    if found != kind:
        raise ConfigError(f"{tensors}: a fit of kind {found}, expected {kind}")
    if factor != grid.factor:
        raise ConfigError(
            f"{tensors}: a fit of factor {factor}, expected {grid.factor}, the grid's"
        )
    try:
        return load_file(tensors), card
    except (SafetensorError, ValueError) as error:
        raise DamagedProductError(f"{tensors}: not readable as safetensors ({error})") from None
