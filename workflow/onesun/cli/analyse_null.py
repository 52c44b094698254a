"""``onesun analyse-null``: what noise, optics and evolution leave at best."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True, help="The target degraded and brought back; the target against itself."
)


@app.command()
def restored(
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    method: Annotated[str, typer.Option(help="The method's name in the configuration.")],
    month: Annotated[str, typer.Option(help="Calendar month, YYYY-MM.")],
    aligned: Annotated[Path, typer.Option(help="Manifest of the month's aligned frames.")],
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
    """Compare a month's targets with themselves: read again, and some time later."""
    from onesun import config
    from onesun.analyses.repeated import measure_repeated
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "analyses", "grid")
    grid = Grid.from_settings(sections["grid"])
    measure_repeated(pair, month, aligned, split, sections["analyses"], grid, out)


@app.command()
def show(
    months: Annotated[list[Path], typer.Argument(help="Manifests that the other two wrote.")],
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
    from onesun.analyses.null import show_null
    from onesun.figures.style import Style

    sections = config.settings(settings, "analyses", "table1", "figures")
    style = Style.from_settings(sections["figures"]["style"])
    show_null(
        pair, months, sections["analyses"], sections["table1"]["bootstrap"], style, out, figure
    )
