"""``onesun table4``: Table 4 from the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def table4(
    settings: Annotated[
        str,
        typer.Option(
            help='Sections "pairs", "methods", "losses" and "table1": JSON text, or a YAML or JSON '
            "file."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Table to write (CSV); a .md is written beside it.")],
) -> None:
    """Tell the weights of each network's loss beside the paper's."""
    from onesun import config
    from onesun.tables.table4 import write_table4

    keys = ("pairs", "methods", "losses")
    sections = config.settings(settings, *keys, "table1")
    write_table4(*(sections[key] for key in keys), sections["table1"]["columns"], out)
