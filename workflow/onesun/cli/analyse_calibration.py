"""``onesun analyse-calibration``: slope and offset, by what they may depend on."""

from __future__ import annotations

import typer

from onesun.cli.analysis_options import (
    Aligned,
    Figure,
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
    no_args_is_help=True, help="Input against target at matched resolution, bin by bin."
)


@app.command()
def measure(
    pair: Pair,
    month: Month,
    aligned: Aligned,
    split: Split,
    settings: OfMonth,
    out: Sums,
) -> None:
    """Add up a month's pixels by mu, field, polarity, velocity, interval, site, day and tile."""
    from onesun import config
    from onesun.analyses.calibration_month import measure_calibration
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "analyses", "grid")
    grid = Grid.from_settings(sections["grid"])
    measure_calibration(pair, month, aligned, split, sections["analyses"], grid, out)


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
    from onesun.analyses.calibration import show_calibration
    from onesun.figures.style import Style

    sections = config.settings(settings, "analyses", "table1", "figures")
    style = Style.from_settings(sections["figures"]["style"])
    bootstrap = sections["table1"]["bootstrap"]
    show_calibration(pair, months, sections["analyses"], bootstrap, style, out, figure)
