"""What a network with an error is trained by."""

from __future__ import annotations

import torch

from onesun.losses.gradient import GradientError
from onesun.release.recipe import Loss

_UNIT = 10.0  # gauss; errors of the quiet Sun are of this order


def loss_of(
    answer: torch.Tensor,
    target: torch.Tensor,
    judged: torch.Tensor,
    field_scale: float,
    settings: Loss,
) -> torch.Tensor:
    """Misfit of the mean and of its gradient, and the Gaussian likelihood of the error.

    ``decoupled``: the mean learns by its squared difference alone, and the error by the likelihood
    of the residual that the mean happens to leave. ``beta``: both learn by the likelihood, each
    pixel weighed by its predicted error (Seitzer et al. 2022, beta = 1/2), so that weak fields
    count for more than by squares and for less than by the likelihood itself.

    Parameters
    ----------
    answer : (b, 2, H, W) of :class:`onesun.networks.uncertain.UncertainNetwork`.
    target : (b, 1, H, W) gauss.
    judged : (b, 1, H, W) bool, the pixels that count.
    field_scale : gauss per unit of the answer's field.
    """
    mean, log_error = answer[:, :1] * (field_scale / _UNIT), answer[:, 1:]
    difference = mean - target / _UNIT
    error = torch.exp(log_error) / _UNIT
    likelihood = torch.log(error)
    if settings.kind == "decoupled":
        likelihood = likelihood + 0.5 * (difference.detach() / error).square()
        misfit, weight = 0.5 * difference.square(), torch.ones_like(error)
    else:
        likelihood = likelihood + 0.5 * (difference / error).square()
        misfit, weight = torch.zeros_like(error), error.detach()
    total = _mean(weight * likelihood + misfit, judged)
    if settings.gradient:
        term = GradientError()
        total = total + settings.gradient * term.value(term.sums(mean, target / _UNIT, judged))
    return total


def _mean(values: torch.Tensor, judged: torch.Tensor) -> torch.Tensor:
    return torch.where(judged, values, 0.0).sum() / judged.sum().clamp(min=1)
