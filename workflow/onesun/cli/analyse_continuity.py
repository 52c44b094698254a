"""``onesun analyse-continuity``: fluxes through the months of the overlap."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Fluxes of input, prediction and target in time.")


@app.command()
def measure(
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    method: Annotated[str, typer.Option(help="The method's name in the configuration.")],
    month: Annotated[str, typer.Option(help="Calendar month, YYYY-MM.")],
    aligned: Annotated[Path, typer.Option(help="Manifest of the month's aligned frames.")],
    noise: Annotated[Path, typer.Option(help="The target's noise, as onesun noise wrote it.")],
    split: Annotated[
        str, typer.Option(help="Table of months that onesun split wrote, or rows of it as JSON.")
    ],
    settings: Annotated[
        str, typer.Option(help='Sections "analyses", "grid" and "method": JSON text, or a file.')
    ],
    out: Annotated[Path, typer.Option(help="Sums to write (NPZ); a .json goes beside it.")],
    calibration: Annotated[Path | None, typer.Option(help="The pair's calibration.")] = None,
    line: Annotated[Path | None, typer.Option(help="What onesun line wrote (JSON).")] = None,
    fit: Annotated[Path | None, typer.Option(help="What onesun fit wrote (safetensors).")] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Weights of a network (safetensors).")
    ] = None,
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
    months: Annotated[list[Path], typer.Argument(help="Manifests that measure wrote.")],
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    settings: Annotated[
        str, typer.Option(help='Sections "table1" and "figures": JSON text, or a file.')
    ],
    out: Annotated[Path, typer.Option(help="Table to write (CSV); a .md is written beside it.")],
    figure: Annotated[
        Path, typer.Option(help="PNG to write; a .pdf and a caption, .md, are written beside it.")
    ],
) -> None:
    """Merge months; test for steps and trends; write the table and draw the figure."""
    from onesun import config
    from onesun.analyses.continuity import show_continuity
    from onesun.figures.style import Style

    sections = config.settings(settings, "table1", "figures")
    style = Style.from_settings(sections["figures"]["style"])
    show_continuity(pair, months, sections["table1"]["bootstrap"], style, out, figure)
