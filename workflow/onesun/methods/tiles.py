"""A frame through a network in tiles, without a seam, in memory that the tile bounds.

A tile is computed with the network's ``halo`` of input pixels around it, and beyond the frame the
input is empty sky. Every pixel thus sees what it would see in the frame computed at once, whatever
the tiles are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import numpy as np
import torch

from onesun.errors import ConfigError
from onesun.io.parallel import one_core_each

TILE = 128  # input pixels
Box = tuple[slice, slice]


class Predictor(Protocol):
    """What is needed of :class:`onesun.training.model.Model`."""

    @property
    def halo(self) -> int: ...

    @property
    def factor(self) -> int: ...

    def predict(
        self, field: np.ndarray, radius: np.ndarray, *, device: torch.device | str
    ) -> tuple[np.ndarray, np.ndarray | None]: ...


class Sink(Protocol):
    """Takes what a tile came out as; called by several threads, each with its own pixels."""

    def __call__(self, pixels: Box, field: np.ndarray, error: np.ndarray | None, /) -> None: ...


def device_of(name: str) -> torch.device:
    """The device of this name; ``auto`` is CUDA where there is any.

    Raises ConfigError for one that torch does not know, or cannot compute on here.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).cpu()
    # Without CUDA it is an assertion, for a device without memory it is not implemented.
    except (RuntimeError, AssertionError, NotImplementedError):
        raise ConfigError(
            f"device: {name!r} found, expected a device that torch can use here, such as cpu"
        ) from None
    return device


def predict_tiles(
    model: Predictor,
    field: np.ndarray,
    radius: np.ndarray,
    wanted: np.ndarray,
    sink: Sink,
    *,
    tile: int = TILE,
    device: torch.device,
) -> None:
    """Give every tile that holds a wanted pixel to ``sink``, in gauss.

    Parameters
    ----------
    field : (h, w) float32, gauss, 0 where there is no value.
    radius : (h + 2 halo, w + 2 halo) limb radii of its pixels and of the halo around them.
    wanted : (h, w) bool, input pixels of which some output pixel lies on the disk.
    tile : input pixels on a side.
    """
    halo, factor = model.halo, model.factor
    padded = np.pad(field, halo)

    def one(box: Box) -> None:
        rows, columns = (slice(part.start, part.stop + 2 * halo) for part in box)
        mean, error = model.predict(padded[rows, columns], radius[rows, columns], device=device)
        cut = halo * factor
        inner = (slice(cut, -cut),) * 2
        down, across = (slice(part.start * factor, part.stop * factor) for part in box)
        sink((down, across), mean[inner], None if error is None else error[inner])

    with _workers(device) as each:
        list(each(one, _boxes(wanted, tile)))


def _boxes(wanted: np.ndarray, tile: int) -> list[Box]:
    """Tiles that hold a wanted pixel, each cut down to what of it does."""
    boxes = []
    for top in range(0, wanted.shape[0], tile):
        for left in range(0, wanted.shape[1], tile):
            part = wanted[top : top + tile, left : left + tile]
            rows, columns = (np.flatnonzero(part.any(axis=axis)) for axis in (1, 0))
            if rows.size:
                boxes.append(
                    (
                        slice(top + rows[0], top + rows[-1] + 1),
                        slice(left + columns[0], left + columns[-1] + 1),
                    )
                )
    return boxes


@contextmanager
def _workers(device: torch.device) -> Iterator[Callable[..., Iterator[None]]]:
    """A ``map`` over tiles: on a CPU, a core to a tile."""
    if device.type == "cpu":
        with one_core_each() as pool:
            yield pool.map
    else:
        # Convolutions would round to TF32's ten bits otherwise.
        with torch.backends.cudnn.flags(allow_tf32=False):
            yield map
