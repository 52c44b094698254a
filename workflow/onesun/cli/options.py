"""Options that several commands share.

Of this module those options count as a command's code that it imports (docs/reruns.md).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def sections(*names: str) -> Any:
    """The option --settings of a command that reads these sections of the configuration."""
    quoted = [f'"{name}"' for name in names]
    words = " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))
    kind = "Sections" if len(names) > 1 else "Section"
    return typer.Option(help=f"{kind} {words}: JSON text, or a YAML or JSON file.")


# What it is about.
Pair = Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")]
Pairs = Annotated[list[str], typer.Option(help="Name of a pair; once for each.")]
Method = Annotated[str, typer.Option(help="The method's name in the configuration.")]
Month = Annotated[str, typer.Option(help="Calendar month, YYYY-MM.")]
Instrument = Annotated[str, typer.Option(help="hmi, mdi or gong.")]
InputInstrument = Annotated[str, typer.Option(help="Record of the input, such as mdi.")]
Split = Annotated[
    str, typer.Option(help="Table of months that onesun split wrote, or rows of it as JSON.")
]

# What is read.
Frames = Annotated[Path, typer.Option(help="Manifest of the real frames.")]
Aligned = Annotated[Path, typer.Option(help="Manifest of the month's aligned frames.")]
AlignedOfPairs = Annotated[
    list[Path], typer.Option(help="Manifest of aligned frames, one for each pair.")
]
TrainingFrames = Annotated[
    list[Path], typer.Option(help="Manifest of a training month's aligned frames; repeat it.")
]
Predictions = Annotated[Path, typer.Option(help="Manifest of the method's predictions.")]
Noise = Annotated[Path, typer.Option(help="The target's noise, as onesun noise wrote it.")]
WeightsWithError = Annotated[Path, typer.Option(help="Weights of a network with an error.")]
Errors = Annotated[Path, typer.Option(help="What onesun errors wrote of these weights.")]
Measures = Annotated[list[Path], typer.Argument(help="Manifests that onesun measure wrote.")]
Statistics = Annotated[list[Path], typer.Argument(help="What onesun evaluate wrote.")]
Coverages = Annotated[list[Path], typer.Argument(help="What onesun coverage wrote.")]
Months = Annotated[list[Path], typer.Argument(help="Manifests of the sums of months.")]

# What a method may need.
Calibration = Annotated[Path | None, typer.Option(help="The pair's calibration.")]
Line = Annotated[Path | None, typer.Option(help="What onesun line wrote (JSON).")]
Fit = Annotated[Path | None, typer.Option(help="What onesun fit wrote (safetensors).")]
Weights = Annotated[Path | None, typer.Option(help="Weights of a network (safetensors).")]

# What is written.
Folder = Annotated[Path, typer.Option(help="Folder to write; OUT.json is its manifest.")]
Sums = Annotated[Path, typer.Option(help="Sums to write (NPZ); a .json goes beside it.")]
Table = Annotated[Path, typer.Option(help="Table to write (CSV); a .md is written beside it.")]
Figure = Annotated[
    Path, typer.Option(help="PNG to write; a .pdf and a caption, .md, are written beside it.")
]
