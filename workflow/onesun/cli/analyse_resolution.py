"""``onesun analyse-resolution``: what of the target is right at which spatial frequency."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True, help="Coherence and transfer by frequency; elements below resolution."
)


@app.command()
def measure(
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    method: Annotated[str, typer.Option(help="The method's name in the configuration.")],
    month: Annotated[str, typer.Option(help="Calendar month, YYYY-MM.")],
    aligned: Annotated[Path, typer.Option(help="Manifest of the month's aligned frames.")],
    predictions: Annotated[Path, typer.Option(help="Manifest of the method's predictions.")],
    split: Annotated[
        str, typer.Option(help="Table of months that onesun split wrote, or rows of it as JSON.")
    ],
    settings: Annotated[
        str, typer.Option(help='Sections "analyses" and "grid": JSON text, or a file.')
    ],
    out: Annotated[Path, typer.Option(help="Sums to write (NPZ); a .json goes beside it.")],
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
    from onesun.analyses.resolution import show_resolution
    from onesun.figures.style import Style

    sections = config.settings(settings, "analyses", "table1", "figures")
    style = Style.from_settings(sections["figures"]["style"])
    show_resolution(
        pair, months, sections["analyses"], sections["table1"]["bootstrap"], style, out, figure
    )
