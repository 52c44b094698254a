"""``onesun table-errors``: coverage of every network with an error, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def table_errors(
    coverage: Annotated[list[Path], typer.Argument(help="What onesun coverage wrote.")],
    out: Annotated[Path, typer.Option(help="Table to write (CSV); a .md is written beside it.")],
) -> None:
    """Merge months into the table of errors: per cent of readings within them, bin by bin."""
    from onesun.tables.errors import write_errors

    write_errors(coverage, out)
