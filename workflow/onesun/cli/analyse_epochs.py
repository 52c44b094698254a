"""``onesun analyse-epochs``: whether a network's errors hold in months it was not trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True, help="A network's errors, as delivered, in months of other epochs."
)


@app.command()
def measure(
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    method: Annotated[str, typer.Option(help="The method's name in the configuration.")],
    month: Annotated[str, typer.Option(help="Calendar month, YYYY-MM.")],
    aligned: Annotated[Path, typer.Option(help="Manifest of the month's aligned frames.")],
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
    out: Annotated[Path, typer.Option(help="Sums to write (NPZ); a .json goes beside it.")],
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
    """Put months side by side; write the table and draw the figure."""
    from onesun import config
    from onesun.analyses.epochs import show_epochs
    from onesun.figures.style import Style

    sections = config.settings(settings, "analyses", "table1", "figures")
    style = Style.from_settings(sections["figures"]["style"])
    show_epochs(
        pair, months, sections["analyses"], sections["table1"]["bootstrap"], style, out, figure
    )
