"""Work shared among cores so that its result does not depend on how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import torch


@contextmanager
def one_core_each() -> Iterator[ThreadPoolExecutor]:
    """A thread for each core that torch may use (OMP_NUM_THREADS), in which torch uses one.

    Torch shares the sums inside a layer among the cores, so that their rounding depends on the
    number of cores. Whole pieces of work, each on one core, do not; and they are as fast.
    """
    cores = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with ThreadPoolExecutor(cores, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            yield pool
    finally:
        torch.set_num_threads(cores)
