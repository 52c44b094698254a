"""What registration of predictions found, as files: one pair, method and month each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from onesun.errors import DamagedProductError
from onesun.io.files import read_json, write_json

PRODUCT = "pointing"
HEADER = "header"  # how predictions lie before any registration


@dataclass(frozen=True)
class Found:
    """Where a prediction's features lie, against the target's.

    Parameters
    ----------
    shift_x, shift_y : towards solar west and north at the disk's centre, arcsec as from 1 AU.
    roll : degrees. scale : fraction. stretch : radial, zero at the limb; as
        :class:`onesun.alignment.mapping.Correction`.
    residual_x, residual_y : mean shift left after registration, arcsec.
    scatter : root mean square of what is left in a tile, per axis, arcsec.
    tiles : number of tiles that hold features.
    correlation_before, correlation_after : at the input's resolution, within
        ``align.within_radius``.
    """

    shift_x: float
    shift_y: float
    roll: float
    scale: float
    stretch: float
    residual_x: float
    residual_y: float
    scatter: float
    tiles: int
    correlation_before: float
    correlation_after: float


@dataclass(frozen=True)
class PointedMonth:
    """What ``onesun pointing`` writes, beside the statistics.

    Parameters
    ----------
    pair, method, month : what was scored.
    models : of registration.
    frames : by stamp and model, what was found.
    refused : by stamp, why a frame could not be registered; such a frame is in no statistics.
    """

    pair: str
    method: str
    month: str
    models: tuple[str, ...]
    frames: Mapping[str, Mapping[str, Found]]
    refused: Mapping[str, str]

    @property
    def pointings(self) -> tuple[str, ...]:
        """How predictions were pointed: by the header, and by each model."""
        return (HEADER, *self.models)


def statistics_file(manifest: Path, pointing: str) -> Path:
    """The statistics of predictions that were pointed so, beside the manifest of the month."""
    return manifest.with_name(f"{manifest.stem}.{pointing}.json")


def pointed(method: str, pointing: str) -> str:
    """The name that statistics have for a method whose predictions were pointed so."""
    return f"{method} ({pointing})"


def write(path: Path, month: PointedMonth) -> None:
    """Write a month as JSON, whole or not at all."""
    write_json(path, {"product": PRODUCT, **asdict(month)})


def read(path: Path) -> PointedMonth:
    """Read what :func:`write` wrote.

    Raises DamagedProductError when the file is missing or is no such product.
    """
    content: Any = read_json(path)
    if not isinstance(content, dict) or content.get("product") != PRODUCT:
        raise DamagedProductError(f"{path}: no registrations of a month's predictions")
    try:
        frames = {
            stamp: {model: Found(**found) for model, found in models.items()}
            for stamp, models in content["frames"].items()
        }
        pair, method, month = (content[key] for key in ("pair", "method", "month"))
        models, refused = tuple(content["models"]), content["refused"]
        return PointedMonth(pair, method, month, models, frames, refused)
    except (KeyError, TypeError, AttributeError) as error:
        raise DamagedProductError(
            f"{path}: no registrations of a month's predictions ({error})"
        ) from None
