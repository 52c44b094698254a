"""``onesun fig6``: a region, and its total field through time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def fig6(
    series: Annotated[list[Path], typer.Option(help="Series of a pair's region; repeat it.")],
    settings: Annotated[
        str, typer.Option(help='Section "figures": JSON text, or a YAML or JSON file.')
    ],
    out: Annotated[Path, typer.Option(help="PNG to write; PDF and caption go beside it.")],
) -> None:
    """Draw Figure 6: input, prediction and target, and their totals through time."""
    from onesun import config
    from onesun.figures.fig6_region import draw
    from onesun.figures.style import Style
    from onesun.series.product import read

    style = Style.from_settings(config.settings(settings, "figures")["figures"]["style"])
    draw(out, [read(path, images=True) for path in series], style)
