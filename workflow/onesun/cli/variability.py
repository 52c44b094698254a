"""``onesun variability``: HMI's daily variability against a series without it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def variability(
    series: Annotated[Path, typer.Option(help="Series of a region, as onesun series wrote it.")],
    settings: Annotated[
        str, typer.Option(help='Section "variability": JSON text, or a YAML or JSON file.')
    ],
    out: Annotated[Path, typer.Option(help="Amplitudes to write (JSON).")],
) -> None:
    """Fit sinusoids of 24 (and 12) hours to the ratio of HMI's unsigned field to the others'."""
    from onesun import config
    from onesun.series.variability import variability as run

    run(series, config.settings(settings, "variability")["variability"], out)
