"""``onesun table4``: Table 4 from the configuration and the grid search."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def table4(
    pair: Annotated[list[str], typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    input_instrument: Annotated[
        list[str], typer.Option(help="The pair's input instrument, one for each --pair.")
    ],
    settings: Annotated[
        str,
        typer.Option(
            help='Sections "methods", "losses" and "table1": JSON text, or a YAML or JSON file.'
        ),
    ],
    out: Annotated[Path, typer.Option(help="Table to write (CSV); a .md is written beside it.")],
    search: Annotated[
        list[Path] | None, typer.Option(help="Table that onesun search wrote; one for each pair.")
    ] = None,
) -> None:
    """Tell the weights of each network's loss beside the paper's."""
    from onesun import config
    from onesun.errors import ConfigError
    from onesun.tables.table4 import write_table4

    if len(pair) != len(input_instrument):
        raise ConfigError(
            f"--input-instrument: found {len(input_instrument)}, expected one for each of "
            f"{len(pair)} pairs"
        )
    inputs = dict(zip(pair, input_instrument, strict=True))
    sections = config.settings(settings, "methods", "losses", "table1")
    columns = sections["table1"]["columns"]
    write_table4(inputs, sections["methods"], sections["losses"], columns, out, search or [])
