"""``onesun info`` and ``onesun show``: what a file is and what it looks like."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from onesun.errors import ConfigError, DamagedProductError, UntrustedFrameError

Files = Annotated[
    list[Path], typer.Argument(help="FITS files of HMI, MDI or GONG, or outputs of onesun convert.")
]
Name = Annotated[
    str | None,
    typer.Option(help="Instrument record to read with; the header decides if absent."),
]


def info(files: Files, instrument: Name = None) -> None:
    """Print what is understood of each FILE: pointing, time, noise, quality."""
    from onesun.convert.made import is_converted
    from onesun.describe import describe
    from onesun.reading import read

    def words(path: Path) -> str:
        if not is_converted(path):
            return describe(read(path, instrument))
        from onesun.convert import output, shown

        return shown.describe(output.read_output(path))

    _each(files, lambda path: print(words(path), flush=True))


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
    from onesun.convert.made import is_converted
    from onesun.reading import read
    from onesun.show import write_png

    if out is not None and len(files) > 1:
        raise ConfigError(f"--out: {out} given for {len(files)} files, expected one file")

    def picture(path: Path) -> None:
        target = out or path.with_name(path.name.split(".fits")[0] + ".png")
        if is_converted(path):
            _show_output(path, target, field_range, aligned)
        else:
            write_png(read(path, instrument), target, limit=field_range, aligned=aligned)
        print(target, flush=True)

    _each(files, picture)


def _show_output(path: Path, target: Path, limit: float, aligned: bool) -> None:
    from onesun.convert import output, shown

    if aligned:
        raise ConfigError(f"--aligned: given for {path}, an output, expected a frame as recorded")
    shown.write_png(output.read_output(path), target, limit=limit)


def _each(files: list[Path], do: Callable[[Path], None]) -> None:
    """Go on after a file that cannot be trusted; the exit code tells in the end."""
    refused = 0
    for path in files:
        try:
            do(path)
        except (UntrustedFrameError, DamagedProductError) as error:
            print(f"onesun: {error}", file=sys.stderr)
            refused += 1
    if refused:
        raise typer.Exit(2)
