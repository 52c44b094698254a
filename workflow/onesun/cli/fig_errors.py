"""``onesun fig-errors``: coverage by predicted field and by radius, as a figure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def fig_errors(
    coverage: Annotated[list[Path], typer.Argument(help="What onesun coverage wrote.")],
    settings: Annotated[
        str, typer.Option(help='Section "figures": JSON text, or a YAML or JSON file.')
    ],
    out: Annotated[
        Path, typer.Option(help="PNG to write; a .pdf and a caption, .md, are written beside it.")
    ],
) -> None:
    """Draw the share of readings within 68 % and 95 % intervals against field and radius."""
    from onesun import config
    from onesun.figures.errors import draw_errors
    from onesun.figures.style import Style

    section = config.settings(settings, "figures")["figures"]
    draw_errors(coverage, Style.from_settings(section["style"]), out)
