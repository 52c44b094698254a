"""``onesun pointing``: predictions by the header's pointing, and after registration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def pointing(
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    method: Annotated[str, typer.Option(help="The method's name in the configuration.")],
    month: Annotated[str, typer.Option(help="Calendar month, YYYY-MM.")],
    aligned: Annotated[
        Path, typer.Option(help="Manifest of the month's frames, aligned by their headers.")
    ],
    predictions: Annotated[Path, typer.Option(help="Manifest of the predictions of them.")],
    split: Annotated[
        str, typer.Option(help="Table of months that onesun split wrote, or rows of it as JSON.")
    ],
    settings: Annotated[
        str,
        typer.Option(
            help='Sections "pointing", "align", "table1", "measure" (of which "tiles") and "grid": '
            "JSON text, or a YAML or JSON file."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(help="What registration found (JSON); statistics are written beside it."),
    ],
) -> None:
    """Score predictions as their headers point them, and registered on the target."""
    from onesun import config
    from onesun.alignment.settings import Align
    from onesun.geometry.grid import Grid
    from onesun.metrics.pointing.stage import score_pointing
    from onesun.metrics.regions import Region

    sections = config.settings(settings, "pointing", "align", "table1", "measure", "grid")
    regions = [Region.from_settings(row) for row in sections["table1"]["rows"]]
    grid = Grid.from_settings(sections["grid"])
    align = Align.model_validate(sections["align"])
    score_pointing(
        pair, method, month, aligned, predictions, split, regions, grid, align,
        sections["pointing"]["models"], sections["measure"]["tiles"]["size"], out,
    )  # fmt: skip
