"""``onesun info`` and ``onesun show``: what a file is and what it looks like."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from onesun.errors import ConfigError, UntrustedFrameError

Files = Annotated[list[Path], typer.Argument(help="FITS files of HMI, MDI or GONG.")]
Name = Annotated[
    str | None,
    typer.Option(help="Instrument record to read with; the header decides if absent."),
]


def info(files: Files, instrument: Name = None) -> None:
    """Print what is understood of each FILE: pointing, time, noise, quality."""
    from rich.console import Console

    from onesun.describe import describe
    from onesun.reading import read

    console = Console(highlight=False, soft_wrap=True)
    refused = 0
    for path in files:
        try:
            console.print(describe(read(path, instrument)))
        except UntrustedFrameError as error:
            print(f"onesun: {error}", file=sys.stderr)
            refused += 1
    if refused:
        raise typer.Exit(2)


def show(
    files: Files,
    out: Annotated[Path | None, typer.Option(help="PNG to write; beside FILE if absent.")] = None,
    instrument: Name = None,
    field_range: Annotated[
        float, typer.Option("--range", min=1, help="Grey scale ends at ± this field, gauss.")
    ] = 200.0,
    aligned: Annotated[
        bool, typer.Option(help="Turn to solar north and scale to 1 AU, by the header alone.")
    ] = False,
) -> None:
    """Write a PNG of each FILE, solar axes in arcsec."""
    from onesun.reading import read
    from onesun.show import write_png

    if out is not None and len(files) > 1:
        raise ConfigError(f"--out: {out} given for {len(files)} files, expected one file")
    for path in files:
        target = out or path.with_name(path.name.split(".fits")[0] + ".png")
        write_png(read(path, instrument), target, limit=field_range, aligned=aligned)
        print(target)
