"""The paper's network: HighRes-net adapted to one frame (section 6.2, Figure 7)."""

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


class HighResNet(Network):
    """Encoder at the input's resolution, bilinear upsampling, decoder at the target's.

    Encoder: convolution to ``channels``, PReLU; ``blocks`` residual blocks of convolution, PReLU,
    convolution, PReLU; one more convolution. Decoder: bilinear upsampling, convolution, PReLU and
    a 1 x 1 convolution. Every ``kernel`` x ``kernel`` convolution pads by reflection. At the
    paper's kernel 3, 64 channels and 2 blocks it has 222,855 parameters. HighRes-net's recursive
    fusion is left out: with a single frame it never runs.

    Figure 7 marks dropout on the convolutions without naming its probability; here it follows
    every PReLU. The calibration is not used: the paper's network learns it. The paper's network
    has no error; with ``error`` its last convolution gives a second channel.
    """

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
        del calibration
        check_shape(channels, blocks, kernel, dropout)
        self.factor, self.error = factor, error
        self.encoder = nn.Sequential(
            _convolution(2, channels, kernel),
            nn.PReLU(),
            Dropout(dropout),
            *[_Block(channels, kernel, dropout) for _ in range(blocks)],
            _convolution(channels, channels, kernel),
        )
        first = _convolution(channels, channels, kernel)
        last = nn.Conv2d(channels, 2 if error else 1, 1)
        self.decoder = nn.Sequential(first, nn.PReLU(), Dropout(dropout), last)
        if error and last.bias is not None:
            with torch.no_grad():
                last.weight[1:] = 0.0
                last.bias[1:] = FIRST_LOG_ERROR
        # The decoder's convolution reaches `kernel // 2` target pixels, bilinear upsampling one
        # input pixel more.
        reach = kernel // 2
        self.halo = reach * (2 * blocks + 2) + -(-reach // factor) + 1

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        encoded = self.encoder(x)
        fine = F.interpolate(
            encoded, scale_factor=self.factor, mode="bilinear", align_corners=False
        )
        answer = self.decoder(fine)
        return torch.cat([answer[:, :1], bounded(answer[:, 1:])], 1) if self.error else answer


class _Block(nn.Module):
    """x plus two convolutions of it, each with its PReLU."""

    def __init__(self, channels: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            _convolution(channels, channels, kernel),
            nn.PReLU(),
            Dropout(dropout),
            _convolution(channels, channels, kernel),
            nn.PReLU(),
            Dropout(dropout),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        change: torch.Tensor = self.layers(x)
        return x + change


def _convolution(inputs: int, outputs: int, kernel: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, padding_mode="reflect")
