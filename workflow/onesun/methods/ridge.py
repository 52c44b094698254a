"""The linear filter as a method: one convolution and a pixel shuffle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from onesun.errors import DamagedProductError
from onesun.geometry.grid import Grid, Which
from onesun.geometry.upsample import fill_nearest
from onesun.geometry.window import Window
from onesun.io.parallel import one_core_each
from onesun.methods.base import FullDisk
from onesun.methods.fitting import product
from onesun.products.aligned import AlignedFrame

_ROWS = 32  # input rows at a time


class RidgeMethod:
    """Each target pixel as the fitted weighted sum of the input pixels around it.

    Pixels without a value take that of the nearest pixel that has one, as for ``bicubic``.

    Parameters
    ----------
    fit : ``fit.safetensors``, with ``card.json`` beside it.
    grid : the common grid, or a part of it.

    Raises DamagedProductError when the fit is missing or damaged.
    """

    name = "ridge"
    reads: Which = "input"

    def __init__(self, fit: Path, grid: Grid | Window) -> None:
        tensors, card = product.read(fit, self.name, grid)
        try:
            filter_, self._zero_point = tensors["filter"], np.float32(card["zero_point"])
            kernel = filter_.shape[0]
            channels = np.moveaxis(filter_, (2, 3), (0, 1)).reshape(-1, 1, kernel, kernel)
            constant = tensors.get("constant", np.zeros(filter_.shape[2:], np.float32)).reshape(-1)
        except (KeyError, ValueError) as error:
            raise DamagedProductError(f"{fit}: no linear filter ({error})") from None
        self._weights = torch.from_numpy(np.ascontiguousarray(channels))
        self._constant = torch.from_numpy(constant)
        self.halo = kernel // 2
        self._disk = FullDisk(grid)

    def predict(self, field: np.ndarray, frame: AlignedFrame | None = None) -> np.ndarray:
        """See :class:`onesun.methods.base.Method`."""
        self._disk.check(field)
        halo, factor = self.halo, self._disk.grid.factor
        padded = np.pad(fill_nearest(field) - self._zero_point, halo, mode="edge")
        prediction = np.empty(self._disk.grid.shape("target"), dtype=np.float32)

        def fill(start: int) -> None:
            band = torch.from_numpy(padded[start : start + _ROWS + 2 * halo])
            filled = self._filtered(band)
            prediction[start * factor : start * factor + filled.shape[0]] = filled

        with one_core_each() as pool:
            list(pool.map(fill, range(0, field.shape[0], _ROWS)))
        return self._disk.masked(prediction)

    @torch.inference_mode()
    def _filtered(self, band: torch.Tensor) -> np.ndarray:
        channels = torch.nn.functional.conv2d(band[None, None], self._weights, self._constant)
        return torch.nn.functional.pixel_shuffle(channels, self._disk.grid.factor)[0, 0].numpy()
