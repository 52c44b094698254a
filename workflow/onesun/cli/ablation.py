"""``onesun ablation``: what each term of the loss did, from the measures of months."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def ablation(
    measures: Annotated[list[Path], typer.Argument(help="Manifests that onesun measure wrote.")],
    pair: Annotated[list[str], typer.Option(help="Name of a pair; once for each.")],
    settings: Annotated[
        str,
        typer.Option(
            help='Sections "ablation", "methods", "losses" and "table1" (of which "bootstrap"): '
            "JSON text, or a YAML or JSON file."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(help="Table to write (CSV); a .md and a _terms.csv are written beside it."),
    ],
) -> None:
    """Table 2 for every method of the ablation, and what each term of the loss did."""
    from onesun import config
    from onesun.tables.ablation import write_ablation

    sections = config.settings(settings, "ablation", "methods", "losses", "table1")
    write_ablation(
        sections["ablation"],
        sections["methods"],
        sections["losses"],
        pair,
        sections["table1"]["bootstrap"],
        measures,
        out,
    )
