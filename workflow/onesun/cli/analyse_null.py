"""``onesun analyse-null``: what noise, optics and evolution leave at best."""

from __future__ import annotations

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
    OfMonth,
    OfShown,
    Pair,
    Split,
    Sums,
    Table,
    Weights,
)

app = typer.Typer(
    no_args_is_help=True, help="The target degraded and brought back; the target against itself."
)


@app.command()
def restored(
    pair: Pair,
    method: Method,
    month: Month,
    aligned: Aligned,
    split: Split,
    settings: OfMethod,
    out: Sums,
    calibration: Calibration = None,
    line: Line = None,
    fit: Fit = None,
    weights: Weights = None,
) -> None:
    """Degrade a month's targets to the input's optics, pixels and noise, and bring them back."""
    from onesun import config, methods
    from onesun.analyses.restored import measure_restored
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "analyses", "grid", "method", pair=pair, method=method)
    grid = Grid.from_settings(sections["grid"])
    sources = methods.Sources(calibration, fit, weights, line=line)
    sources.check_pair(pair)
    chosen = methods.load(sections["method"], grid, sources)
    measure_restored(pair, method, month, aligned, split, chosen, sections["analyses"], grid, out)


@app.command()
def repeated(
    pair: Pair,
    month: Month,
    aligned: Aligned,
    split: Split,
    settings: OfMonth,
    out: Sums,
) -> None:
    """Compare a month's targets with themselves: read again, and some time later."""
    from onesun import config
    from onesun.analyses.repeated import measure_repeated
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "analyses", "grid")
    grid = Grid.from_settings(sections["grid"])
    measure_repeated(pair, month, aligned, split, sections["analyses"], grid, out)


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
    from onesun.analyses.null import show_null
    from onesun.figures.style import Style

    sections = config.settings(settings, "analyses", "table1", "figures")
    style = Style.from_settings(sections["figures"]["style"])
    show_null(
        pair, months, sections["analyses"], sections["table1"]["bootstrap"], style, out, figure
    )
