"""``onesun analyse-calibration``: slope and offset, by what they may depend on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True, help="Input against target at matched resolution, bin by bin."
)


@app.command()
def measure(
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    month: Annotated[str, typer.Option(help="Calendar month, YYYY-MM.")],
    aligned: Annotated[Path, typer.Option(help="Manifest of the month's aligned frames.")],
    split: Annotated[
        str, typer.Option(help="Table of months that onesun split wrote, or rows of it as JSON.")
    ],
    settings: Annotated[
        str, typer.Option(help='Sections "analyses" and "grid": JSON text, or a file.')
    ],
    out: Annotated[Path, typer.Option(help="Sums to write (NPZ); a .json goes beside it.")],
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
    months: Annotated[list[Path], typer.Argument(help="Manifests that measure wrote.")],
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    settings: Annotated[
        str, typer.Option(help='Sections "analyses", "table1" and "figures": JSON text, or a file.')
    ],
    out: Annotated[Path, typer.Option(help="Table to write (CSV); a .md is written beside it.")],
    figure: Annotated[
        Path, typer.Option(help="PNG to write; a .pdf and a caption, .md, are written beside it.")
    ],
) -> None:
    """Merge months; write the table and draw the figure."""
    from onesun import config
    from onesun.analyses.calibration import show_calibration
    from onesun.figures.style import Style

    sections = config.settings(settings, "analyses", "table1", "figures")
    style = Style.from_settings(sections["figures"]["style"])
    bootstrap = sections["table1"]["bootstrap"]
    show_calibration(pair, months, sections["analyses"], bootstrap, style, out, figure)
