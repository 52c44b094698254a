"""``onesun search``: the best weight of each term of the loss."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def search(
    pair: Annotated[str, typer.Option(help="Pair, such as mdi-hmi.")],
    card: Annotated[
        list[Path],
        typer.Option(
            help="Card of a training by MSE alone, or by MSE and one term more; one for each."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Table to write (CSV); a .md is written beside it.")],
) -> None:
    """Compare trainings that differ in a weight of the loss, and choose weights."""
    from onesun.tables.search import search as run

    run(pair, card, out)
