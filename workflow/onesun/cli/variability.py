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
    put_in_24h: Annotated[
        float | None,
        typer.Option(
            "--put-in-24h",
            help="Fraction by which the sample's signal follows OBS_VR; left out for real frames.",
        ),
    ] = None,
    put_in_12h: Annotated[
        float | None, typer.Option("--put-in-12h", help="The same, with a period of 12 h.")
    ] = None,
) -> None:
    """Fit sinusoids of 24 (and 12) hours to the ratio of HMI's unsigned field to the others'."""
    from onesun import config
    from onesun.series.variability import variability as run

    given = {"24h": put_in_24h, "12h": put_in_12h}
    put_in = {period: fraction for period, fraction in given.items() if fraction is not None}
    run(series, config.settings(settings, "variability")["variability"], out, put_in)
