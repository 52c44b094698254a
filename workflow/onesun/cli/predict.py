"""``onesun predict``: a method's answer to a month of aligned frames."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def predict(
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    method: Annotated[str, typer.Option(help="The method's name in the configuration.")],
    month: Annotated[str, typer.Option(help="Calendar month, YYYY-MM.")],
    aligned: Annotated[Path, typer.Option(help="Manifest of the month's aligned frames.")],
    settings: Annotated[
        str, typer.Option(help='Sections "method" and "grid": JSON text, or a YAML or JSON file.')
    ],
    out: Annotated[Path, typer.Option(help="Folder to write; OUT.json describes it.")],
    weights: Annotated[
        Path | None, typer.Option(help="Weights of a network (safetensors).")
    ] = None,
    calibration: Annotated[
        Path | None, typer.Option(help="Calibration of the pair, for bicubic.")
    ] = None,
    line: Annotated[
        Path | None, typer.Option(help="What onesun line wrote (JSON), for matched.")
    ] = None,
    fit: Annotated[Path | None, typer.Option(help="What onesun fit wrote (safetensors).")] = None,
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
