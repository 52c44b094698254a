"""``onesun weights``: a run's networks as the files that the package carries, and their page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onesun.cli.options import Pair, sections

app = typer.Typer(
    name="weights", no_args_is_help=True, help="The weights that come with the package, from a run."
)


@app.command()
def collect(
    pair: Pair,
    weights: Annotated[
        Path, typer.Option(help="Weights of a network, card and error beside them.")
    ],
    measures: Annotated[
        list[Path], typer.Option(help="Measures of a method in a month; one for each.")
    ],
    coverage: Annotated[
        list[Path], typer.Option(help="Coverage of a network in a month; one for each.")
    ],
    settings: Annotated[str, sections("release", "table1")],
    out: Annotated[Path, typer.Option(help="Folder to write weights, card and scores into.")],
    truth: Annotated[
        list[Path] | None,
        typer.Option(help="What a training month was simulated with (.truth.json)."),
    ] = None,
) -> None:
    """Put a network beside its scores on Suns that were left out."""
    from onesun import config
    from onesun.weights.collect import collect as run

    sections = config.settings(settings, "release", "table1")
    bootstrap = sections["table1"]["bootstrap"]
    run(pair, weights, truth or [], measures, coverage, sections["release"], bootstrap, out)


@app.command()
def page(
    weights: Annotated[Path, typer.Option(help="Folder of weights with their cards and scores.")],
    out: Annotated[Path, typer.Option(help="Page to write (Markdown).")],
) -> None:
    """Describe weights and how they score."""
    from onesun.weights.page import write_page

    write_page(weights, out)
