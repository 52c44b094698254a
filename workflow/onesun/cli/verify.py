"""``onesun verify``: find damage in what was computed before."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


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
