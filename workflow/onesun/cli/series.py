"""``onesun series``: a region's total field through time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def series(
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    method: Annotated[str, typer.Option(help="The method's name in the configuration.")],
    month: Annotated[str, typer.Option(help="Calendar month, YYYY-MM.")],
    region: Annotated[Path, typer.Option(help="Manifest of the region's frames.")],
    noise: Annotated[Path, typer.Option(help="The target's noise, as onesun noise wrote it.")],
    calibration: Annotated[Path, typer.Option(help="The pair's calibration.")],
    line: Annotated[Path, typer.Option(help="What onesun line wrote (JSON).")],
    settings: Annotated[
        str, typer.Option(help='Section "method": JSON text, or a YAML or JSON file.')
    ],
    out: Annotated[Path, typer.Option(help="Series to write (JSON); fields beside it (NPZ).")],
    weights: Annotated[
        Path | None, typer.Option(help="Weights of a network (safetensors).")
    ] = None,
    fit: Annotated[Path | None, typer.Option(help="What onesun fit wrote (safetensors).")] = None,
) -> None:
    """Predict the region at every time; add up input, prediction and target."""
    from onesun import config, methods
    from onesun.series.follow import SeriesTask, follow

    sections = config.settings(settings, "method", pair=pair, method=method)
    sources = methods.Sources(calibration, fit, weights, line=line)
    sources.check_pair(pair)
    follow(
        SeriesTask(
            pair, method, month, region, noise, calibration, line, sections["method"], sources
        ),
        out,
    )
