"""Predicted frames: one field a frame, a month of them a product, whoever made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun.errors import ConfigError, DamagedProductError
from onesun.io.files import open_product
from onesun.products.aligned import read_field

PRODUCT = "predictions"


@dataclass(frozen=True)
class PredictedMonth:
    """A month of predictions of one pair by one method, opened by :func:`read_month`.

    ``files`` are the folder's, as the manifest lists them.
    """

    pair: str
    method: str
    month: str
    folder: Path
    files: Mapping[str, Any]

    def prediction(self, stamp: str) -> np.ndarray:
        """The prediction on the target grid; (N, N) float32, gauss, NaN off the disk.

        Raises DamagedProductError when there is none of this frame or it is not as it was written.
        """
        path = self.folder / file_name(stamp)
        if path.name not in self.files:
            raise DamagedProductError(f"{path}: missing, expected a prediction for each frame")
        return read_field(path, self.files[path.name])


def file_name(stamp: str) -> str:
    """Name of a frame's prediction in the month's folder."""
    return f"{stamp}.fits"


def read_month(manifest: Path) -> PredictedMonth:
    """Open a month of predictions by its manifest.

    Raises DamagedProductError when the manifest is damaged, or a file it lists is missing or has
    another size than listed.
    """
    folder, content = open_product(manifest, PRODUCT)
    try:
        return PredictedMonth(
            content["pair"], content["method"], content["month"], folder, content["files"]
        )
    except KeyError as error:
        raise DamagedProductError(f"{manifest}: no manifest of {PRODUCT} ({error})") from None


def open_month(manifest: Path, pair: str, method: str, month: str) -> PredictedMonth:
    """:func:`read_month`; raises ConfigError when it is of another pair, method or month."""
    opened = read_month(manifest)
    found = (opened.pair, opened.method, opened.month)
    if found != (pair, method, month):
        raise ConfigError(
            f"{manifest}: predictions of {' '.join(found)}, expected {pair} {method} {month}"
        )
    return opened
