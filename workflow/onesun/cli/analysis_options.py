"""Options that the commands of analyses share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Pair = Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")]
Method = Annotated[str, typer.Option(help="The method's name in the configuration.")]
Month = Annotated[str, typer.Option(help="Calendar month, YYYY-MM.")]
Aligned = Annotated[Path, typer.Option(help="Manifest of the month's aligned frames.")]
Split = Annotated[
    str, typer.Option(help="Table of months that onesun split wrote, or rows of it as JSON.")
]
Sums = Annotated[Path, typer.Option(help="Sums to write (NPZ); a .json goes beside it.")]

# What a method may need.
Calibration = Annotated[Path | None, typer.Option(help="The pair's calibration.")]
Line = Annotated[Path | None, typer.Option(help="What onesun line wrote (JSON).")]
Fit = Annotated[Path | None, typer.Option(help="What onesun fit wrote (safetensors).")]
Weights = Annotated[Path | None, typer.Option(help="Weights of a network (safetensors).")]

# Of what shows an analysis.
Months = Annotated[list[Path], typer.Argument(help="Manifests of the sums of months.")]
Table = Annotated[Path, typer.Option(help="Table to write (CSV); a .md is written beside it.")]
Figure = Annotated[
    Path, typer.Option(help="PNG to write; a .pdf and a caption, .md, are written beside it.")
]
OfMonth = Annotated[
    str, typer.Option(help='Sections "analyses" and "grid": JSON text, or a YAML or JSON file.')
]
OfMethod = Annotated[
    str,
    typer.Option(
        help='Sections "analyses", "grid" and "method": JSON text, or a YAML or JSON file.'
    ),
]
OfShown = Annotated[
    str,
    typer.Option(
        help='Sections "analyses", "table1" and "figures": JSON text, or a YAML or JSON file.'
    ),
]
