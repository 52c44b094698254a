"""Training steps of the default network against the paper's in plain float32.

    python benchmarks/training.py [STEPS]

Both take the same batch of 32 patches, with the same loss and with Adam, on all cores (or on the
GPU, where there is one). The default network is trained as ``onesun train`` does it; the paper's as
one would write it down: NCHW, float32, one forward and one backward pass. Loss by loss prints
patches per second of either, the last words being the ratio that matters; then what bfloat16 and
channels_last each contribute.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import torch

from onesun import config
from onesun.losses import CompositeLoss
from onesun.networks import Calibration, Network, build
from onesun.training import precision
from onesun.training.batches import Batch
from onesun.training.passes import side_by_side
from onesun.training.world import World, joined

PATCHES, FACTOR = 32, 4
CALIBRATION = Calibration(a=0.0, b=1.4, field_scale=3500.0)
LOSSES = {
    "mse": {"mse": 1.0},
    "full": {"mse": 1.0, "gradient": 5.0, "histogram": 1e-5, "ssim": 5e-4},
}


def main() -> None:
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    with joined() as world:
        where = torch.cuda.get_device_name() if world.device.type == "cuda" else "CPU"
        print(f"{where}, {torch.get_num_threads()} cores, batches of {PATCHES} patches")
        batch = some_patches().to(world.device)
        for name, weights in LOSSES.items():
            loss = CompositeLoss(weights, config.settings("{}", "loss_terms")["loss_terms"], 3500.0)
            compare(name, loss, batch, world, steps)
        loss = CompositeLoss(LOSSES["mse"], {}, 3500.0)
        for dtype in (torch.float32, torch.bfloat16):
            for layout in (torch.contiguous_format, torch.channels_last):
                work = ours(network("onesun", layout), loss, batch, world, dtype)
                seconds = min(timed(work) for _ in range(steps))
                told = f"{str(dtype).removeprefix('torch.')}, {str(layout).removeprefix('torch.')}"
                print(f"onesun, mse, {told}: {PATCHES / seconds:.0f} patches/s")


def compare(name: str, loss: CompositeLoss, batch: Batch, world: World, steps: int) -> None:
    """Time both networks in turn, so that they meet the machine in the same mood."""
    dtype = precision.resolve("auto", world.device)
    fast = ours(network("onesun", torch.channels_last), loss, batch, world, dtype)
    slow = plain(network("highresnet", torch.contiguous_format), loss, batch)
    times = [(timed(fast), timed(slow)) for _ in range(steps)]
    ours_s, paper_s = (min(column) for column in zip(*times, strict=True))
    print(f"onesun, {name}: {PATCHES / ours_s:.0f} patches/s, {ours_s:.3f} s a step")
    print(f"paper's network in float32, {name}: {PATCHES / paper_s:.0f} patches/s")
    print(f"training with {name}: {paper_s / ours_s:.1f} times the paper's network")


def network(kind: str, layout: torch.memory_format) -> Network:
    torch.manual_seed(1)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return build({"kind": kind}, FACTOR, CALIBRATION).to(device, memory_format=layout)


def ours(
    network: Network, loss: CompositeLoss, batch: Batch, world: World, dtype: torch.dtype
) -> Callable[[], None]:
    """One step as ``onesun train`` takes it."""
    optimiser = torch.optim.Adam(network.parameters())

    def steps() -> None:
        with side_by_side(network, loss, dtype, world) as passes:
            passes.learn(batch, 0)
            optimiser.step()

    return steps


def plain(network: Network, loss: CompositeLoss, batch: Batch) -> Callable[[], None]:
    """One step as one would write it down."""
    optimiser = torch.optim.Adam(network.parameters())
    given = batch.input.contiguous(memory_format=torch.contiguous_format)

    def step() -> None:
        optimiser.zero_grad()
        total, _ = loss(network(given), batch.target)
        total.backward()
        optimiser.step()

    return step


def some_patches() -> Batch:
    draw = torch.Generator().manual_seed(1)
    field = 0.01 * torch.randn(PATCHES, 1, 32, 32, generator=draw)
    radius = torch.rand(PATCHES, 1, 32, 32, generator=draw)
    target = 0.01 * torch.randn(PATCHES, 1, 128, 128, generator=draw)
    return Batch(torch.cat([field, radius], dim=1), target)


def timed(work: Callable[[], None]) -> float:
    """Wall-clock seconds of one call, after one that does not count."""
    work()
    start = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
