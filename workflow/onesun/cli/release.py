"""``onesun release``: make, score and describe the weights that come with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The weights that come with the package.")

Pair = Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")]
RecipeFile = Annotated[
    Path | None, typer.Option("--recipe", help="Recipe (YAML); the package's own if absent.")
]


@app.command()
def simulate(
    pair: Pair,
    frames: Annotated[Path, typer.Option(help="Manifest of the sample's real frames.")],
    regions: Annotated[Path, typer.Option(help="Manifest of the sample's active regions.")],
    out: Annotated[Path, typer.Option(help="Folder to write; OUT.json is its manifest.")],
    recipe: RecipeFile = None,
) -> None:
    """Simulate what the pair's input would have recorded of real HMI frames."""
    from onesun.release import realisations
    from onesun.release import recipe as recipes

    realisations.simulate(pair, frames, regions, recipes.load(recipe), out)
