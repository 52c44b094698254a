"""``onesun check``: what can be said of an output of ``onesun convert`` without a truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


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
