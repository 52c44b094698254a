"""``onesun split``: assign months to training, validation and test."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def split(
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    settings: Annotated[
        str, typer.Option(help='Section "split": JSON text, or a YAML or JSON file.')
    ],
    out: Annotated[Path, typer.Option(help="Table to write (CSV).")],
) -> None:
    """Assign calendar months to training, validation and test."""
    from onesun import config
    from onesun.products.split import assign, write

    section = config.settings(settings, "split", pair=pair)["split"]
    write(out, assign(pair, section))
