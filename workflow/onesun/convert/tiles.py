"""A frame through the network in tiles, without a seam, in memory that the tile bounds.

A tile is computed with the network's ``halo`` of input pixels around it, and beyond the frame the
input is empty sky. Every pixel thus sees what it would see in the frame computed at once, whatever
the tiles are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import numpy as np
import torch

from onesun.convert.view import View
from onesun.errors import ConfigError
from onesun.parallel import one_core_each

TILE = 128  # input pixels
Box = tuple[slice, slice]


class Predictor(Protocol):
    """What is needed of :class:`onesun.convert.release.Release`."""

    halo: int
    factor: int

    def predict(
        self, field: np.ndarray, radius: np.ndarray, *, device: torch.device | str
    ) -> tuple[np.ndarray, np.ndarray]: ...


class Sink(Protocol):
    """Takes what a tile came out as; called by several threads, each with its own pixels."""

    def __call__(self, pixels: Box, field: np.ndarray, error: np.ndarray) -> None: ...


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
            f"device: {name!r} found, expected one that torch can compute on here, such as cpu"
        ) from None
    return device


def predict_tiles(
    release: Predictor,
    field: np.ndarray,
    view: View,
    sink: Sink,
    *,
    tile: int = TILE,
    device: torch.device,
) -> None:
    """Give every tile that touches the disk to ``sink``, in gauss.

    Parameters
    ----------
    field : ``view.shape`` float32, gauss, 0 where there is no value.
    view : of the field.
    tile : input pixels on a side.
    """
    halo, factor = release.halo, release.factor
    padded = np.pad(field, halo)
    radius = view.widened(halo).radius()
    # An input pixel may lie off the disk and some of its output pixels on it.
    reach = 1 + 1 / view.pointing.limb_radius
    disk = radius[halo:-halo, halo:-halo] < reach

    def one(box: Box) -> None:
        rows, columns = (slice(part.start, part.stop + 2 * halo) for part in box)
        answer = release.predict(padded[rows, columns], radius[rows, columns], device=device)
        cut = halo * factor
        inner = [plane[cut : plane.shape[0] - cut, cut : plane.shape[1] - cut] for plane in answer]
        pixels = tuple(slice(part.start * factor, part.stop * factor) for part in box)
        sink(pixels, *inner)

    with _workers(device) as each:
        list(each(one, _boxes(disk, tile)))


def _boxes(disk: np.ndarray, tile: int) -> list[Box]:
    """Tiles that touch the disk, each cut down to what of it does."""
    boxes = []
    for top in range(0, disk.shape[0], tile):
        for left in range(0, disk.shape[1], tile):
            part = disk[top : top + tile, left : left + tile]
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
def _workers(device: torch.device) -> Iterator:
    """A ``map`` over tiles: on a CPU, a core to a tile."""
    if device.type == "cpu":
        with one_core_each() as pool:
            yield pool.map
    else:
        # Convolutions would round to TF32's ten bits otherwise.
        with torch.backends.cudnn.flags(allow_tf32=False):
            yield map
