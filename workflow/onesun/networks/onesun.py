"""The default network: everything at the input's resolution, on top of the calibrated bicubic."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from onesun.networks.base import (
    FIRST_LOG_ERROR,
    Calibration,
    Dropout,
    Network,
    bounded,
    check_shape,
)

# Gauss. The layers work on fields over this, of order one in plage: over the 3500 G of the
# paper's input the quiet Sun would be a few thousandths, and slow to learn.
_WORKING_UNIT = 100.0
_BICUBIC_REACH = 2  # input pixels


class OneSunNetwork(Network):
    """Bicubic upsampling of (input - a) / b plus a learnt correction.

    The correction: a convolution to ``channels``; ``blocks`` residual blocks of convolution,
    ReLU, convolution; a convolution to factor² channels; pixel shuffle. Against upsampling first,
    as the paper's network does, a convolution costs factor² times less. The last convolution
    starts at zero, so that training starts from the calibrated bicubic input. An error costs it
    twice its channels and nothing else.

    The calibration goes into the buffers ``zero_point`` (in units of field_scale) and ``gain``,
    which are saved with the weights.
    """

    zero_point: torch.Tensor
    gain: torch.Tensor

    def __init__(
        self,
        factor: int,
        calibration: Calibration,
        channels: int,
        blocks: int,
        kernel: int,
        dropout: float,
        error: bool,
    ) -> None:
        super().__init__()
        check_shape(channels, blocks, kernel, dropout)
        self.factor, self.error = factor, error
        self._working_scale = calibration.field_scale / _WORKING_UNIT
        self.register_buffer(
            "zero_point", torch.tensor(calibration.a / calibration.field_scale, dtype=torch.float32)
        )
        self.register_buffer("gain", torch.tensor(calibration.b, dtype=torch.float32))
        self.head = _convolution(2, channels, kernel)
        self.body = nn.Sequential(*[_Block(channels, kernel, dropout) for _ in range(blocks)])
        self.tail = _Tail(channels, factor * factor, kernel, error)
        self.halo = max(_BICUBIC_REACH, (kernel // 2) * (2 * blocks + 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        field = (x[:, :1] - self.zero_point) / self.gain
        bicubic = F.interpolate(
            field, scale_factor=self.factor, mode="bicubic", align_corners=False
        )
        features = self.head(torch.cat([field * self._working_scale, x[:, 1:]], dim=1))
        answer = F.pixel_shuffle(self.tail(self.body(features)), self.factor).float()
        mean = bicubic + answer[:, :1] / self._working_scale
        return torch.cat([mean, bounded(answer[:, 1:])], dim=1) if self.error else mean


class _Tail(nn.Conv2d):
    """A convolution to ``parts`` channels of the field and, if ``error``, as many of its error.

    Its weights are taken such that features which are the same everywhere give the same field in
    every sub-pixel. With free weights each sub-pixel has a level of its own: a pattern that
    repeats with the input's pixels wherever the Sun is quiet.
    """

    bias: torch.Tensor

    def __init__(self, channels: int, parts: int, kernel: int, error: bool) -> None:
        super().__init__(channels, (2 if error else 1) * parts, kernel, padding=kernel // 2)
        self._parts = parts
        nn.init.zeros_(self.weight)
        nn.init.zeros_(self.bias)
        with torch.no_grad():
            self.bias[parts:] = FIRST_LOG_ERROR

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight, bias = self.weight[: self._parts], self.bias[: self._parts]
        level = weight.mean(dim=(2, 3), keepdim=True)
        weight = weight - (level - level.mean(dim=0, keepdim=True))
        bias = bias.mean().expand(self._parts)
        weight = torch.cat([weight, self.weight[self._parts :]])
        bias = torch.cat([bias, self.bias[self._parts :]])
        return F.conv2d(x, weight, bias, padding=self.padding)


class _Block(nn.Module):
    """x plus two convolutions of it with a ReLU between them."""

    def __init__(self, channels: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            _convolution(channels, channels, kernel),
            nn.ReLU(inplace=True),
            Dropout(dropout),
            _convolution(channels, channels, kernel),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        change: torch.Tensor = self.layers(x)
        return x + change


def _convolution(inputs: int, outputs: int, kernel: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
