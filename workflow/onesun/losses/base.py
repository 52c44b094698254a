"""What every term of the loss has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import nn


class Term(nn.Module, ABC):
    """One term of equation 8, computed from sums that add up over parts of a batch.

    A batch may be worked on in parts, by several threads or several machines: ``sums`` is taken
    of each part, the sums are added, and ``value`` turns the total into the term. The result is
    that of the whole batch.

    ``shape`` is that of the sums. ``reads_error`` tells whether it is given the whole answer of a
    network with an error, or the field alone.
    """

    shape: tuple[int, ...] = (2,)
    reads_error: bool = False

    @abstractmethod
    def sums(
        self, prediction: torch.Tensor, target: torch.Tensor, valid: torch.Tensor
    ) -> torch.Tensor:
        """Sums over one part of a batch.

        Parameters
        ----------
        prediction, target : (n, 1, h, w) float, field over field_scale, finite everywhere; with
            ``reads_error`` the prediction is (n, 2, h, w), its second channel the logarithm of
            the error in gauss.
        valid : (n, 1, h, w) bool; False where the target has no value (off the disk).

        Returns a tensor of ``shape`` that is differentiable in the prediction.
        """

    @abstractmethod
    def value(self, sums: torch.Tensor) -> torch.Tensor:
        """The term's value, a scalar; 0 where nothing is valid."""

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """The term for a whole batch; the target is NaN where it has no value."""
        valid = torch.isfinite(target)
        return self.value(self.sums(prediction, torch.where(valid, target, 0.0), valid))


def mean(sums: torch.Tensor) -> torch.Tensor:
    """First entry over the second, a count; 0 where the count is 0."""
    return sums[0] / sums[1].clamp(min=1.0)


def total_and_count(values: torch.Tensor, counted: torch.Tensor) -> torch.Tensor:
    """Sum of ``values`` where ``counted``, and how many are: a vector of two."""
    kept = torch.where(counted, values, 0.0)
    return torch.stack([kept.sum(), counted.sum().to(kept.dtype)])


def whole_windows(valid: torch.Tensor, size: int) -> torch.Tensor:
    """Whether all of each ``size`` x ``size`` window is valid.

    Parameters
    ----------
    valid : (n, 1, h, w) bool.
    size : side of the windows; at most h and w.

    Returns (n, 1, h - size + 1, w - size + 1) bool.
    """
    for dim in (-2, -1):
        reached = 1
        while reached < size:
            # Two windows of `reached` pixels, `step` apart, make one of `reached + step`.
            step = min(reached, size - reached)
            n = valid.shape[dim] - step
            valid = valid.narrow(dim, 0, n) & valid.narrow(dim, step, n)
            reached += step
    return valid
