"""The default network with a second answer: how far off its first is likely to be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from onesun.networks.base import Calibration
from onesun.networks.onesun import OneSunNetwork

_FIRST_ERROR = 10.0  # gauss; what an untrained network takes its error for
# Far outside anything trained on, the exponential would overflow; 1 mG to 22 kG is wide enough.
_LOG_ERROR = (-7.0, 10.0)


class UncertainNetwork(OneSunNetwork):
    """:class:`OneSunNetwork` whose last convolution also gives the logarithm of an error.

    Maps (n, 2, h, w), as every network does, to (n, 2, h * factor, w * factor): the target's field
    over ``field_scale``, and the natural logarithm of the standard error in gauss. The error costs
    the last convolution twice its channels and nothing else.
    """

    def __init__(
        self,
        factor: int,
        calibration: Calibration,
        *,
        channels: int = 32,
        kernel: int = 3,
        **others: Any,
    ) -> None:
        super().__init__(factor, calibration, channels=channels, kernel=kernel, **others)
        self.tail = _Tail(channels, factor * factor, kernel)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        bicubic, both = self._answers(x)
        mean = bicubic + both[:, :1] / self._working_scale
        return torch.cat([mean, both[:, 1:].clamp(*_LOG_ERROR)], dim=1)


class _Tail(nn.Conv2d):
    """A convolution to ``parts`` channels of the mean and as many of the error's logarithm.

    Its weights are taken such that features which are the same everywhere give the same mean in
    every sub-pixel. With weights of its own each sub-pixel had a level of its own, too: a pattern
    that repeats with the input's pixels wherever the Sun is quiet.
    """

    def __init__(self, channels: int, parts: int, kernel: int) -> None:
        super().__init__(channels, 2 * parts, kernel, padding=kernel // 2)
        self._parts = parts
        nn.init.zeros_(self.weight)
        nn.init.zeros_(self.bias)
        with torch.no_grad():
            self.bias[parts:] = math.log(_FIRST_ERROR)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight, bias = self.weight[: self._parts], self.bias[: self._parts]
        level = weight.mean(dim=(2, 3), keepdim=True)
        weight = weight - (level - level.mean(dim=0, keepdim=True))
        bias = bias.mean().expand(self._parts)
        weight = torch.cat([weight, self.weight[self._parts :]])
        bias = torch.cat([bias, self.bias[self._parts :]])
        return F.conv2d(x, weight, bias, padding=self.padding)


def build_uncertain(
    settings: Mapping[str, Any], factor: int, calibration: Calibration
) -> UncertainNetwork:
    """Build an untrained network of these channels, blocks, kernel and dropout.

    Raises ConfigError when a value cannot be used.
    """
    return UncertainNetwork(factor, calibration, **settings)
