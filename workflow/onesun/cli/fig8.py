"""``onesun fig8``: HMI's daily variability."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def fig8(
    series: Annotated[Path, typer.Option(help="Series of the pair's region.")],
    variability: Annotated[Path, typer.Option(help="What onesun variability found in it.")],
    settings: Annotated[
        str, typer.Option(help='Section "figures": JSON text, or a YAML or JSON file.')
    ],
    out: Annotated[Path, typer.Option(help="PNG to write; PDF and caption go beside it.")],
) -> None:
    """Draw Figure 8: HMI, the prediction, their ratio and HMI's radial velocity."""
    from onesun import config
    from onesun.figures.fig8_variability import draw
    from onesun.figures.style import Style
    from onesun.series import product
    from onesun.series.variability import read

    style = Style.from_settings(config.settings(settings, "figures")["figures"]["style"])
    followed = product.read(series)
    draw(out, followed, read(variability, followed.pair, followed.month), style)
