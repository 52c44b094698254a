"""Squared difference of gradients (paper, equation 8, L_grad, with equations 5 to 7)."""

from __future__ import annotations

import torch

from onesun.losses.base import Term, mean, total_and_count, whole_windows


class GradientError(Term):
    """mean of g_x² + g_y² of d = prediction - target, in units of field_scale² per pixel².

    The Sobel kernels are divided by 8, so that g of a ramp is its slope per pixel::

        G_x = 1/8 [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],   G_y = G_x transposed

    (the paper does not give its normalisation). The mean is over 3 x 3 windows that lie wholly
    inside the patch and on valid pixels. The gradient is linear, so that of the difference is
    the difference of the gradients.
    """

    def sums(
        self, prediction: torch.Tensor, target: torch.Tensor, valid: torch.Tensor
    ) -> torch.Tensor:
        difference = torch.where(valid, prediction - target, 0.0)
        along_x = _smooth(difference[..., 2:] - difference[..., :-2], dim=-2)
        along_y = _smooth(difference[..., 2:, :] - difference[..., :-2, :], dim=-1)
        squared = (along_x.square() + along_y.square()) / 64.0
        return total_and_count(squared, whole_windows(valid, 3))

    def value(self, sums: torch.Tensor) -> torch.Tensor:
        return mean(sums)


def _smooth(x: torch.Tensor, dim: int) -> torch.Tensor:
    """Weights 1, 2, 1 along ``dim``; two entries shorter."""
    n = x.shape[dim] - 2
    return x.narrow(dim, 0, n) + 2.0 * x.narrow(dim, 1, n) + x.narrow(dim, 2, n)
