"""Stages of a region through time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onesun.cli.options import Aligned, Fit, Folder, Method, Month, Noise, Pair, Weights, sections


def crop(
    pair: Pair,
    month: Month,
    aligned: Aligned,
    settings: Annotated[str, sections("series", "grid")],
    out: Folder,
) -> None:
    """Cut the region of the configuration out of every frame, with a margin around the input."""
    from onesun import config
    from onesun.geometry.grid import Grid
    from onesun.series.crop import crop as run

    sections = config.settings(settings, "series", "grid")
    grid, series = Grid.from_settings(sections["grid"]), sections["series"]
    run(pair, month, aligned, series["region"], series["margin"], grid, out)


def series(
    pair: Pair,
    method: Method,
    month: Month,
    region: Annotated[Path, typer.Option(help="Manifest of the region's frames.")],
    noise: Noise,
    calibration: Annotated[Path, typer.Option(help="The pair's calibration.")],
    line: Annotated[Path, typer.Option(help="What onesun line wrote (JSON).")],
    settings: Annotated[str, sections("method")],
    out: Annotated[Path, typer.Option(help="Series to write (JSON); fields beside it (NPZ).")],
    weights: Weights = None,
    fit: Fit = None,
) -> None:
    """Predict the region at every time; add up input, prediction and target."""
    from onesun import config, methods
    from onesun.series.follow import SeriesTask, follow

    sections = config.settings(settings, "method", pair=pair, method=method)
    sources = methods.Sources(calibration, fit, weights, line=line)
    sources.check_pair(pair)
    follow(
        SeriesTask(
            pair, method, month, region, noise, calibration, line, sections["method"], sources
        ),
        out,
    )


def variability(
    series: Annotated[Path, typer.Option(help="Series of a region, as onesun series wrote it.")],
    settings: Annotated[str, sections("variability")],
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
    from onesun.series.settings import Variability
    from onesun.series.variability import variability as run

    given = {"24h": put_in_24h, "12h": put_in_12h}
    put_in = {period: fraction for period, fraction in given.items() if fraction is not None}
    section = config.settings(settings, "variability")["variability"]
    run(series, Variability.model_validate(section), out, put_in)
