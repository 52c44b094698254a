"""What the terms of the loss are called; light to import, for tables and the configuration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TermName:
    """A term's names beside that in the configuration.

    Parameters
    ----------
    label : short, as in "MSE + Grad".
    title : of its column in Table 4.
    searched : whether the grid search finds its weight, beside the mean squared error's.
    of_error : whether a network's error is learnt by it.
    """

    label: str
    title: str
    searched: bool = False
    of_error: bool = False


# In the order of equation 8.
NAMES = {
    "mse": TermName("MSE", "MSE"),
    "gradient": TermName("Grad", "Gradient", searched=True),
    "histogram": TermName("Hist", "Histogram", searched=True),
    "ssim": TermName("SSIM", "SSIM", searched=True),
    "likelihood": TermName("NLL", "Likelihood", of_error=True),
}
