"""``onesun archive``: raw frames from JSOC and NSO."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The archives of JSOC and NSO.")


@app.command()
def fetch(
    instrument: Annotated[str, typer.Option(help="hmi, mdi or gong.")],
    month: Annotated[str, typer.Option(help="Calendar month, YYYY-MM.")],
    settings: Annotated[
        str,
        typer.Option(
            help='The whole configuration, or sections "archive" and "request" (the times wanted): '
            "JSON text, or a YAML or JSON file."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder to write; OUT.json is its manifest.")],
    configfile: Annotated[
        list[Path] | None,
        typer.Option(
            help="Laid over a whole configuration, as with Snakemake; may be given again."
        ),
    ] = None,
) -> None:
    """Download a month of raw frames; an interrupted run resumes."""
    from onesun import config
    from onesun.archive.stage import fetch_month
    from onesun.config import archive_requests

    if configfile:
        settings = config.canonical(config.load(settings, *configfile))
    sections = config.settings(settings, "archive", "request", instrument=instrument, month=month)
    slots = archive_requests.slots(sections["request"], instrument)
    fetch_month(instrument, month, slots, sections["archive"], out)
