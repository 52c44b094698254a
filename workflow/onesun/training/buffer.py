"""Frames held in memory while batches are drawn from them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

import numpy as np

_READERS = 4  # frames read at once

Frame = TypeVar("Frame")


class FrameBuffer(Generic[Frame]):
    """Holds the ``capacity`` frames that were used last.

    Parameters
    ----------
    load : reads a frame by its number.
    capacity : frames.
    """

    def __init__(self, load: Callable[[int], Frame], capacity: int) -> None:
        self._load, self._capacity = load, capacity
        self._held: OrderedDict[int, Frame] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def each(self, numbers: np.ndarray) -> Iterator[tuple[int, Frame]]:
        """Each of these frames once, with its number; (n,) int, repeated or not.

        In order of first use: where a batch runs from one buffer into the next, the old frames
        are done with before the new ones push them out.
        """
        first_use = np.sort(np.unique(numbers, return_index=True)[1])
        wanted = numbers[first_use].tolist()
        for start in range(0, len(wanted), self._capacity):
            group = wanted[start : start + self._capacity]
            self._hold(group)
            for number in group:
                yield number, self._held[number]

    def _hold(self, numbers: Sequence[int]) -> None:
        """Have these frames in memory, dropping those not used for longest."""
        for number in numbers:
            if number in self._held:
                self._held.move_to_end(number)
        missing = [number for number in numbers if number not in self._held]
        for _ in range(len(self._held) + len(missing) - self._capacity):
            self._held.popitem(last=False)
        if len(missing) == 1:
            self._held[missing[0]] = self._load(missing[0])
        elif missing:
            with ThreadPoolExecutor(_READERS) as readers:
                read = list(readers.map(self._load, missing))
            self._held.update(zip(missing, read, strict=True))
