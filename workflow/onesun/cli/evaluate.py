"""Stages that predict a month and compare it with its targets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onesun.cli.options import (
    Aligned,
    Errors,
    Fit,
    Folder,
    Method,
    Month,
    Pair,
    Predictions,
    Split,
    Weights,
    WeightsWithError,
    sections,
)


def predict(
    pair: Pair,
    method: Method,
    month: Month,
    aligned: Aligned,
    settings: Annotated[str, sections("method", "grid")],
    out: Folder,
    weights: Weights = None,
    calibration: Annotated[
        Path | None, typer.Option(help="Calibration of the pair, for bicubic.")
    ] = None,
    line: Annotated[
        Path | None, typer.Option(help="What onesun line wrote (JSON), for matched.")
    ] = None,
    fit: Fit = None,
    input_instrument: Annotated[
        str | None, typer.Option(help="Record of the input, such as mdi, for ceiling.")
    ] = None,
) -> None:
    """Predict the target's field for each frame of a month."""
    from onesun import config, methods
    from onesun.geometry.grid import Grid
    from onesun.methods.predict import predict as run

    sections = config.settings(settings, "method", "grid", pair=pair, method=method)
    grid = Grid.from_settings(sections["grid"])
    sources = methods.Sources(calibration, fit, weights, input_instrument, line)
    sources.check_pair(pair)
    run(pair, method, month, aligned, methods.load(sections["method"], grid, sources), out)


def evaluate(
    pair: Pair,
    method: Method,
    month: Month,
    aligned: Aligned,
    predictions: Predictions,
    split: Split,
    settings: Annotated[str, sections("table1", "measure", "grid")],
    out: Annotated[
        Path, typer.Option(help="Statistics to write (JSON); sums by tile go beside it (NPZ).")
    ],
) -> None:
    """Accumulate Table 1's statistics over a month's frames."""
    from onesun import config
    from onesun.geometry.grid import Grid
    from onesun.metrics.accumulate import Predicted
    from onesun.metrics.evaluate import evaluate as run
    from onesun.metrics.regions import Region

    sections = config.settings(settings, "table1", "measure", "grid")
    regions = [Region.from_settings(row) for row in sections["table1"]["rows"]]
    grid = Grid.from_settings(sections["grid"])
    tile = sections["measure"]["tiles"]["size"]
    given = Predicted(pair, method, month, aligned, predictions, split)
    run(given, regions, grid, tile, out)


def measure(
    pair: Pair,
    method: Method,
    month: Month,
    aligned: Aligned,
    predictions: Predictions,
    split: Split,
    settings: Annotated[str, sections("measure", "grid")],
    out: Annotated[Path, typer.Option(help="Arrays to write (NPZ); a .json goes beside it.")],
) -> None:
    """Measure flux, extremes, gradients and correlations over a month's frames."""
    from onesun import config
    from onesun.geometry.grid import Grid
    from onesun.metrics.accumulate import Predicted
    from onesun.metrics.measure import measure as run

    sections = config.settings(settings, "measure", "grid")
    grid = Grid.from_settings(sections["grid"])
    given = Predicted(pair, method, month, aligned, predictions, split)
    run(given, sections["measure"], grid, out.with_suffix(".json"))


def coverage(
    pair: Pair,
    method: Method,
    month: Month,
    aligned: Aligned,
    weights: WeightsWithError,
    errors: Errors,
    split: Split,
    settings: Annotated[str, sections("errors", "grid")],
    out: Annotated[Path, typer.Option(help="Coverage to write (JSON).")],
) -> None:
    """Count a month's readings within 68 % and 95 % intervals, by field and by radius."""
    from onesun import config
    from onesun.geometry.grid import Grid
    from onesun.uncertainty.cover import cover
    from onesun.uncertainty.settings import Errors as ErrorSettings

    sections = config.settings(settings, "errors", "grid")
    section = ErrorSettings.model_validate(sections["errors"])
    grid = Grid.from_settings(sections["grid"])
    cover(pair, method, month, aligned, weights, errors, split, section, grid, out)


def pointing(
    pair: Pair,
    method: Method,
    month: Month,
    aligned: Annotated[
        Path, typer.Option(help="Manifest of the month's frames, aligned by their headers.")
    ],
    predictions: Annotated[Path, typer.Option(help="Manifest of the predictions of them.")],
    split: Split,
    settings: Annotated[str, sections("pointing", "align", "table1", "measure", "grid")],
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
