"""What a jackknife leaves out: a rotation of the Sun, or a tile of the disk where there are few."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from onesun.calibration.settings import Blocks as BlockSettings
from onesun.reading.times import from_iso, seconds_between

Key = tuple[int, ...]
_DAY = 86400.0  # s


class Blocks:
    """Blocks of pixels that are taken for independent.

    Frames of one Sun share its fields, however many there are. Blocks are therefore as long as
    a rotation, counted from the first frame. With fewer of them than ``fewest``, blocks are
    tiles of the disk through all frames: their scatter shows how well these Suns determine a
    number, not how it differs on the next Sun.

    Parameters
    ----------
    times : of the frames, ISO in TAI, in order.
    settings : the configuration's ``calibration.blocks``: ``days`` of a block, the ``fewest``
        of them, and the side of a ``tile`` in input pixels.
    """

    def __init__(self, times: Sequence[str], settings: BlockSettings) -> None:
        self._settings = settings
        first = from_iso(times[0])
        length = settings.days * _DAY
        self._rotation = [int(seconds_between(first, from_iso(t)) // length) for t in times]
        self.rotations = len(set(self._rotation))
        self.tiled = self.rotations < settings.fewest

    def parts(
        self, frame: int, shape: tuple[int, int], scale: int
    ) -> Iterator[tuple[Key, tuple[slice, slice]]]:
        """The blocks of a frame and where they lie in it.

        Parameters
        ----------
        frame : number of the frame among ``times``.
        shape : of its fields.
        scale : pixels of them to an input pixel, along an axis.
        """
        if not self.tiled:
            yield (self._rotation[frame],), (slice(None), slice(None))
            return
        side = self._settings.tile * scale
        for row in range(0, shape[0], side):
            for column in range(0, shape[1], side):
                yield (row // side, column // side), np.s_[row : row + side, column : column + side]

    def described(self, count: int) -> dict[str, Any]:
        """As a product records them; ``count`` of them hold pixels."""
        size = {"tile": self._settings.tile} if self.tiled else {"days": self._settings.days}
        over = "tiles" if self.tiled else "rotations"
        return {"over": over, "blocks": count, **size, "rotations": self.rotations}


def jackknife(left_out: np.ndarray) -> float | None:
    """Standard error of a number from its values without each block in turn.

    Parameters
    ----------
    left_out : (blocks,).

    Returns None with fewer than two blocks, or where a value is not determined.
    """
    count = len(left_out)
    if count < 2 or not np.isfinite(left_out).all():
        return None
    spread = ((left_out - left_out.mean()) ** 2).sum()
    return float(np.sqrt((count - 1) / count * spread))
