"""``onesun fit``: methods that follow from sums over months of frames."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def fit(
    pair: Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")],
    method: Annotated[str, typer.Option(help="The method's name in the configuration.")],
    aligned: Annotated[
        list[Path],
        typer.Option(
            help="Manifest of a month's aligned frames, training or validation months; of test "
            "months for the bound wiener. Repeat."
        ),
    ],
    split: Annotated[
        str, typer.Option(help="Table of months that onesun split wrote, or rows of it as JSON.")
    ],
    settings: Annotated[
        str,
        typer.Option(help="Sections method, fitting, calibration and grid: JSON, or a file."),
    ],
    out: Annotated[Path, typer.Option(help="Folder to write fit.safetensors and card.json into.")],
    calibration: Annotated[
        Path | None, typer.Option(help="Calibration of the pair, for equated and ridge.")
    ] = None,
) -> None:
    """Fit histogram equating, a linear filter or the linear bound of the test months."""
    from onesun import config
    from onesun.methods.fitting.stage import fit as run

    sections = config.settings(
        settings, "method", "fitting", "calibration", "grid", pair=pair, method=method
    )
    run(pair, method, aligned, split, calibration, sections, out)
