"""``onesun table3``: Table 3 from the splits and the aligned frames."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def table3(
    split: Annotated[list[Path], typer.Option(help="Table of months that onesun split wrote.")],
    aligned: Annotated[list[Path], typer.Option(help="Manifest of a month's aligned frames.")],
    settings: Annotated[
        str,
        typer.Option(help='Sections "grid" and "training": JSON text, or a YAML or JSON file.'),
    ],
    out: Annotated[Path, typer.Option(help="Table to write (CSV); a .md is written beside it.")],
) -> None:
    """Tell the split as it was used: months, frames aligned and refused, patches."""
    from onesun import config
    from onesun.geometry.grid import Grid
    from onesun.tables.table3 import write_table3

    sections = config.settings(settings, "grid", "training")
    grid = Grid.from_settings(sections["grid"])
    write_table3(split, aligned, grid, sections["training"]["min_on_disk"], out)
