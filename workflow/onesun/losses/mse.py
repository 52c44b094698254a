"""Mean squared error (paper, equation 8, L_l2)."""

from __future__ import annotations

import torch

from onesun.losses.base import Term, mean, total_and_count


class MeanSquaredError(Term):
    """mean over valid pixels of (prediction - target)², in units of field_scale²."""

    def sums(
        self, prediction: torch.Tensor, target: torch.Tensor, valid: torch.Tensor
    ) -> torch.Tensor:
        return total_and_count((prediction - target).square(), valid)

    def value(self, sums: torch.Tensor) -> torch.Tensor:
        return mean(sums)
