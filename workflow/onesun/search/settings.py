"""The section ``search``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from onesun.settings import Section, key, says

Candidates = Annotated[
    list[Annotated[float, Field(gt=0)]], says(title="a list of rising numbers above 0")
]


class Weights(Section):
    """Candidates, term by term; a term without any is not searched."""

    gradient: Candidates = key([])
    """Weights of the Sobel gradient's squared error."""
    histogram: Candidates = key([])
    """Weights of the total variation between histograms."""
    ssim: Candidates = key([])
    """Weights of the structural dissimilarity."""


class Search(Section):
    """The partial grid search for the weights of `losses` (section 6.3): a network is trained
    by MSE alone and by MSE + weight * term, for each weight of each term, on every pair.
    """

    READ_BY = ("the rules",)

    method: str | None = key(None, title="a name under methods, or null")
    """Whose network and seed it trains; the loss is the search's."""
    epochs: int = key(1, ge=1)
    """Passes over the training patches, in place of `training.epochs`."""
    weights: Weights = Weights()
