"""``onesun table-pointing``: what registration to the target adds to scores, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def table_pointing(
    pointing: Annotated[list[Path], typer.Argument(help="What onesun pointing wrote.")],
    settings: Annotated[
        str, typer.Option(help='Section "table1": JSON text, or a YAML or JSON file.')
    ],
    out: Annotated[
        Path,
        typer.Option(help="Table to write (CSV); a .md and a .frames.csv are written beside it."),
    ],
) -> None:
    """Merge months into the table of scores by header, after registration, and shifts found."""
    from onesun import config
    from onesun.tables.pointing import write_pointing

    write_pointing(config.settings(settings, "table1")["table1"], pointing, out)
