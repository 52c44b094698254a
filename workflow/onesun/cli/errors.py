"""``onesun errors``: a trained network's error, calibrated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def errors(
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    method: Annotated[str, typer.Option(help="The method's name in the configuration.")],
    weights: Annotated[Path, typer.Option(help="Weights of a network with an error.")],
    aligned: Annotated[
        list[Path],
        typer.Option(help="Manifest of a validation month's aligned frames; repeat it."),
    ],
    split: Annotated[
        str, typer.Option(help="Table of months that onesun split wrote, or rows of it as JSON.")
    ],
    settings: Annotated[
        str, typer.Option(help='Sections "errors" and "grid": JSON text, or a YAML or JSON file.')
    ],
    out: Annotated[
        Path, typer.Option(help="What to write (JSON): errors.json beside the weights.")
    ],
) -> None:
    """Calibrate a network's error by predicted field and radius on validation months."""
    from onesun import config
    from onesun.uncertainty.stage import calibrate_errors

    sections = config.settings(settings, "errors", "grid")
    calibrate_errors(pair, method, weights, aligned, split, sections, out)
