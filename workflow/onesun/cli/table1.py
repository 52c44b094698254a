"""``onesun table1``: Table 1 from the statistics of months."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def table1(
    statistics: Annotated[list[Path], typer.Argument(help="What onesun evaluate wrote.")],
    settings: Annotated[
        str, typer.Option(help='Section "table1": JSON text, or a YAML or JSON file.')
    ],
    out: Annotated[Path, typer.Option(help="Table to write (CSV); a .md is written beside it.")],
) -> None:
    """Merge months into Table 1: correlation with the target by area, method beside baseline."""
    from onesun import config
    from onesun.tables.table1 import write_table1

    write_table1(config.settings(settings, "table1")["table1"], statistics, out)
