"""Gaussian likelihood of the error that a network states with its field."""

from __future__ import annotations

from typing import Literal

import torch

from onesun.errors import ConfigError
from onesun.losses.base import Term, mean, total_and_count

FORMS = ("decoupled", "beta")
_UNIT = 10.0  # gauss; errors of the quiet Sun are of this order


class GaussianLikelihood(Term):
    """mean over valid pixels of log s + d² / (2 s²), less a constant; no unit.

    d is the prediction less the target and s the stated error, both over 10 G. The forms:

    ``decoupled``: d does not learn from it. The field learns from the other terms alone, and the
    error from the differences that the field happens to leave.

    ``beta``: both learn from it, and each pixel is weighed by its stated error (Seitzer et al.
    2022, arXiv 2203.09168, beta = 1/2), so that weak fields count for more than by squares and
    for less than by the likelihood itself.
    """

    reads_error = True

    def __init__(self, field_scale: float, form: Literal["decoupled", "beta"]) -> None:
        super().__init__()
        if form not in FORMS:
            raise ConfigError(
                f"loss_terms.likelihood.form: {form!r} found, expected {' or '.join(FORMS)}"
            )
        self.field_scale, self.form = field_scale, form

    def sums(
        self, prediction: torch.Tensor, target: torch.Tensor, valid: torch.Tensor
    ) -> torch.Tensor:
        difference = (prediction[:, :1] - target) * (self.field_scale / _UNIT)
        error = torch.exp(prediction[:, 1:]) / _UNIT
        if self.form == "decoupled":
            likelihood = torch.log(error) + 0.5 * (difference.detach() / error).square()
        else:
            likelihood = torch.log(error) + 0.5 * (difference / error).square()
            likelihood = error.detach() * likelihood
        return total_and_count(likelihood, valid)

    def value(self, sums: torch.Tensor) -> torch.Tensor:
        return mean(sums)
