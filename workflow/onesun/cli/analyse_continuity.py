"""``onesun analyse-continuity``: fluxes through the months of the overlap."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onesun.cli.analysis_options import (
    Aligned,
    Calibration,
    Figure,
    Fit,
    Line,
    Method,
    Month,
    Months,
    OfMethod,
    Pair,
    Split,
    Sums,
    Table,
    Weights,
)

app = typer.Typer(no_args_is_help=True, help="Fluxes of input, prediction and target in time.")


@app.command()
def measure(
    pair: Pair,
    method: Method,
    month: Month,
    aligned: Aligned,
    noise: Annotated[Path, typer.Option(help="The target's noise, as onesun noise wrote it.")],
    split: Split,
    settings: OfMethod,
    out: Sums,
    calibration: Calibration = None,
    line: Line = None,
    fit: Fit = None,
    weights: Weights = None,
) -> None:
    """Predict a month and add up fluxes by region, frame and tile."""
    from onesun import config, methods
    from onesun.analyses.continuity_month import measure_continuity
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "analyses", "grid", "method", pair=pair, method=method)
    grid = Grid.from_settings(sections["grid"])
    sources = methods.Sources(calibration, fit, weights, line=line)
    sources.check_pair(pair)
    chosen = methods.load(sections["method"], grid, sources)
    measure_continuity(
        pair, method, month, aligned, noise, split, chosen, sections["analyses"], grid, out
    )


@app.command()
def show(
    months: Months,
    pair: Pair,
    settings: Annotated[
        str, typer.Option(help='Sections "table1" and "figures": JSON text, or a file.')
    ],
    out: Table,
    figure: Figure,
) -> None:
    """Merge months; test for steps and trends; write the table and draw the figure."""
    from onesun import config
    from onesun.analyses.continuity import show_continuity
    from onesun.figures.style import Style

    sections = config.settings(settings, "table1", "figures")
    style = Style.from_settings(sections["figures"]["style"])
    show_continuity(pair, months, sections["table1"]["bootstrap"], style, out, figure)
