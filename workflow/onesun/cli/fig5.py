"""``onesun fig5``: output against target, pixel by pixel."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def fig5(
    measures: Annotated[list[Path], typer.Argument(help="Manifests that onesun measure wrote.")],
    pair: Annotated[list[str], typer.Option(help="Name of a pair; once for each.")],
    baseline: Annotated[str, typer.Option(help="The method that is compared with.")],
    method: Annotated[str, typer.Option(help="The method that is shown beside it.")],
    settings: Annotated[
        str, typer.Option(help='Section "figures": JSON text, or a YAML or JSON file.')
    ],
    out: Annotated[
        Path, typer.Option(help="PNG to write; a .pdf and a caption, .md, are written beside it.")
    ],
) -> None:
    """Draw Figure 5: 2-D histograms of output and target, residuals, variances and detail."""
    from onesun import config
    from onesun.figures.fig5_pixels import draw_fig5
    from onesun.figures.style import Style

    section = config.settings(settings, "figures")["figures"]
    fewest = section["fig5"]["fewest"]
    draw_fig5(pair, baseline, method, fewest, Style.from_settings(section["style"]), measures, out)
