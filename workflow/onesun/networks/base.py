"""What every network has in common."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Self

import torch
from torch import nn

from onesun.errors import ConfigError


@dataclass(frozen=True)
class Calibration:
    """input = a + b * target (paper, section 3.1), and the unit the networks work in.

    Parameters
    ----------
    a : zero point of the input, gauss.
    b : gain of the input against the target.
    field_scale : gauss per unit of a network's input and output.
    """

    a: float
    b: float
    field_scale: float


class Network(nn.Module):
    """Maps (n, 2, h, w) to (n, 1 or 2, h * factor, w * factor).

    Input channels: the input's field over ``field_scale`` (missing pixels 0) and the distance
    from the disk centre over the limb radius (0 off the disk). Output: the target's field over
    ``field_scale`` and, if ``error``, the natural logarithm of its error in gauss. Input pixel i
    covers target pixels factor * i to factor * i + factor - 1.

    ``halo`` is how many input pixels away from an output pixel's own input pixel can still
    matter to it: with so many pixels around a tile, the tile comes out as in the full frame.
    """

    halo: int
    factor: int
    error: bool

    def channels_last(self) -> Self:
        """The network itself, its weights in the order in which convolutions are fastest."""
        # Torch's types have this of tensors, not of modules.
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return self


FIRST_LOG_ERROR = math.log(10.0)  # of gauss; the error that an untrained network states
# Far outside anything trained on, the exponential would overflow; 1 mG to 22 kG is wide enough.
_LOG_ERRORS = (-7.0, 10.0)


def bounded(log_error: torch.Tensor) -> torch.Tensor:
    """The logarithm of an error within what its exponential can hold; any shape."""
    return log_error.clamp(*_LOG_ERRORS)


_draws: ContextVar[torch.Generator | None] = ContextVar("dropout_draws", default=None)


@contextmanager
def dropout_seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Within the block, dropout in this thread is a function of ``seed`` alone.

    Torch's global generator would be shared by the threads that train side by side, in whichever
    order they happen to reach it.
    """
    token = _draws.set(torch.Generator(device).manual_seed(seed))
    try:
        yield
    finally:
        _draws.reset(token)


class Dropout(nn.Module):
    """Dropout that draws from the generator of ``dropout_seeded``, else from torch's own."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or self.probability == 0.0:
            return x
        kept = torch.empty_like(x).bernoulli_(1.0 - self.probability, generator=_draws.get())
        return x * kept / (1.0 - self.probability)


def check_shape(channels: int, blocks: int, kernel: int, dropout: float) -> None:
    """Raise ConfigError for a network that cannot be built."""
    for name, value in (("channels", channels), ("blocks", blocks)):
        if value < 1:
            raise ConfigError(f"networks: {name} {value} found, expected at least 1")
    if kernel < 1 or kernel % 2 == 0:
        raise ConfigError(f"networks: kernel {kernel} found, expected an odd number of pixels")
    if not 0.0 <= dropout < 1.0:
        raise ConfigError(f"networks: dropout {dropout} found, expected at least 0 and below 1")
