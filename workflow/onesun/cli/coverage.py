"""``onesun coverage``: how many of a month's readings lie within a network's errors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def coverage(
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    method: Annotated[str, typer.Option(help="The method's name in the configuration.")],
    month: Annotated[str, typer.Option(help="Calendar month, YYYY-MM.")],
    aligned: Annotated[Path, typer.Option(help="Manifest of the month's aligned frames.")],
    weights: Annotated[Path, typer.Option(help="Weights of a network with an error.")],
    errors: Annotated[Path, typer.Option(help="What onesun errors wrote of these weights.")],
    split: Annotated[
        str, typer.Option(help="Table of months that onesun split wrote, or rows of it as JSON.")
    ],
    settings: Annotated[
        str, typer.Option(help='Sections "errors" and "grid": JSON text, or a YAML or JSON file.')
    ],
    out: Annotated[Path, typer.Option(help="Coverage to write (JSON).")],
) -> None:
    """Count a month's readings within 68 % and 95 % intervals, by field and by radius."""
    from onesun import config
    from onesun.uncertainty.cover import cover

    sections = config.settings(settings, "errors", "grid")
    cover(pair, method, month, aligned, weights, errors, split, sections, out)
