"""Batches in a seeded order, read ahead of the training that uses them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch

from onesun.training.buffer import FrameBuffer
from onesun.training.patchset import Frame, PatchSet

_AHEAD = 4  # batches

# Frame and number within it of each sample, and how it is flipped (see ``flips``), if at all.
Job = tuple[np.ndarray, np.ndarray | None]


@dataclass(frozen=True)
class Batch:
    """One batch, or one part of it.

    Attributes
    ----------
    input : (n, 2, p, p) float32, the input's field over field_scale (0 where missing) and r/R.
    target : (n, 1, P, P) float32, the target's field over field_scale, NaN where there is none.
    """

    input: torch.Tensor
    target: torch.Tensor

    def __len__(self) -> int:
        return len(self.input)

    def to(self, device: torch.device) -> Batch:
        return Batch(
            self.input.to(device, non_blocking=True, memory_format=torch.channels_last),
            self.target.to(device, non_blocking=True),
        )

    def parts(self, size: int) -> list[Batch]:
        """The batch in parts of at most ``size`` samples, in order."""
        return [
            Batch(*pair)
            for pair in zip(self.input.split(size), self.target.split(size), strict=True)
        ]


class Sampler(Protocol):
    """What batches are drawn from: whole patches, or crops (``training.sampling``)."""

    def __len__(self) -> int:
        """Samples in an epoch."""
        ...

    def order(self, seed: int, epoch: int) -> np.ndarray:
        """The samples of an epoch in the order of their use: (n, 2) of frame and number."""
        ...

    def __call__(self, places: np.ndarray, flipped: np.ndarray | None = None) -> Batch:
        """The batch of ``places``, rows of :meth:`order`, flipped as :func:`flips` says."""
        ...


def shuffled(frames: int, each: int, seed: int, epoch: int, buffer_frames: int) -> np.ndarray:
    """The order in which an epoch goes through samples: (n, 2) of frame and number.

    Frames come in random order, ``buffer_frames`` of them at a time, and within those all samples
    in random order.

    Parameters
    ----------
    frames : how many.
    each : samples of a frame.
    """
    random = np.random.default_rng([seed, epoch])
    order = random.permutation(frames)
    parts = []
    for start in range(0, frames, buffer_frames):
        both = np.meshgrid(order[start : start + buffer_frames], np.arange(each), indexing="ij")
        parts.append(random.permutation(np.stack(both, axis=-1).reshape(-1, 2)))
    return np.concatenate(parts)


def in_turn(patches: PatchSet) -> np.ndarray:
    """All patches in the order of the store: (n, 2) of frame and place."""
    both = np.meshgrid(np.arange(patches.frames), np.arange(patches.patches.size), indexing="ij")
    return np.stack(both, axis=-1).reshape(-1, 2)


def flips(seed: int, epoch: int, batch: int, size: int, *, exchange: bool = True) -> np.ndarray:
    """How the samples of a batch are flipped: (size, 4) bool.

    The columns: polarity, north and south, east and west, and both directions exchanged, which
    none is without ``exchange``.
    """
    drawn = np.random.default_rng([seed, epoch, batch, 1]).random((size, 4)) < 0.5
    return drawn & [True, True, True, exchange]


def flip(given: np.ndarray, wanted: np.ndarray, flipped: np.ndarray, zero_point: float) -> None:
    """Flip the samples of a batch in place.

    Parameters
    ----------
    given : (n, 2, p, p) the input's field in gauss, NaN where missing, and r/R.
    wanted : (n, 1, P, P) gauss.
    flipped : as :func:`flips` gives it.
    zero_point : gauss; what the input shows where the target's field is 0. Opposite polarity is
        the field mirrored at this, because the instrument's zero point does not change sign.
    """
    for sample, (polarity, north_south, east_west, exchanged) in enumerate(flipped):
        if polarity:
            given[sample, 0] = np.float32(2 * zero_point) - given[sample, 0]
            np.negative(wanted[sample], out=wanted[sample])
        for array in (given[sample], wanted[sample]):
            turned = array.swapaxes(1, 2) if exchanged else array
            turned = turned[:, ::-1] if north_south else turned
            turned = turned[:, :, ::-1] if east_west else turned
            array[...] = turned.copy()


class Patches:
    """Whole patches of a store, as the paper has it.

    Parameters
    ----------
    patches : the set.
    field_scale : gauss per unit of the batches.
    zero_point : see :func:`flip`.
    buffer_frames : frames held in memory.
    """

    def __init__(
        self, patches: PatchSet, field_scale: float, zero_point: float, buffer_frames: int
    ) -> None:
        self._patches = patches
        self._scale = np.float32(1.0 / field_scale)
        self._zero_point = zero_point
        self._buffer_frames = buffer_frames
        self._buffer: FrameBuffer[Frame] = FrameBuffer(patches.load, buffer_frames)

    def __len__(self) -> int:
        return len(self._patches)

    def order(self, seed: int, epoch: int) -> np.ndarray:
        """See :class:`Sampler`; ``number`` counts within ``patches.patches``."""
        patches = self._patches
        return shuffled(patches.frames, patches.patches.size, seed, epoch, self._buffer_frames)

    def __call__(self, places: np.ndarray, flipped: np.ndarray | None = None) -> Batch:
        """See :class:`Sampler`."""
        shape = self._patches.location.shape[-1]
        size = shape * self._patches.factor
        given = np.empty((len(places), 2, shape, shape), dtype=np.float32)
        wanted = np.empty((len(places), 1, size, size), dtype=np.float32)
        for number, frame in self._buffer.each(places[:, 0]):
            here = np.flatnonzero(places[:, 0] == number)
            rows = places[here, 1]
            given[here, 0] = frame.month.input.gauss(frame.input[rows])
            wanted[here, 0] = frame.month.target.gauss(frame.target[rows])
        given[:, 1] = self._patches.location[places[:, 1]]
        if flipped is not None:
            flip(given, wanted, flipped, self._zero_point)
        return batch_of(given, wanted, self._scale)


def batch_of(given: np.ndarray, wanted: np.ndarray, scale: np.float32) -> Batch:
    """A batch of arrays in gauss, which are scaled in place; shapes as in :class:`Batch`."""
    given[:, 0] = np.nan_to_num(given[:, 0]) * scale
    wanted *= scale
    return Batch(torch.from_numpy(given), torch.from_numpy(wanted))


def ahead(sample: Sampler, jobs: Sequence[Job], device: torch.device) -> Iterator[Batch]:
    """Batches of ``jobs`` on ``device``, the next few made while one is used."""
    pinned = device.type == "cuda"

    def make(job: Job) -> Batch:
        batch = sample(*job)
        return Batch(batch.input.pin_memory(), batch.target.pin_memory()) if pinned else batch

    pending: deque[Future[Batch]] = deque()
    with ThreadPoolExecutor(1) as maker:
        try:
            for job in jobs:
                pending.append(maker.submit(make, job))
                if len(pending) > _AHEAD:
                    yield pending.popleft().result().to(device)
            while pending:
                yield pending.popleft().result().to(device)
        finally:
            maker.shutdown(wait=True, cancel_futures=True)
