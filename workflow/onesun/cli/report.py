"""The report, and what a run cost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onesun.cli.options import Table


def report(
    aligned: Annotated[
        list[Path], typer.Option(help="Manifest of a pair's aligned frames; one for each pair.")
    ],
    predictions: Annotated[
        list[Path], typer.Option(help="Manifest of a method's predictions of the same months.")
    ],
    settings: Annotated[
        str, typer.Option(help="The whole configuration: JSON text, or a YAML or JSON file.")
    ],
    out: Annotated[Path, typer.Option(help="Page to write (HTML).")],
    table: Annotated[
        list[Path] | None, typer.Option(help="Table (CSV) with its .md beside it, in this order.")
    ] = None,
    figure: Annotated[
        list[Path] | None, typer.Option(help="Figure (PNG) with its .md beside it, in this order.")
    ] = None,
    cost: Annotated[Path | None, typer.Option(help="What onesun cost wrote.")] = None,
    snakemake: Annotated[str | None, typer.Option(help="Version of Snakemake, to be said.")] = None,
) -> None:
    """Write one page: tables, figures, fields under a slider, and how they were made."""
    from onesun import config
    from onesun.report.page import write_page
    from onesun.report.scenes import read_scenes

    complete = config.complete(config.read(settings))
    scenes = read_scenes(complete, aligned, predictions)
    write_page(complete, table or [], figure or [], cost, scenes, snakemake, out)


def cost(
    logs: Annotated[Path, typer.Argument(help="Folder of logs and benchmark files (.tsv).")],
    out: Table,
    without: Annotated[
        list[str] | None, typer.Option(help="Stage to leave out; may be given several times.")
    ] = None,
) -> None:
    """Add up time and memory of the last run of each job, by stage."""
    from onesun.report.cost import write_cost

    write_cost(logs, without or [], out)
