"""``onesun fig1``: the magnetographs of 50 years, and the sunspot number."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def fig1(
    sunspots: Annotated[Path, typer.Option(help="Manifest that onesun sunspots wrote.")],
    settings: Annotated[
        str, typer.Option(help='Section "figures": JSON text, or a YAML or JSON file.')
    ],
    out: Annotated[Path, typer.Option(help="PNG to write; PDF and caption (.md) go beside it.")],
) -> None:
    """Draw Figure 1: instruments' pixels and years over the mean sunspot number."""
    from onesun import config
    from onesun.figures import fig1_observatories, observatories
    from onesun.figures.style import Style
    from onesun.sunspots import read

    section = config.settings(settings, "figures")["figures"]
    style = Style.from_settings(section["style"])
    fig1_observatories.draw(observatories.load(), read(sunspots), style, out)
