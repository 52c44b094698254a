"""``onesun cost``: what a run cost, stage by stage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def cost(
    logs: Annotated[Path, typer.Argument(help="Folder of logs and benchmark files (.tsv).")],
    out: Annotated[Path, typer.Option(help="Table to write (CSV); a .md is written beside it.")],
    without: Annotated[
        list[str] | None, typer.Option(help="Stage to leave out; may be given several times.")
    ] = None,
) -> None:
    """Add up time and memory of the last run of each job, by stage."""
    from onesun.report.cost import write_cost

    write_cost(logs, without or [], out)
