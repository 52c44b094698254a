"""``onesun fig2``: full disks of inputs, predictions and target."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def fig2(
    aligned: Annotated[list[Path], typer.Option(help="Manifest of aligned frames, one a pair.")],
    predictions: Annotated[list[Path], typer.Option(help="Manifest of predictions, one a pair.")],
    settings: Annotated[
        str,
        typer.Option(help='Sections "figures", "ablation" and "grid": JSON text, or a file.'),
    ],
    out: Annotated[Path, typer.Option(help="PNG to write; PDF and caption (.md) go beside it.")],
) -> None:
    """Draw Figure 2: one frame's disks, with a patch at full resolution."""
    from onesun import config
    from onesun.errors import ConfigError
    from onesun.figures import fig2_disks
    from onesun.figures.frames import read_frames
    from onesun.figures.style import Style
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "figures", "ablation", "grid")
    section = sections["figures"]["fig2"]
    method = section["method"] or next(reversed(sections["ablation"]["methods"]), None)
    if method is None:
        raise ConfigError("figures.fig2.method: found null, expected a method: ablation has none")
    frames = read_frames(aligned, predictions, [method], section["frame"], "fig2")
    style = Style.from_settings(sections["figures"]["style"])
    fig2_disks.draw(frames, method, Grid.from_settings(sections["grid"]), section, style, out)
