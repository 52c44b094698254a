"""``onesun sunspots``: the monthly mean sunspot number."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def sunspots(
    settings: Annotated[
        str, typer.Option(help='Section "figures", of which fig1 is read: JSON text, or a file.')
    ],
    out: Annotated[Path, typer.Option(help="CSV to write; a manifest .json goes beside it.")],
    url: Annotated[
        str | None, typer.Option(help="Another address of the observatory's file.")
    ] = None,
) -> None:
    """Fetch the monthly mean sunspot number, or take it from an installed package."""
    from onesun import config
    from onesun.sunspots import make

    make(config.settings(settings, "figures")["figures"]["fig1"]["sunspots"], out, url)
