"""``onesun train``: teach a network to turn a pair's input into its target."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def train(
    pair: Annotated[str, typer.Option(help="Pair, such as mdi-hmi.")],
    method: Annotated[str, typer.Option(help="Name of the method, such as onesun.")],
    patches: Annotated[
        list[Path], typer.Option(help="Manifest of a month's patch store; one for each month.")
    ],
    split: Annotated[
        str, typer.Option(help="Table of months that onesun split wrote, or rows of it as JSON.")
    ],
    calibration: Annotated[Path, typer.Option(help="Calibration of the pair.")],
    settings: Annotated[
        str,
        typer.Option(
            help="Sections method, network, loss, loss_terms and training: JSON, or a file."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder to write weights, card and curve into.")],
    search: Annotated[
        Path | None,
        typer.Option(help="Table that onesun search wrote; for a loss with weights from it."),
    ] = None,
    checkpoint_minutes: Annotated[
        float | None,
        typer.Option(
            min=0, help="Minutes between two checkpoints, whatever the settings' training says."
        ),
    ] = None,
) -> None:
    """Train a network; the same command goes on where an interrupted one stopped."""
    from onesun import config
    from onesun.training.stage import train as run

    sections = config.settings(
        settings,
        *("method", "network", "loss", "loss_terms", "training"),
        pair=pair,
        method=method,
    )
    if checkpoint_minutes is not None:
        sections["training"]["checkpoint_minutes"] = checkpoint_minutes
    run(pair, method, patches, split, calibration, sections, out, search)
