"""``onesun crop``: one region of a month's aligned frames."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def crop(
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    month: Annotated[str, typer.Option(help="Calendar month, YYYY-MM.")],
    aligned: Annotated[Path, typer.Option(help="Manifest of the month's aligned frames.")],
    settings: Annotated[
        str, typer.Option(help='Sections "series" and "grid": JSON text, or a YAML or JSON file.')
    ],
    out: Annotated[Path, typer.Option(help="Folder to write; OUT.json describes it.")],
) -> None:
    """Cut the region of the configuration out of every frame, with a margin around the input."""
    from onesun import config
    from onesun.geometry.grid import Grid
    from onesun.series.crop import crop as run

    sections = config.settings(settings, "series", "grid")
    grid, series = Grid.from_settings(sections["grid"]), sections["series"]
    run(pair, month, aligned, series["region"], series["margin"], grid, out)
