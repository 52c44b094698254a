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
        str, typer.Option(help="Sections 'archive' and 'request': JSON text, or a file's path.")
    ],
    out: Annotated[Path, typer.Option(help="Folder to write; OUT.json is its manifest.")],
) -> None:
    """Download a month of raw frames; a run that was stopped goes on where it was."""
    from onesun.archive import wanted
    from onesun.archive.stage import fetch_month
    from onesun.config import settings as section

    sections = section(settings, "archive", "request", instrument=instrument, month=month)
    slots = wanted.slots(sections["request"], instrument)
    fetch_month(instrument, month, slots, sections["archive"], out)
