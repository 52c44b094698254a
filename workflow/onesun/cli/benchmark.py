"""``onesun benchmark``: inputs out, submissions in, scores and tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onesun.cli.options import Method

app = typer.Typer(
    name="benchmark",
    no_args_is_help=True,
    help="Judge methods, anybody's, by the same frames and measures.",
)

Name = Annotated[str, typer.Argument(help="The benchmark, by name or file.")]
Benchmark = Annotated[
    str, typer.Option("--benchmark", help="A name, such as sample, or a YAML file of your own.")
]
Target = Annotated[Path, typer.Option(help="Folder to write.")]
TestMonths = Annotated[
    list[Path],
    typer.Option("--aligned", help="Manifest of a test month's aligned frames; once for each."),
]


@app.command()
def inputs(
    name: Name,
    aligned: TestMonths,
    out: Target,
    training: Annotated[
        list[Path] | None,
        typer.Option(help="Manifest of a training month's aligned frames, to write pairs of."),
    ] = None,
) -> None:
    """Write what a stranger needs to answer: inputs, how to answer; no target of test frames."""
    from onesun.benchmark.definition import load
    from onesun.benchmark.inputs import export

    export(load(name), aligned, training or [], out)


@app.command()
def seal(
    name: Name,
    aligned: TestMonths,
    line: Annotated[Path, typer.Option(help="What onesun line wrote of its training months.")],
    out: Annotated[Path, typer.Option(help="The released benchmark, to write (YAML).")],
) -> None:
    """Take the fingerprints of a benchmark's frames, before it is released."""
    from onesun.benchmark.seal import seal as run

    run(name, aligned, line, out)


@app.command()
def submit(
    method: Method,
    kind: Annotated[str, typer.Option(help="Its kind.")],
    aligned: TestMonths,
    predictions: Annotated[
        list[Path], typer.Option(help="Manifest of its predictions; once for each month.")
    ],
    out: Target,
    benchmark: Benchmark = "sample",
    training_month: Annotated[
        list[str] | None, typer.Option(help="Month that it was trained or fitted on.")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Of a network that states an error (safetensors).")
    ] = None,
    errors: Annotated[
        Path | None, typer.Option(help="What onesun errors wrote of these weights.")
    ] = None,
    cost: Annotated[
        Path | None, typer.Option(help="Snakemake's benchmark file of one prediction (TSV).")
    ] = None,
) -> None:
    """Write a method's predictions as a submission, as a stranger would hand it in."""
    from onesun.benchmark.definition import load
    from onesun.benchmark.own import cost_of
    from onesun.benchmark.own import submit as run

    definition = load(benchmark)
    words = {"training_months": training_month or []}
    spent = cost_of(cost) if cost else {}
    if spent:
        spent["seconds"] /= max(1, len(definition.frames))
    run(definition, method, kind, aligned, predictions, words | spent, out, weights, errors)


@app.command()
def score(
    submission: Annotated[Path, typer.Argument(help="Folder of FITS files, or a Zarr store.")],
    aligned: TestMonths,
    out: Annotated[
        Path, typer.Option(help="Scores to write (JSON); their sums go beside it (NPZ).")
    ],
    benchmark: Benchmark = "sample",
    listed: Annotated[
        bool, typer.Option("--listed", help="Write down why it is refused, and do not fail.")
    ] = False,
) -> None:
    """Check and measure a submission."""
    from onesun.benchmark import score as stage
    from onesun.benchmark.definition import load

    definition = load(benchmark)
    found = stage.score(submission, definition, aligned)
    if not listed:
        stage.raise_if_refused(found)
    stage.write(out, found, definition)
    print(f"{found.name}: {found.refused or '; '.join(found.marks) or 'measured'}")


@app.command()
def table(
    scores: Annotated[list[Path], typer.Argument(help="What onesun benchmark score wrote.")],
    out: Annotated[
        Path, typer.Option(help="Table to write (CSV); .md and .html are written beside it.")
    ],
    benchmark: Benchmark = "sample",
    reference: Annotated[
        str, typer.Option(help="The submission that differences are taken from.")
    ] = "matched",
) -> None:
    """Put submissions side by side: a table, and a page."""
    from onesun.benchmark.definition import load
    from onesun.benchmark.table import read_all, write_table
    from onesun.report.benchmark import write_page

    definition = load(benchmark)
    found = read_all(scores, definition)
    compared = write_table(found, definition, reference, out)
    write_page(found, definition, reference, compared, out.with_suffix(".html"))


@app.command()
def known(
    aligned: TestMonths,
    out: Annotated[Path, typer.Option(help="Table to write (Markdown).")],
    benchmark: Benchmark = "sample",
    frames: Annotated[int, typer.Option(min=1, help="How many frames, the first ones.")] = 1,
) -> None:
    """Show what the measures say of answers made of the target: whether the scorer works."""
    from onesun.benchmark.definition import load
    from onesun.benchmark.known import write_known

    write_known(load(benchmark), aligned, frames, out)
