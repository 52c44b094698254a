"""``onesun align``: raw frames of two instruments become registered pairs on the common grid."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def align(
    pair: Annotated[str, typer.Option(help="Name of the pair, such as mdi-hmi.")],
    input_instrument: Annotated[str, typer.Option(help="Instrument record of the input.")],
    target_instrument: Annotated[str, typer.Option(help="Instrument record of the target.")],
    month: Annotated[str, typer.Option(help="Calendar month of the target's T_REC, YYYY-MM.")],
    input_frames: Annotated[
        Path, typer.Option("--input", help="Manifest of the input's raw frames.")
    ],
    target_frames: Annotated[
        Path, typer.Option("--target", help="Manifest of the target's raw frames.")
    ],
    settings: Annotated[
        str, typer.Option(help="Sections align and grid: JSON text, or a YAML or JSON file.")
    ],
    out: Annotated[
        Path, typer.Option(help="Folder to write; OUT.json, .frames.csv, .refused.csv beside it.")
    ],
) -> None:
    """Pair, register and resample a month of frames; list those refused and why."""
    from onesun.alignment.align import AlignTask, align_month
    from onesun.alignment.settings import Align
    from onesun.config import settings as read_settings
    from onesun.geometry.grid import Grid

    sections = read_settings(settings, "align", "grid")
    task = AlignTask(
        pair=pair,
        month=month,
        input_instrument=input_instrument,
        target_instrument=target_instrument,
        input_manifest=input_frames,
        target_manifest=target_frames,
        settings=Align.model_validate(sections["align"]),
        grid=Grid.from_settings(sections["grid"]),
    )
    align_month(task, out)
