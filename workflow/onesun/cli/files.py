"""What can be asked of files: what they are, what they look like, whether they are right."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from onesun.errors import ConfigError, UntrustedFrameError

Files = Annotated[
    list[Path], typer.Argument(help="FITS files of HMI, MDI or GONG, or outputs of OneSun.")
]
Name = Annotated[
    str | None,
    typer.Option(help="Instrument record to read with; the header decides if absent."),
]
# Keywords and beginnings of cards by which headers of outputs are known.
_MARKS = (b"ONESUN  =", b"ORIGIN  = 'OneSun", b"METHOD  =")


def check(
    output: Annotated[Path, typer.Argument(help="What onesun convert wrote.")],
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="The file it was made from.")],
    picture: Annotated[
        Path | None, typer.Option(help="PNG to write: input, output and error at four places.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="JSON to write with the same figures.")] = None,
    weights: Annotated[
        str | None, typer.Option(help="Weights it was made with, if not those of OneSun.")
    ] = None,
) -> None:
    """Check an output against its own input: calibration, small scales, patterns, fluxes."""
    from onesun.conversion.checks import as_text, compare, table
    from onesun.io.files import write_json

    compared = compare(output, source, weights)
    rows = table(compared)
    print(f"{output}\n{as_text(rows)}")
    if out is not None:
        write_json(out, {"output": output.name, "rows": [row.as_dict() for row in rows]})
    if picture is not None:
        from onesun.conversion.picture import write_picture

        write_picture(compared, picture)
        print(picture)


def info(files: Files, instrument: Name = None) -> None:
    """Print what is understood of each FILE: pointing, time, noise, quality."""

    def tell(path: Path) -> None:
        if _may_be_made(path):
            from onesun.conversion import made

            found = made.find(path)
            if found is not None:
                print(made.describe(found), flush=True)
                return
        from onesun.reading import read
        from onesun.reading.describe import describe

        print(describe(read(path, instrument)), flush=True)

    _each(files, tell)


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
    from onesun.conversion.show import is_other_picture

    if out is not None and len(files) > 1:
        raise ConfigError(f"--out: {out} given for {len(files)} files, expected one file")
    beside = Counter(map(_beside, files))

    def picture(path: Path) -> None:
        target = out or _beside(path)
        if out is None and beside[target] > 1:
            target = path.with_name(f"{path.name}.png")
        if out is None and is_other_picture(target):
            raise UntrustedFrameError(
                f"{target}: exists and is not a picture of onesun show, expected another name for "
                "the picture of this file (--out)"
            )
        _draw(path, target, instrument, field_range, aligned)
        print(target, flush=True)

    _each(files, picture)


def _beside(path: Path) -> Path:
    """The picture of a file, if no other file has the same."""
    return path.with_name(path.name.split(".fits")[0] + ".png")


def _draw(path: Path, target: Path, instrument: str | None, limit: float, aligned: bool) -> None:
    if _may_be_made(path):
        from onesun.conversion import made

        found = made.find(path)
        if found is not None:
            made.show(found, target, limit=limit, aligned=aligned)
            return
    from onesun.conversion.show import write_png
    from onesun.reading import read

    write_png(read(path, instrument), target, limit=limit, aligned=aligned)


def _may_be_made(path: Path) -> bool:
    """Whether an output of OneSun is worth looking for: that takes a second of imports."""
    try:
        content = path.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
    except (OSError, EOFError, ValueError, zlib.error):
        return False
    return any(mark in content for mark in _MARKS)


def _each(files: list[Path], do: Callable[[Path], None]) -> None:
    """Go on after a file that cannot be trusted; the exit code tells in the end."""
    refused = 0
    for path in files:
        try:
            do(path)
        except UntrustedFrameError as error:
            print(f"onesun: {error}", file=sys.stderr)
            refused += 1
    if refused:
        raise typer.Exit(2)


def verify(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders or manifests; results and data if none is given."),
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove what is damaged, to be made again.")
    ] = False,
) -> None:
    """Compare products with the hashes kept of them; name what is wrong, with exit code 2."""
    from onesun.errors import ConfigError
    from onesun.io import inventory
    from onesun.io import verify as run

    chosen = paths or [path for path in (Path("results"), Path("data")) if path.is_dir()]
    if not chosen:
        raise ConfigError("neither results nor data found here, expected a folder to verify")
    found = inventory.take(chosen)
    wrong = run.check(found)
    for sentences in wrong.values():
        for sentence in sentences:
            print(sentence)
    for line in run.summary(found, wrong):
        print(line)
    if remove:
        for line in run.remove(found, wrong):
            print(line)
    if wrong:
        raise typer.Exit(2)
