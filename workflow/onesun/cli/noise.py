"""``onesun noise``: the target's noise, from its weak fields."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def noise(
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    aligned: Annotated[
        list[Path], typer.Option(help="Manifest of a training month's aligned frames; repeat it.")
    ],
    split: Annotated[
        str, typer.Option(help="Table of months that onesun split wrote, or rows of it as JSON.")
    ],
    settings: Annotated[
        str, typer.Option(help='Sections "noise" and "grid": JSON text, or a YAML or JSON file.')
    ],
    out: Annotated[Path, typer.Option(help="Noise to write (JSON).")],
    resampled: Annotated[
        int,
        typer.Option(min=1, help="How often targets were interpolated since they were recorded."),
    ] = 1,
) -> None:
    """Fit a Gaussian to the weak fields of the training frames' targets."""
    from onesun import config
    from onesun.geometry.grid import Grid
    from onesun.series.noise import measure_noise

    sections = config.settings(settings, "noise", "grid")
    grid = Grid.from_settings(sections["grid"])
    measure_noise(pair, aligned, split, sections["noise"], grid, out, resampled=resampled)
