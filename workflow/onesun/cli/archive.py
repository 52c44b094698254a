"""``onesun archive``: raw frames from JSOC and NSO, and how much there is to download."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from onesun.cli.options import Folder, Instrument, Month

app = typer.Typer(name="archive", no_args_is_help=True, help="The archives of JSOC and NSO.")
Settings = Annotated[str, typer.Option(help="The whole configuration, a YAML or JSON file.")]
Over = Annotated[
    list[Path] | None,
    typer.Option("--configfile", help="Laid over it, as with Snakemake; may be given again."),
]
Raw = Annotated[Path, typer.Option(help="Folder of months that are complete.")]


@app.command()
def fetch(
    instrument: Instrument,
    month: Month,
    settings: Annotated[
        str,
        typer.Option(
            help='The whole configuration, or sections "archive" and "request" (the times wanted): '
            "JSON text, or a YAML or JSON file."
        ),
    ],
    out: Folder,
    configfile: Annotated[
        list[Path] | None,
        typer.Option(
            help="Laid over a whole configuration, as with Snakemake; may be given again."
        ),
    ] = None,
) -> None:
    """Download a month of raw frames; an interrupted run resumes."""
    from onesun import config
    from onesun.archive import wanted
    from onesun.archive.stage import fetch_month

    if configfile:
        settings = config.canonical(config.load(settings, *configfile))
    sections = config.settings(settings, "archive", "request", instrument=instrument, month=month)
    slots = wanted.slots(sections["request"], instrument)
    fetch_month(instrument, month, slots, sections["archive"], out)


@app.command()
def plan(
    settings: Settings = "config/config.yaml",
    configfile: Over = None,
    raw: Raw = Path("results/raw"),
    cores: Annotated[
        int | None, typer.Option(min=1, help="How many the run may use; all if not given.")
    ] = None,
) -> None:
    """Say what a run will download: files, GB and hours by month and instrument, and the disk."""
    from onesun import config
    from onesun.archive import plan as planned
    from onesun.archive.holdings import survey
    from onesun.config import archives

    whole = config.load(settings, *(configfile or []))
    archives.check(whole)
    holdings = survey(whole, raw)
    _print(
        planned.table(whole, holdings),
        *planned.notes(whole, holdings, cores or os.cpu_count() or 1),
    )


@app.command()
def status(
    settings: Settings = "config/config.yaml",
    configfile: Over = None,
    raw: Raw = Path("results/raw"),
) -> None:
    """Say how far the downloads of a run are, by instrument."""
    from onesun import config
    from onesun.archive.holdings import survey
    from onesun.archive.status import notes, table
    from onesun.config import archives

    whole = config.load(settings, *(configfile or []))
    archives.check(whole)
    holdings = survey(whole, raw)
    _print(table(holdings), *notes(whole, holdings))


def _print(*parts: object) -> None:
    from rich.console import Console

    console = Console(soft_wrap=True, highlight=False)
    if not console.is_terminal:
        console.width = 100
    for part in parts:
        console.print(part)
