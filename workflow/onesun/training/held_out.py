"""Tiles of the disk that never train, the same in every frame: where validation shares the Sun."""

from __future__ import annotations

import numpy as np

from onesun.errors import ConfigError
from onesun.training.settings import HeldOutTiles

_STEP = 3  # from row to row, so that held-out tiles do not line up in columns


def held_out(settings: HeldOutTiles | None, size: int, patch: int) -> np.ndarray:
    """Input pixels that never train; (size, size) bool, all False without ``settings``.

    Parameters
    ----------
    settings : ``training.held_out_tiles``.
    size : of the input grid, pixels on a side.
    patch : input pixels on a side of a patch, which is held out as a whole.

    Raises ConfigError for a tile that is not made of whole patches.
    """
    if settings is None:
        return np.zeros((size, size), dtype=bool)
    tile = settings.size
    if tile % patch:
        raise ConfigError(
            f"training.held_out_tiles.size: {tile} found, expected a multiple of the patch's "
            f"{patch} input pixels"
        )
    rows, columns = np.indices((size, size)) // tile
    held: np.ndarray = (_STEP * rows + columns) % settings.every == 0
    return held
