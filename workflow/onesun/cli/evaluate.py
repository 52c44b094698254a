"""``onesun evaluate``: predictions of a month against its targets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    method: Annotated[str, typer.Option(help="The method's name in the configuration.")],
    month: Annotated[str, typer.Option(help="Calendar month, YYYY-MM.")],
    aligned: Annotated[Path, typer.Option(help="Manifest of the month's aligned frames.")],
    predictions: Annotated[Path, typer.Option(help="Manifest of the month's predictions.")],
    split: Annotated[
        str, typer.Option(help="Table of months that onesun split wrote, or rows of it as JSON.")
    ],
    settings: Annotated[
        str,
        typer.Option(
            help='Sections "table1", "measure" (of which "tiles") and "grid": JSON text, or a YAML '
            "or JSON file."
        ),
    ],
    out: Annotated[
        Path, typer.Option(help="Statistics to write (JSON); sums by tile go beside it (NPZ).")
    ],
) -> None:
    """Accumulate Table 1's statistics over a month's frames."""
    from onesun import config
    from onesun.geometry.grid import Grid
    from onesun.metrics.regions import Region
    from onesun.metrics.stage import Predicted
    from onesun.metrics.stage import evaluate as run

    sections = config.settings(settings, "table1", "measure", "grid")
    regions = [Region.from_settings(row) for row in sections["table1"]["rows"]]
    grid = Grid.from_settings(sections["grid"])
    tile = sections["measure"]["tiles"]["size"]
    given = Predicted(pair, method, month, aligned, predictions, split)
    run(given, regions, grid, tile, out)
