"""Stages that learn: networks, the search for weights of the loss, fits, errors of networks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onesun.cli.options import (
    Method,
    Pair,
    Split,
    Table,
    WeightsWithError,
    sections,
)


def train(
    pair: Pair,
    method: Annotated[str, typer.Option(help="Name of the method, such as onesun.")],
    patches: Annotated[
        list[Path], typer.Option(help="Manifest of a month's patch store; one for each month.")
    ],
    split: Split,
    calibration: Annotated[Path, typer.Option(help="Calibration of the pair.")],
    settings: Annotated[str, sections("method", "network", "loss", "loss_terms", "training")],
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
    """Train a network; the same command resumes where an interrupted one stopped."""
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


def search(
    pair: Pair,
    card: Annotated[
        list[Path],
        typer.Option(
            help="Card of a training by MSE alone, or by MSE and one term more; one for each."
        ),
    ],
    out: Table,
) -> None:
    """Compare trainings that differ in a weight of the loss, and choose weights."""
    from onesun.tables.search import search as run

    run(pair, card, out)


def fit(
    pair: Pair,
    method: Method,
    aligned: Annotated[
        list[Path],
        typer.Option(
            help="Manifest of a month's aligned frames, training or validation months; of test "
            "months for the bound wiener. Repeat."
        ),
    ],
    split: Split,
    settings: Annotated[str, sections("method", "fitting", "calibration", "grid")],
    out: Annotated[Path, typer.Option(help="Folder to write fit.safetensors and card.json into.")],
    calibration: Annotated[
        Path | None, typer.Option(help="Calibration of the pair, for equated and ridge.")
    ] = None,
) -> None:
    """Fit histogram equating, a linear filter or the linear bound of the test months."""
    from onesun import config
    from onesun.methods.fitting.stage import fit as run

    sections = config.settings(
        settings, "method", "fitting", "calibration", "grid", pair=pair, method=method
    )
    run(pair, method, aligned, split, calibration, sections, out)


def errors(
    pair: Pair,
    method: Method,
    weights: WeightsWithError,
    aligned: Annotated[
        list[Path],
        typer.Option(help="Manifest of a validation month's aligned frames; repeat it."),
    ],
    split: Split,
    settings: Annotated[str, sections("errors", "grid")],
    out: Annotated[
        Path, typer.Option(help="What to write (JSON): errors.json beside the weights.")
    ],
) -> None:
    """Calibrate a network's error by predicted field and radius on validation months."""
    from onesun import config
    from onesun.geometry.grid import Grid
    from onesun.uncertainty.settings import Errors as ErrorSettings
    from onesun.uncertainty.stage import calibrate_errors

    sections = config.settings(settings, "errors", "grid")
    section = ErrorSettings.model_validate(sections["errors"])
    grid = Grid.from_settings(sections["grid"])
    calibrate_errors(pair, method, weights, aligned, split, section, grid, out)
