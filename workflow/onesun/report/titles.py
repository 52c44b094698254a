"""The titles of what a report shows, in the order in which it does.

A table's name is that of results/{name}.csv, a figure's that of results/figures/{name}.png. Numbers
are part of a name: fig1 is Figure 1. The rules list what they make by these; a figure or a table
that is not here is refused.
"""

from __future__ import annotations

from onesun.errors import ConfigError

TABLES = {
    "table1": "Correlations",
    "table2": "Gradients and extreme values",
    "table3": "Months, frames and patches",
    "table4": "Weights of the losses",
    "ladder": "Ladder of baselines",
    "ablation": "Ablation",
    "errors": "Errors",
    "pointing": "Pointing",
}
FIGURES = {
    "fig1": "Magnetographs of 50 years",
    "fig2": "Full disks",
    "fig3": "One region by each loss",
    "fig4": "Errors by loss",
    "fig5": "Output against target",
    "fig6": "A region through time",
    "fig7": "Networks",
    "fig8": "HMI's daily variability",
    "fig9": "Correlation by patch",
    "errors": "Errors",
}


def label(name: str, titles: dict[str, str]) -> str:
    """A title with the number in front, such as "4 Errors by loss".

    Parameters
    ----------
    name : "fig4", or "fig4-gong-hmi" for the same of one pair: "4 Errors by loss, gong-hmi".

    Raises ConfigError when there is no title.
    """
    own, _, pair = name.partition("-")
    if own not in titles:
        raise ConfigError(f"{name}: found no title, expected one in onesun.report.titles")
    number = own[len(own.rstrip("0123456789")) :]
    return f"{number} {titles[own]}".strip() + (f", {pair}" if pair else "")
