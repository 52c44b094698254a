"""``onesun analyse-epochs``: whether a network's errors hold in months it was not trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onesun.cli.analysis_options import (
    Aligned,
    Figure,
    Method,
    Month,
    Months,
    OfShown,
    Pair,
    Sums,
    Table,
)

app = typer.Typer(
    no_args_is_help=True, help="A network's errors, as delivered, in months of other epochs."
)


@app.command()
def measure(
    pair: Pair,
    method: Method,
    month: Month,
    aligned: Aligned,
    weights: Annotated[Path, typer.Option(help="Weights of a network with an error.")],
    errors: Annotated[Path, typer.Option(help="What onesun errors wrote of these weights.")],
    split: Annotated[
        str,
        typer.Option(
            help="Table of months, or rows of it as JSON; the set is how the method uses the month."
        ),
    ],
    settings: Annotated[
        str, typer.Option(help='Sections "analyses", "errors" and "grid": JSON text, or a file.')
    ],
    out: Sums,
) -> None:
    """Count a month's readings within the errors by field, radius, mask and size of blocks."""
    from onesun import config
    from onesun.analyses.epochs_month import measure_judged
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "analyses", "errors", "grid")
    grid = Grid.from_settings(sections["grid"])
    measure_judged(pair, method, month, aligned, weights, errors, split, sections, grid, out)


@app.command()
def show(
    months: Months,
    pair: Pair,
    settings: OfShown,
    out: Table,
    figure: Figure,
) -> None:
    """Put months side by side; write the table and draw the figure."""
    from onesun import config
    from onesun.analyses.epochs import show_epochs
    from onesun.figures.style import Style

    sections = config.settings(settings, "analyses", "table1", "figures")
    style = Style.from_settings(sections["figures"]["style"])
    show_epochs(
        pair, months, sections["analyses"], sections["table1"]["bootstrap"], style, out, figure
    )
