"""Batches of crops: drawn more often where the field is strong, each with its context."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from onesun.errors import ConfigError
from onesun.training.batches import Batch, batch_of, flip, shuffled
from onesun.training.buffer import FrameBuffer
from onesun.training.patchset import PatchSet
from onesun.training.settings import CropSampling

_AROUND = 15  # input pixels; strength is that of a square of so many on a side


@dataclass(frozen=True)
class _Heaped:
    """A frame, and how much each input pixel weighs as the middle of a crop.

    Attributes
    ----------
    input : (n, n) float32, gauss.
    target : (N, N) float32, gauss, NaN where nothing may be learnt.
    even, strong : (n * n,) float64, sums of the weights up to each pixel.
    """

    input: np.ndarray
    target: np.ndarray
    even: np.ndarray
    strong: np.ndarray


class Crops:
    """Crops of whole frames.

    Parameters
    ----------
    patches : the set; of its frames all patches are taken, whatever their share on the disk.
    settings : ``training.sampling``; months without a share of the crops share the rest by their
        frames.
    field_scale, zero_point, buffer_frames : as for :class:`onesun.training.batches.Patches`.
    seed : what places are drawn by.

    Raises ConfigError for crops that do not fit the grid, and for a month that is none of the set.
    """

    def __init__(
        self,
        patches: PatchSet,
        settings: CropSampling,
        field_scale: float,
        zero_point: float,
        buffer_frames: int,
        seed: int,
    ) -> None:
        self._patches, self._settings = patches, settings
        self._scale = np.float32(1.0 / field_scale)
        self._zero_point, self._seed = zero_point, seed
        self._buffer_frames = buffer_frames
        self._location = patches.whole_location()
        side, size = len(self._location), settings.size
        if size > side or 2 * settings.margin >= size:
            raise ConfigError(
                f"training.sampling: crops of {size} with a margin of {settings.margin} input "
                f"pixels found, expected at most {side}, and a margin below half of a crop"
            )
        self._counts = _counts(patches, settings)
        self._buffer: FrameBuffer[_Heaped] = FrameBuffer(self._load, buffer_frames)

    def __len__(self) -> int:
        return int(self._counts.sum())

    def order(self, seed: int, epoch: int) -> np.ndarray:
        """See :class:`onesun.training.batches.Sampler`; numbers continue from epoch to epoch."""
        most = int(self._counts.max())
        places: np.ndarray = shuffled(len(self._counts), most, seed, epoch, self._buffer_frames)
        places = places[places[:, 1] < self._counts[places[:, 0]]]
        places[:, 1] += epoch * most
        return places

    def __call__(self, places: np.ndarray, flipped: np.ndarray | None = None) -> Batch:
        """See :class:`onesun.training.batches.Sampler`."""
        size, factor = self._settings.size, self._patches.factor
        given = np.empty((len(places), 2, size, size), dtype=np.float32)
        wanted = np.empty((len(places), 1, factor * size, factor * size), dtype=np.float32)
        for number, frame in self._buffer.each(places[:, 0]):
            for index in np.flatnonzero(places[:, 0] == number):
                near, far = self._place(frame, int(number), int(places[index, 1]))
                given[index] = frame.input[near], self._location[near]
                wanted[index, 0] = frame.target[far]
        cut = self._settings.margin * factor
        if cut:
            for edge in (slice(None, cut), slice(-cut, None)):
                wanted[:, :, edge] = wanted[:, :, :, edge] = np.nan
        if flipped is not None:
            flip(given, wanted, flipped, self._zero_point)
        return batch_of(given, wanted, self._scale)

    def _place(
        self, frame: _Heaped, number: int, crop: int
    ) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """Rows and columns of a crop on the input grid and on the target's."""
        random = np.random.default_rng([self._seed, number, crop])
        heap = frame.strong if random.random() < self._settings.strong else frame.even
        cell = int(np.searchsorted(heap, random.random() * heap[-1], side="right"))
        side, size, factor = len(self._location), self._settings.size, self._patches.factor
        starts = [min(max(at - size // 2, 0), side - size) for at in divmod(cell, side)]
        near = slice(starts[0], starts[0] + size), slice(starts[1], starts[1] + size)
        far = tuple(slice(factor * part.start, factor * part.stop) for part in near)
        return near, (far[0], far[1])

    def _load(self, number: int) -> _Heaped:
        given, target = self._patches.whole(number)
        side, factor = len(given), self._patches.factor
        cells = target.reshape(side, factor, side, factor)
        known = np.isfinite(cells).any(axis=(1, 3))
        squares = np.square(np.nan_to_num(cells)).mean(axis=(1, 3))
        strength = np.sqrt(np.maximum(cv2.blur(squares, (_AROUND, _AROUND)), 0)) * known
        # A frame without any field is drawn from evenly.
        weights = strength if strength.any() else known
        return _Heaped(given, target, _heap(known), _heap(weights))


def _heap(weights: np.ndarray) -> np.ndarray:
    return np.cumsum(weights.ravel(), dtype=np.float64)


def _counts(patches: PatchSet, settings: CropSampling) -> np.ndarray:
    """How many crops each frame has in an epoch; (frames,) int."""
    months = np.array(patches.month_of_frame)
    total, shares = settings.per_frame * patches.frames, settings.shares
    for month in shares:
        if month not in months:
            raise ConfigError(
                f"training.sampling.shares: month {month} found, expected a training month, one "
                f"of {', '.join(sorted(set(months)))}"
            )
    counts = np.zeros(patches.frames)
    others = ~np.isin(months, list(shares))
    counts[others] = total * (1 - sum(shares.values())) / max(others.sum(), 1)
    for month, share in shares.items():
        counts[months == month] = total * share / (months == month).sum()
    return np.maximum(np.rint(counts), 0).astype(int)
