"""``onesun fig4``: how the terms of the loss change the errors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def fig4(
    measures: Annotated[list[Path], typer.Argument(help="Manifests that onesun measure wrote.")],
    pair: Annotated[str, typer.Option(help="Name of the pair.")],
    settings: Annotated[
        str,
        typer.Option(
            help='Sections "figures", "ablation", "methods" and "losses": JSON text, or a YAML or '
            "JSON file."
        ),
    ],
    out: Annotated[
        Path, typer.Option(help="PNG to write; a .pdf and a caption, .md, are written beside it.")
    ],
) -> None:
    """Draw Figure 4: how the terms of the loss change the errors."""
    from onesun import config
    from onesun.figures.fig4_losses import draw_fig4
    from onesun.figures.style import Style
    from onesun.losses.labels import labelled

    sections = config.settings(settings, "figures", "ablation", "methods", "losses")
    names = sections["ablation"]["methods"]
    columns = labelled(names, pair, sections["methods"], sections["losses"])
    own = sections["figures"]["fig4"]
    style = Style.from_settings(sections["figures"]["style"])
    draw_fig4(columns, own["patch"], own["shown"], style, measures, out)
