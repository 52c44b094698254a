"""``onesun table2``: Table 2 from the measures of months."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def table2(
    measures: Annotated[list[Path], typer.Argument(help="Manifests that onesun measure wrote.")],
    settings: Annotated[
        str,
        typer.Option(help='Sections "table1" and "table2": JSON text, or a YAML or JSON file.'),
    ],
    out: Annotated[Path, typer.Option(help="Table to write (CSV); a .md is written beside it.")],
) -> None:
    """Merge months into Table 2: errors of gradients and extreme values, by kernel."""
    from onesun import config
    from onesun.tables.sources import named
    from onesun.tables.table2 import write_table2

    sections = config.settings(settings, "table1", "table2")
    columns = named(sections["table1"]["columns"], sections["table2"]["columns"])
    write_table2(columns, sections["table1"]["bootstrap"], measures, out)
