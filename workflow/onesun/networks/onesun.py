"""The default network: everything at the input's resolution, on top of the calibrated bicubic."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from onesun.networks.base import Calibration, Dropout, Network, check_shape

# Gauss. The layers work on fields over this, of order one in plage: over the 3500 G of the
# paper's input the quiet Sun would be a few thousandths, and slow to learn.
_WORKING_UNIT = 100.0
_BICUBIC_REACH = 2  # input pixels


class OneSunNetwork(Network):
    """Bicubic upsampling of (input - a) / b plus a learnt correction.

    The correction: a convolution to ``channels``; ``blocks`` residual blocks of convolution,
    ReLU, convolution; a convolution to factor² channels; pixel shuffle. Against upsampling first,
    as the paper's network does, a convolution costs factor² times less. The last convolution
    starts at zero, so that training starts from the calibrated bicubic input.

    The calibration goes into the buffers ``zero_point`` (in units of field_scale) and ``gain``,
    which are saved with the weights.
    """

    zero_point: torch.Tensor
    gain: torch.Tensor

    def __init__(
        self,
        factor: int,
        calibration: Calibration,
        channels: int = 32,
        blocks: int = 4,
        kernel: int = 3,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        check_shape(channels, blocks, kernel, dropout)
        self.factor = factor
        self._working_scale = calibration.field_scale / _WORKING_UNIT
        self.register_buffer(
            "zero_point", torch.tensor(calibration.a / calibration.field_scale, dtype=torch.float32)
        )
        self.register_buffer("gain", torch.tensor(calibration.b, dtype=torch.float32))
        self.head = _convolution(2, channels, kernel)
        self.body = nn.Sequential(*[_Block(channels, kernel, dropout) for _ in range(blocks)])
        self.tail = _convolution(channels, factor * factor, kernel)
        nn.init.zeros_(self.tail.weight)
        nn.init.zeros_(self.tail.bias)
        self.halo = max(_BICUBIC_REACH, (kernel // 2) * (2 * blocks + 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        bicubic, correction = self._answers(x)
        return bicubic + correction / self._working_scale

    def _answers(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The calibrated bicubic input, and what the last convolution says, at full resolution."""
        field = (x[:, :1] - self.zero_point) / self.gain
        bicubic = F.interpolate(
            field, scale_factor=self.factor, mode="bicubic", align_corners=False
        )
        features = self.head(torch.cat([field * self._working_scale, x[:, 1:]], dim=1))
        return bicubic, F.pixel_shuffle(self.tail(self.body(features)), self.factor).float()


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
        return x + self.layers(x)


def _convolution(inputs: int, outputs: int, kernel: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
