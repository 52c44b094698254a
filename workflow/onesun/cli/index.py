"""``onesun index``: list a user's own files as a month of raw frames."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def index(
    folder: Annotated[Path, typer.Option(help="Folder that holds {instrument}/{YYYY-MM}/.")],
    instrument: Annotated[str, typer.Option(help="Instrument record, such as mdi.")],
    month: Annotated[str, typer.Option(help="Calendar month, YYYY-MM.")],
    out: Annotated[Path, typer.Option(help="Product to describe: OUT.json is written.")],
) -> None:
    """List the FITS files of one instrument and month; nothing is copied."""
    from onesun.products.raw import index_folder

    index_folder(folder, instrument, month, Path(f"{out}.json"))
