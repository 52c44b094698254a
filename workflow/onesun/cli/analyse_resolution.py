"""``onesun analyse-resolution``: what of the target is right at which spatial frequency."""

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
    OfMonth,
    OfShown,
    Pair,
    Split,
    Sums,
    Table,
)

app = typer.Typer(
    no_args_is_help=True, help="Coherence and transfer by frequency; elements below resolution."
)


@app.command()
def measure(
    pair: Pair,
    method: Method,
    month: Month,
    aligned: Aligned,
    predictions: Annotated[Path, typer.Option(help="Manifest of the method's predictions.")],
    split: Split,
    settings: OfMonth,
    out: Sums,
) -> None:
    """Measure spectra and small elements of a month's predictions."""
    from onesun import config
    from onesun.analyses.resolution_month import measure_resolved
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "analyses", "grid")
    grid = Grid.from_settings(sections["grid"])
    measure_resolved(
        pair, method, month, aligned, predictions, split, sections["analyses"], grid, out
    )


@app.command()
def show(
    months: Months,
    pair: Pair,
    settings: OfShown,
    out: Table,
    figure: Figure,
) -> None:
    """Merge months; write the table and draw the figure."""
    from onesun import config
    from onesun.analyses.resolution import show_resolution
    from onesun.figures.style import Style

    sections = config.settings(settings, "analyses", "table1", "figures")
    style = Style.from_settings(sections["figures"]["style"])
    show_resolution(
        pair, months, sections["analyses"], sections["table1"]["bootstrap"], style, out, figure
    )
