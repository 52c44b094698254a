"""``onesun measure``: the paper's measurements of a month's predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def measure(
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    method: Annotated[str, typer.Option(help="The method's name in the configuration.")],
    month: Annotated[str, typer.Option(help="Calendar month, YYYY-MM.")],
    aligned: Annotated[Path, typer.Option(help="Manifest of the month's aligned frames.")],
    predictions: Annotated[Path, typer.Option(help="Manifest of the month's predictions.")],
    split: Annotated[
        str, typer.Option(help="Table of months that onesun split wrote, or rows of it as JSON.")
    ],
    settings: Annotated[
        str, typer.Option(help='Sections "measure" and "grid": JSON text, or a YAML or JSON file.')
    ],
    out: Annotated[Path, typer.Option(help="Arrays to write (NPZ); a .json goes beside it.")],
) -> None:
    """Measure flux, extremes, gradients and correlations over a month's frames."""
    from onesun import config
    from onesun.geometry.grid import Grid
    from onesun.metrics.stage import Predicted
    from onesun.metrics.stage import measure as run

    sections = config.settings(settings, "measure", "grid")
    grid = Grid.from_settings(sections["grid"])
    given = Predicted(pair, method, month, aligned, predictions, split)
    run(given, sections["measure"], grid, out.with_suffix(".json"))
