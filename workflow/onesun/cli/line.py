"""``onesun line``: fit the line of the method matched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def line(
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    input_instrument: Annotated[str, typer.Option(help="Record of the input, such as mdi.")],
    aligned: Annotated[
        list[Path], typer.Option(help="Manifest of a training month's aligned frames; repeat it.")
    ],
    split: Annotated[
        str, typer.Option(help="Table of months that onesun split wrote, or rows of it as JSON.")
    ],
    settings: Annotated[
        str,
        typer.Option(help='Sections "calibration" and "grid": JSON text, or a YAML or JSON file.'),
    ],
    out: Annotated[Path, typer.Option(help="Line to write (JSON).")],
) -> None:
    """Fit the line input = a + b * target by which the method matched predicts."""
    from onesun import config
    from onesun.calibration.line import fit_line
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "calibration", "grid")
    grid = Grid.from_settings(sections["grid"])
    fit_line(pair, input_instrument, aligned, split, sections["calibration"], grid, out)
