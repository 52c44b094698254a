"""``onesun fig3``: one region of input, target, baseline and each loss."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def fig3(
    aligned: Annotated[list[Path], typer.Option(help="Manifest of aligned frames, one a pair.")],
    predictions: Annotated[
        list[Path], typer.Option(help="Manifests of predictions, of each pair and method.")
    ],
    settings: Annotated[
        str,
        typer.Option(
            help='Sections "figures", "ablation", "methods", "losses" and "grid": JSON text, or a '
            "file."
        ),
    ],
    out: Annotated[Path, typer.Option(help="PNG to write; PDF and caption (.md) go beside it.")],
) -> None:
    """Draw Figure 3: what each method of the ablation makes of one region."""
    from onesun import config
    from onesun.errors import ConfigError
    from onesun.figures import fig3_region
    from onesun.figures.frames import read_frames
    from onesun.figures.style import Style
    from onesun.geometry.grid import Grid
    from onesun.tables.labels import method_label

    sections = config.settings(settings, "figures", "ablation", "methods", "losses", "grid")
    section, methods = sections["figures"]["fig3"], sections["ablation"]["methods"]
    if not methods:
        raise ConfigError("ablation.methods: found an empty list, expected the methods of Figure 3")
    frames = read_frames(aligned, predictions, methods, section["frame"], "fig3")
    labels = [
        {
            name: method_label(name, frame.month.pair, sections["methods"], sections["losses"])
            for name in methods
        }
        for frame in frames
    ]
    style = Style.from_settings(sections["figures"]["style"])
    fig3_region.draw(frames, labels, Grid.from_settings(sections["grid"]), section, style, out)
