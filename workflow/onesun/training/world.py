"""The processes that train one network together: one by default, more under torchrun."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist


@dataclass(frozen=True)
class World:
    """Where this process stands among those that train together.

    Each takes its share of every batch; sums are added up over all, so that they take the same
    steps from the same weights. Only the first (``rank`` 0) writes.
    """

    rank: int
    size: int
    device: torch.device

    def add_up(self, tensors: Sequence[torch.Tensor]) -> None:
        """Replace each tensor by its sum over all processes, in place."""
        if self.size == 1 or not tensors:
            return
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        dist.all_reduce(flat)
        for tensor, part in zip(tensors, flat.split([t.numel() for t in tensors]), strict=True):
            tensor.copy_(part.view_as(tensor))

    def agree(self, mine: bool) -> bool:
        """Whether it is true for any process; all have to ask, at the same place."""
        if self.size == 1:
            return mine
        # On the CPU, so that nobody waits for what a GPU has still to do.
        yes = torch.tensor(float(mine))
        dist.all_reduce(yes)
        return bool(yes)


@contextmanager
def joined() -> Iterator[World]:
    """Join the processes that torchrun started, if it did; leave them at the end of the block.

    CUDA is used where there is any, a device per process, with the algorithms that give the same
    result every time wherever torch has them.
    """
    rank = int(os.environ.get("RANK", 0))
    size = int(os.environ.get("WORLD_SIZE", 1))
    device = torch.device("cpu")
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        torch.cuda.set_device(device)
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True, warn_only=True)
    if size == 1:
        yield World(0, 1, device)
        return
    dist.init_process_group("cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo")
    try:
        yield World(rank, size, device)
    finally:
        dist.destroy_process_group()
