"""``onesun ladder``: every method beside every other, in Table 1's rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def ladder(
    statistics: Annotated[list[Path], typer.Argument(help="What onesun evaluate wrote.")],
    settings: Annotated[
        str,
        typer.Option(help='Sections "ladder", "table1" and "methods": JSON text, or a file.'),
    ],
    out: Annotated[Path, typer.Option(help="Table to write (CSV); a .md is written beside it.")],
) -> None:
    """Merge months into the ladder of baselines: correlation and error of each method and pair."""
    from onesun import config
    from onesun.tables.ladder import write_ladder

    sections = config.settings(settings, "ladder", "table1", "methods")
    write_ladder(sections["ladder"], sections["table1"], sections["methods"], statistics, out)
