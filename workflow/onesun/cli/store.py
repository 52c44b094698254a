"""``onesun store``: cut a month of aligned frames into patches and keep them in Zarr."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def store(
    aligned: Annotated[Path, typer.Option(help="Manifest of the month's aligned frames.")],
    settings: Annotated[
        str, typer.Option(help='Sections "store" and "grid": JSON text, or a YAML or JSON file.')
    ],
    out: Annotated[
        Path, typer.Option(help="Folder to write, {month}.zarr; {month}.json describes it.")
    ],
) -> None:
    """Write a month of aligned frames as a Zarr store of patches."""
    from onesun import config
    from onesun.geometry.grid import Grid
    from onesun.store.write import write_month

    sections = config.settings(settings, "store", "grid")
    grid = Grid.from_settings(sections["grid"])
    write_month(aligned, out, grid, sections["store"]["quantum"])
