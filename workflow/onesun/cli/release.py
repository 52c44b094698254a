"""``onesun release``: make, score and describe the weights that come with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The weights that come with the package.")

Pair = Annotated[str, typer.Option(help="Pair of instruments, such as mdi-hmi.")]
Realisations = Annotated[Path, typer.Option(help="Manifest that onesun release simulate wrote.")]
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


@app.command()
def train(
    pair: Pair,
    realisations: Realisations,
    out: Annotated[Path, typer.Option(help="Folder for PAIR.safetensors and PAIR.card.json.")],
    leave_out: Annotated[
        str | None, typer.Option(help="Month of the full disk that it shall not see, YYYY-MM.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the first weights and the crops.")] = 1,
    recipe: RecipeFile = None,
) -> None:
    """Train a pair's network and calibrate its errors on what it has not seen."""
    from onesun.release import recipe as recipes
    from onesun.release import stage

    stage.train(pair, realisations, recipes.load(recipe), out, leave_out, seed)


@app.command()
def calibrate(
    weights: Annotated[Path, typer.Option(help="Weights that onesun release train wrote.")],
    realisations: Realisations,
    recipe: RecipeFile = None,
) -> None:
    """Calibrate the errors of trained weights anew; their card changes, they do not."""
    from onesun.release import recipe as recipes
    from onesun.release import stage

    stage.calibrate(weights, realisations, recipes.load(recipe).errors)


@app.command()
def score(
    pair: Pair,
    realisations: Realisations,
    folds: Annotated[
        Path, typer.Option(help="Folder of MONTH/PAIR.safetensors, each trained without MONTH.")
    ],
    out: Annotated[Path, typer.Option(help="Scores to write (JSON).")],
    recipe: RecipeFile = None,
) -> None:
    """Score networks on the Suns that they have not seen, beside what needs no network."""
    from onesun.release import recipe as recipes
    from onesun.release import score as scoring

    scoring.score(pair, realisations, folds, recipes.load(recipe), out)


@app.command()
def page(
    weights: Annotated[Path, typer.Option(help="Folder of PAIR.card.json and PAIR.scores.json.")],
    out: Annotated[Path, typer.Option(help="Markdown to write.")],
) -> None:
    """Write the page about the weights from their cards and scores."""
    from onesun.release.page import write_page

    write_page(weights, out)
