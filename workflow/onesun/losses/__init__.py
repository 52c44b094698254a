"""The loss: a weighted sum of the terms of equation 8 and of an error's likelihood, a file each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

from onesun.errors import ConfigError
from onesun.losses.base import Term
from onesun.losses.gradient import GradientError
from onesun.losses.histogram import HistogramDistance
from onesun.losses.likelihood import GaussianLikelihood
from onesun.losses.mse import MeanSquaredError
from onesun.losses.names import NAMES
from onesun.losses.ssim import StructuralDissimilarity

# Each makes a term of its own entry in the section ``loss_terms`` and the field scale in gauss.
TERMS: dict[str, Callable[[Mapping[str, Any], float], Term]] = {
    "mse": lambda settings, field_scale: MeanSquaredError(),
    "gradient": lambda settings, field_scale: GradientError(),
    "histogram": lambda settings, field_scale: HistogramDistance(field_scale, **settings),
    "ssim": lambda settings, field_scale: StructuralDissimilarity(field_scale, **settings),
    "likelihood": lambda settings, field_scale: GaussianLikelihood(field_scale, **settings),
}
# Terms by which a network learns its error; without one of them its error means nothing.
OF_ERROR = tuple(name for name, names in NAMES.items() if names.of_error)

Sums = dict[str, torch.Tensor]


class CompositeLoss(nn.Module):
    """Weighted sum of terms (paper, equation 8); a term of weight 0 is not computed.

    Parameters
    ----------
    weights : weight by the term's name; an absent name has weight 0.
    terms_settings : the section ``loss_terms``.
    field_scale : gauss per unit of prediction and target.

    Raises ConfigError for an unknown term, a negative weight, or no positive weight at all.
    """

    def __init__(
        self,
        weights: Mapping[str, float],
        terms_settings: Mapping[str, Mapping[str, Any]],
        field_scale: float,
    ) -> None:
        super().__init__()
        for name, weight in weights.items():
            if name not in TERMS:
                raise ConfigError(f"loss: term {name!r} found, expected {', '.join(TERMS)}")
            if not 0 <= weight < float("inf"):
                raise ConfigError(f"loss.{name}: weight {weight} found, expected at least 0")
        self.weights = {name: float(weights[name]) for name in TERMS if weights.get(name, 0) > 0}
        if not self.weights:
            raise ConfigError("loss: no weight above 0 found, expected at least one")
        self._terms: dict[str, Term] = {
            name: TERMS[name](terms_settings.get(name, {}), field_scale) for name in self.weights
        }
        self.terms = nn.ModuleDict(self._terms)

    def sums(self, answer: torch.Tensor, target: torch.Tensor) -> Sums:
        """What each term adds up over a part of a batch (see ``Term``).

        Parameters
        ----------
        answer : (n, 1 or 2, h, w) what a network predicts: field over field_scale and, of a
            network with an error, the logarithm of the error in gauss.
        target : (n, 1, h, w) field over field_scale, NaN where it has no value; what is
            predicted there counts nowhere.
        """
        valid = torch.isfinite(target)
        known, field = torch.where(valid, target, 0.0), answer[:, :1]
        return {
            name: term.sums(answer if term.reads_error else field, known, valid)
            for name, term in self._terms.items()
        }

    def nothing(self, device: torch.device) -> Sums:
        """The sums over no patch, to add others to; float64."""
        return {
            name: torch.zeros(term.shape, dtype=torch.float64, device=device)
            for name, term in self._terms.items()
        }

    def combine(self, sums: Sums) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss and its unweighted terms, scalars, from the sums of a whole batch."""
        parts = {name: term.value(sums[name]) for name, term in self._terms.items()}
        return self.weigh(parts), parts

    def weigh(self, parts: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """The loss, a scalar, from unweighted terms; those it has no weight for count nothing."""
        return torch.stack([weight * parts[name] for name, weight in self.weights.items()]).sum()

    def forward(
        self, answer: torch.Tensor, target: torch.Tensor
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss and its unweighted terms for a whole batch; shapes as in ``sums``."""
        return self.combine(self.sums(answer, target))


def every_term(
    terms_settings: Mapping[str, Mapping[str, Any]], field_scale: float, *, error: bool
) -> CompositeLoss:
    """All terms, each of weight 1: to look at all of them, whatever is minimised.

    Parameters
    ----------
    error : whether the network has an error; the terms about it are left out otherwise.
    """
    names = [name for name in TERMS if error or name not in OF_ERROR]
    return CompositeLoss(dict.fromkeys(names, 1.0), terms_settings, field_scale)


__all__ = [
    "OF_ERROR",
    "TERMS",
    "CompositeLoss",
    "GaussianLikelihood",
    "GradientError",
    "HistogramDistance",
    "MeanSquaredError",
    "StructuralDissimilarity",
    "Sums",
    "Term",
    "every_term",
]
