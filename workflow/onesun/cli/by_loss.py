"""What ``onesun fig4`` and ``onesun fig9`` take alike: panels of each method of the ablation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

Measures = Annotated[list[Path], typer.Argument(help="Manifests that onesun measure wrote.")]
Pair = Annotated[str, typer.Option(help="Name of the pair.")]
Settings = Annotated[
    str,
    typer.Option(
        help='Sections "figures", "ablation", "methods" and "losses": JSON text, or a YAML or '
        "JSON file."
    ),
]
Out = Annotated[
    Path, typer.Option(help="PNG to write; a .pdf and a caption, .md, are written beside it.")
]


def draw_by_loss(
    name: str, draw: Callable[..., None], measures: list[Path], pair: str, settings: str, out: Path
) -> None:
    """Draw the figure ``name`` of the configuration with its function ``draw``."""
    from onesun import config
    from onesun.figures.style import Style
    from onesun.tables.labels import labelled
    from onesun.tables.merged import merge_measures

    sections = config.settings(settings, "figures", "ablation", "methods", "losses")
    methods = sections["ablation"]["methods"]
    columns = labelled(methods, pair, sections["methods"], sections["losses"])
    style = Style.from_settings(sections["figures"]["style"])
    draw(merge_measures(columns, measures), sections["figures"][name], style, out)
