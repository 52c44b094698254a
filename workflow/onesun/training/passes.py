"""Forward and backward passes of one batch, in parts side by side.

On a CPU a batch is cut into parts of a few patches, and each core takes one part after the other.
That is as fast as sharing every single layer among the cores, and the result does not depend on
how many there are: what the parts give is added in their order. On CUDA the batch is one part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import torch

from onesun.io.parallel import one_core_each
from onesun.losses import CompositeLoss, Sums
from onesun.networks import Network, dropout_seeded
from onesun.training.batches import Batch
from onesun.training.precision import casting
from onesun.training.scores import Scores
from onesun.training.world import World

_CPU_PART = 4  # patches

T = TypeVar("T")
U = TypeVar("U")


class Passes:
    """Runs a network and its loss over batches; made by ``side_by_side``.

    Parameters
    ----------
    network, loss : on the world's device.
    dtype : what the network's layers run in.
    world : the processes that train together.
    pool : threads that take parts of a batch; None takes a batch in one part.
    """

    def __init__(
        self,
        network: Network,
        loss: CompositeLoss,
        dtype: torch.dtype,
        world: World,
        pool: ThreadPoolExecutor | None,
    ) -> None:
        self.network = network
        self.loss = loss
        self._dtype = dtype
        self._world = world
        self._pool = pool
        self._parameters = [p for p in network.parameters() if p.requires_grad]

    def learn(self, batch: Batch, seed: int) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Set the parameters' gradients to those of the loss of a batch.

        Parameters
        ----------
        batch : this process's share.
        seed : what dropout is drawn by, of this step and process.

        Returns the loss and its unweighted terms over all processes, detached.
        """
        self.network.train()
        parts = list(enumerate(self._parts(batch)))
        sums = self._each(lambda part: self._forward(part[1], seed + part[0]), parts)
        whole = {name: _add([part[name].detach() for part in sums]) for name in sums[0]}
        self._world.add_up(list(whole.values()))
        for tensor in whole.values():
            tensor.requires_grad_()
        total, terms = self.loss.combine(whole)
        slopes = torch.autograd.grad(total, list(whole.values()))
        gradients = self._each(lambda part: self._backward(list(part.values()), slopes), sums)
        for parameter, *of_parts in zip(self._parameters, *gradients, strict=True):
            parameter.grad = _add(of_parts)
        self._world.add_up([p.grad for p in self._parameters if p.grad is not None])
        return total.detach(), {name: term.detach() for name, term in terms.items()}

    @torch.no_grad()
    def score(self, batch: Batch, terms: CompositeLoss, field_scale: float) -> tuple[Sums, Scores]:
        """Sums of ``terms`` and of the scores over a batch, in double precision."""
        self.network.eval()

        def one(part: Batch) -> tuple[Sums, Scores]:
            # Autograd's switch is each thread's own.
            with torch.no_grad():
                prediction = self._predict(part)
                sums = terms.sums(prediction, part.target)
                return sums, Scores.of(prediction[:, :1], part.target, field_scale)

        found = self._each(one, self._parts(batch))
        sums = {name: _add([each[name].double() for each, _ in found]) for name in found[0][0]}
        return sums, Scores(_add([scores.sums for _, scores in found]))

    def _predict(self, part: Batch) -> torch.Tensor:
        with casting(self._dtype, part.input.device):
            answer: torch.Tensor = self.network(part.input)
            return answer.float()

    def _forward(self, part: Batch, seed: int) -> Sums:
        with dropout_seeded(seed, part.input.device):
            prediction = self._predict(part)
        return self.loss.sums(prediction, part.target)

    def _backward(
        self, sums: Sequence[torch.Tensor], slopes: Sequence[torch.Tensor]
    ) -> tuple[torch.Tensor, ...]:
        return torch.autograd.grad(sums, self._parameters, slopes)

    def _parts(self, batch: Batch) -> list[Batch]:
        return batch.parts(_CPU_PART if self._pool else len(batch))

    def _each(self, function: Callable[[T], U], parts: Sequence[T]) -> list[U]:
        if self._pool is None:
            return [function(part) for part in parts]
        return list(self._pool.map(function, parts))


@contextmanager
def side_by_side(
    network: Network, loss: CompositeLoss, dtype: torch.dtype, world: World
) -> Iterator[Passes]:
    """Passes on the world's device: on a CPU, on as many cores as torch may use."""
    if world.device.type != "cpu":
        yield Passes(network, loss, dtype, world, None)
        return
    with one_core_each() as pool:
        yield Passes(network, loss, dtype, world, pool)


def _add(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    """Sum in the order given."""
    total = tensors[0].clone()
    for tensor in tensors[1:]:
        total += tensor
    return total
