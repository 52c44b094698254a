"""Sums over regions of the disk, by radius and by field strength, in one pass over a frame.

Regions overlap; cells do not. A radius cell is a set of runs of neighbouring pixels, the same for
every frame, so that a sum over cells is a segmented sum over runs. Field strength differs from
frame to frame: pixels above each threshold are picked out of those above the threshold before,
which costs little because few are strong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from onesun.errors import OneSunError

SUMS = 6  # of 1, x, y, x^2, y^2, xy
_BLOCK_PIXELS = 131072  # larger ones leave the caches, smaller ones pay for more calls

Range = tuple[float, float]
Level = tuple[float, bool]  # a threshold of |x|, and whether only positive x count


@dataclass(frozen=True)
class _Block:
    """A rectangle of the frame: its runs in row-major order and the cell of each (-1: none)."""

    rows: slice
    columns: slice
    starts: np.ndarray
    cells: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows.stop - self.rows.start, self.columns.stop - self.columns.start

    @property
    def size(self) -> int:
        return self.shape[0] * self.shape[1]


class _Scratch:
    """Arrays kept from block to block: fresh ones cost more than the sums.

    Pairs move between two buffers. Each has room for one zero after the pairs in use, so that a
    run may begin at their end.
    """

    def __init__(self, size: int) -> None:
        self.buffers = [np.empty((2, size + 1)), np.empty((2, size + 1))]
        self.work = np.empty(size + 1)
        self.mask = np.empty(size, dtype=bool)


class CellSums:
    """Sums over cells, laid out once for a grid and used for every frame on it.

    ``tiles`` tells the tile of each cell, (cells,) int.

    Parameters
    ----------
    radius : (N, N) distance from the disk centre in limb radii. Pixels at 1 or beyond are off the
        disk and never counted.
    ranges : inclusive ranges of radius; their intersections are the cells.
    thresholds : gauss; sums are made over the pixels with |x| >= threshold, for each.
    tiles : (N, N) int, the tile of each pixel; a cell lies in one tile.
    polar : those of the thresholds at which the sums over x >= threshold alone are made, too.
    """

    def __init__(
        self,
        radius: np.ndarray,
        ranges: Sequence[Range],
        thresholds: Sequence[float],
        tiles: np.ndarray,
        polar: Sequence[float] = (),
    ) -> None:
        # At each threshold both polarities together, then the positive one where asked for.
        self.levels: list[Level] = sorted(
            {(threshold, False) for threshold in (*thresholds, *polar)}
            | {(threshold, True) for threshold in polar}
        )
        self.shape = radius.shape
        cells, self._members, self.tiles = _radius_cells(radius, sorted(set(ranges)), tiles)
        self._blocks = _blocks(cells)
        self.cells = int(cells.max()) + 1
        self._scratch = _Scratch(max((block.size for block in self._blocks), default=0))

    def inside(self, bounds: Range) -> np.ndarray:
        """Which cells make up one of the ranges; (cells,) bool."""
        return self._members[bounds]

    def __call__(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Sums of 1, x, y, x^2, y^2 and xy over the pixels of each cell where x has a value.

        Parameters
        ----------
        x, y : (N, N) gauss, NaN where there is no value; on the disk, y has one wherever x has.

        Returns (levels, 6, cells) float64, in the order of ``levels``.

        Raises OneSunError when a shape is wrong or y lacks values that x has.
        """
        for name, field in (("target", x), ("prediction", y)):
            if field.shape != self.shape:
                raise OneSunError(f"{name}: {field.shape} pixels, expected {self.shape}")
        total = np.zeros((len(self.levels), SUMS, self.cells))
        lacking = 0
        for block in self._blocks:
            sums, without = self._block(block, x, y)
            total += sums
            lacking += without
        if lacking:
            raise OneSunError(
                f"prediction: no value in {lacking} pixels of the disk where the target has one, "
                "expected a value in each"
            )
        return total

    def _block(self, block: _Block, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, int]:
        scratch = self._scratch
        pairs = _load(block, x, y, scratch)
        starts, used = block.starts, block.cells >= 0
        without, lacking = _clear(pairs, block, scratch)
        sums = _run_sums(pairs, starts, scratch.work)
        sums[0] -= without
        out = np.zeros((len(self.levels), SUMS, self.cells))
        for level, (threshold, positive) in enumerate(self.levels):
            if positive:
                # The pairs stay where they are, for the thresholds above.
                sums = _run_sums(*_pick(pairs[0, :-1] > 0, pairs, starts, scratch), scratch.work)
            elif threshold > 0:
                pairs, starts = _pick(_strong(pairs, threshold, scratch), pairs, starts, scratch)
                sums = _run_sums(pairs, starts, scratch.work)
            np.add.at(out[level].T, block.cells[used], sums[:, used].T)
        return out, lacking


def _load(block: _Block, x: np.ndarray, y: np.ndarray, scratch: _Scratch) -> np.ndarray:
    """The block's pairs, (2, size + 1) float64, followed by a zero."""
    pairs = scratch.buffers[0][:, : block.size + 1]
    pairs[0, :-1].reshape(block.shape)[:] = x[block.rows, block.columns]
    pairs[1, :-1].reshape(block.shape)[:] = y[block.rows, block.columns]
    pairs[:, -1] = 0
    return pairs


def _clear(pairs: np.ndarray, block: _Block, scratch: _Scratch) -> tuple[np.ndarray | int, int]:
    """Set pairs that lack a value to zero, in place: in sums of products they vanish, and no
    threshold above zero lets them in.

    Returns how many they are in each run, and in how many of the block's cells x has a value and
    y has none.
    """
    x, y = pairs[:, :-1]
    together = np.add(x, y, out=scratch.work[: block.size])
    complete = np.isfinite(together, out=scratch.mask[: block.size])
    if complete.all():
        return 0, 0
    index = np.flatnonzero(~complete)
    alone = index[np.isfinite(x[index])]
    run = np.searchsorted(block.starts, alone, side="right") - 1
    pairs[:, index] = 0
    without = np.diff(index.searchsorted(block.starts), append=index.size)
    return without, int(np.count_nonzero(block.cells[run] >= 0))


def _strong(pairs: np.ndarray, threshold: float, scratch: _Scratch) -> np.ndarray:
    size = pairs.shape[1] - 1
    strength = np.abs(pairs[0, :-1], out=scratch.work[:size])
    strong: np.ndarray = np.greater_equal(strength, threshold, out=scratch.mask[:size])
    return strong


def _pick(
    mask: np.ndarray, pairs: np.ndarray, starts: np.ndarray, scratch: _Scratch
) -> tuple[np.ndarray, np.ndarray]:
    """Keep the pairs where ``mask`` holds; returns them, followed by a zero, and their runs."""
    index = mask.nonzero()[0]
    buffer = scratch.buffers[0 if np.shares_memory(pairs, scratch.buffers[1]) else 1]
    kept = buffer[:, : index.size + 1]
    for source, destination in zip(pairs, kept, strict=True):
        np.take(source, index, out=destination[:-1], mode="clip")
    kept[:, -1] = 0
    return kept, index.searchsorted(starts)


def _run_sums(pairs: np.ndarray, starts: np.ndarray, work: np.ndarray) -> np.ndarray:
    """Sums of 1, x, y, x^2, y^2, xy over each run; (6, runs)."""
    x, y = pairs
    work = work[: x.size]
    sums = np.empty((SUMS, starts.size))
    sums[0] = np.diff(starts, append=x.size - 1)
    np.add.reduceat(x, starts, out=sums[1])
    np.add.reduceat(y, starts, out=sums[2])
    for row, (a, b) in enumerate(((x, x), (y, y), (x, y)), start=3):
        np.add.reduceat(np.multiply(a, b, out=work), starts, out=sums[row])
    sums[:, sums[0] == 0] = 0  # reduceat gives an empty run its neighbour's first value
    return sums


def _radius_cells(
    radius: np.ndarray, ranges: Sequence[Range], tiles: np.ndarray
) -> tuple[np.ndarray, dict[Range, np.ndarray], np.ndarray]:
    """Cell of each pixel, (N, N) int, -1 outside all ranges; cells of each range; tile of each."""
    code = np.zeros(radius.shape, dtype=np.int32)
    for bit, (low, high) in enumerate(ranges):
        # In float64, so that a bound is compared as it is written.
        inside = (radius >= np.float64(low)) & (radius <= np.float64(high)) & (radius < 1)
        code |= inside.astype(np.int32) << bit
    rings, codes = _numbered(code)
    count = int(tiles.max()) + 1
    # 0 is no cell; the tiles of ring k begin at 1 + k * count.
    cells, found = _numbered(np.where(rings < 0, 0, 1 + rings * count + tiles))
    ring, tile = np.divmod(found - 1, count)
    members = {bounds: (codes[ring] >> bit & 1) == 1 for bit, bounds in enumerate(ranges)}
    return cells, members, tile


def _numbered(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The codes above 0 as numbers from 0 without gaps, -1 for the code 0; and each one's code."""
    present = np.bincount(codes.ravel(), minlength=1) > 0
    present[0] = False
    number = np.cumsum(present, dtype=np.int32) - 1
    number[~present] = -1
    return number[codes], np.flatnonzero(present)


def _blocks(cells: np.ndarray) -> list[_Block]:
    height = max(1, _BLOCK_PIXELS // cells.shape[1])
    blocks = []
    for top in range(0, cells.shape[0], height):
        stripe = cells[top : top + height]
        occupied = np.flatnonzero((stripe >= 0).any(axis=0))
        if not occupied.size:
            continue
        columns = slice(int(occupied[0]), int(occupied[-1]) + 1)
        inner = stripe[:, columns]
        new = np.ones(inner.shape, dtype=bool)
        new[:, 1:] = inner[:, 1:] != inner[:, :-1]
        starts = np.flatnonzero(new)
        blocks.append(_Block(slice(top, top + len(stripe)), columns, starts, inner.ravel()[starts]))
    return blocks
