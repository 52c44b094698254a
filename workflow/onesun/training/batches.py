"""Batches in a seeded order, read ahead of the training that uses them."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch

from onesun.training.patchset import Frame, PatchSet

_AHEAD = 4  # batches
_READERS = 4  # frames read at once

# Frame and place of each patch, and how it is flipped (see ``flips``) unless not at all.
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
        """The batch in parts of at most ``size`` patches, in order."""
        return [
            Batch(*pair)
            for pair in zip(self.input.split(size), self.target.split(size), strict=True)
        ]


def shuffled(patches: PatchSet, seed: int, epoch: int, buffer_frames: int) -> np.ndarray:
    """The order in which an epoch goes through the patches: (n, 2) of frame and place.

    Frames come in random order, ``buffer_frames`` of them at a time, and within those all patches
    in random order. ``place`` counts within ``patches.patches``.
    """
    random = np.random.default_rng([seed, epoch])
    frames = random.permutation(patches.frames)
    parts = []
    for start in range(0, len(frames), buffer_frames):
        buffer = frames[start : start + buffer_frames]
        both = np.meshgrid(buffer, np.arange(patches.patches.size), indexing="ij")
        parts.append(random.permutation(np.stack(both, axis=-1).reshape(-1, 2)))
    return np.concatenate(parts)


def in_turn(patches: PatchSet) -> np.ndarray:
    """All patches in the order of the store: (n, 2) of frame and place."""
    both = np.meshgrid(np.arange(patches.frames), np.arange(patches.patches.size), indexing="ij")
    return np.stack(both, axis=-1).reshape(-1, 2)


def flips(seed: int, epoch: int, batch: int, size: int) -> np.ndarray:
    """Which patches of a batch are flipped: (size, 3) bool of polarity, north-south, east-west."""
    return np.random.default_rng([seed, epoch, batch, 1]).random((size, 3)) < 0.5


class Assembler:
    """Turns places in a set into batches; holds the last ``buffer_frames`` frames it has read.

    Parameters
    ----------
    patches : the set.
    field_scale : gauss per unit of the batches.
    zero_point : gauss; what the input shows where the target's field is 0. Opposite polarity is
        the field mirrored at this, because the instrument's zero point does not change sign.
    buffer_frames : frames held in memory.
    """

    def __init__(
        self, patches: PatchSet, field_scale: float, zero_point: float, buffer_frames: int
    ) -> None:
        self._patches = patches
        self._scale = np.float32(1.0 / field_scale)
        self._zero_point = np.float32(zero_point)
        self._capacity = buffer_frames
        self._held: OrderedDict[int, Frame] = OrderedDict()

    def __call__(self, places: np.ndarray, flipped: np.ndarray | None = None) -> Batch:
        """The batch of ``places``, (n, 2) of frame and place, flipped as ``flips`` says."""
        shape = self._patches.location.shape[-1]
        size = shape * self._patches.factor
        given = np.empty((len(places), 2, shape, shape), dtype=np.float32)
        wanted = np.empty((len(places), 1, size, size), dtype=np.float32)
        frames = places[:, 0]
        # In order of first use: where a batch runs from one buffer into the next, the old frames
        # are done with before the new ones push them out.
        first_use = np.sort(np.unique(frames, return_index=True)[1])
        for group in _chunks(frames[first_use].tolist(), self._capacity):
            self._hold(group)
            for number in group:
                here = np.flatnonzero(frames == number)
                frame, rows = self._held[number], places[here, 1]
                given[here, 0] = frame.month.input.gauss(frame.input[rows])
                wanted[here, 0] = frame.month.target.gauss(frame.target[rows])
        given[:, 1] = self._patches.location[places[:, 1]]
        if flipped is not None:
            self._flip(given, wanted, flipped)
        given[:, 0] = np.nan_to_num(given[:, 0]) * self._scale
        wanted *= self._scale
        return Batch(torch.from_numpy(given), torch.from_numpy(wanted))

    def _hold(self, frames: Sequence[int]) -> None:
        """Have ``frames`` in memory, dropping those not used for longest."""
        for number in frames:
            if number in self._held:
                self._held.move_to_end(number)
        missing = [number for number in frames if number not in self._held]
        for _ in range(len(self._held) + len(missing) - self._capacity):
            self._held.popitem(last=False)
        if len(missing) == 1:
            self._held[missing[0]] = self._patches.load(missing[0])
        elif missing:
            with ThreadPoolExecutor(_READERS) as readers:
                read = list(readers.map(self._patches.load, missing))
            self._held.update(zip(missing, read, strict=True))

    def _flip(self, given: np.ndarray, wanted: np.ndarray, flipped: np.ndarray) -> None:
        for patch, (polarity, north_south, east_west) in enumerate(flipped):
            if polarity:
                given[patch, 0] = 2 * self._zero_point - given[patch, 0]
                np.negative(wanted[patch], out=wanted[patch])
            for array in (given[patch], wanted[patch]):
                if north_south:
                    array[...] = array[:, ::-1].copy()
                if east_west:
                    array[...] = array[:, :, ::-1].copy()


def ahead(
    assemble: Assembler,
    jobs: Sequence[Job],
    device: torch.device,
) -> Iterator[Batch]:
    """Batches of ``jobs`` on ``device``, the next few made while one is used."""
    pinned = device.type == "cuda"

    def make(job: Job) -> Batch:
        batch = assemble(*job)
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


def _chunks(numbers: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]
