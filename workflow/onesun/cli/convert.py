"""``onesun convert``: a user's own magnetograms in, HMI-like magnetograms out."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from onesun.conversion.files import Outcome


def convert(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE|FOLDER...",
            help="FITS files of MDI or GONG, folders of them, or manifests of raw frames (.json).",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    weights: Annotated[
        str | None,
        typer.Option(
            help="A pair whose weights come with OneSun, such as mdi-hmi, or a .safetensors file "
            "with its card beside it, such as weights.safetensors of a training; by the header "
            "if absent."
        ),
    ] = None,
    geometry: Annotated[
        str,
        typer.Option(
            help="standard: 4096 x 4096, solar north up, the disk as large as from 1 AU; input: "
            "pointed and rolled as the input, whose pixels are divided."
        ),
    ] = "standard",
    tile: Annotated[
        int, typer.Option(min=1, help="Input pixels on a side of a tile; bounds the memory.")
    ] = 128,
    device: Annotated[
        str, typer.Option(help="As torch names it; auto takes CUDA where there is any.")
    ] = "auto",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that share the files; one for each core.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Convert in spite of doubts, and write them down.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Also what was converted before in the same way.")
    ] = False,
    manifest: Annotated[
        Path | None,
        typer.Option(
            help="JSON to write about the folder; refused files are then listed beside it and are "
            "no failure."
        ),
    ] = None,
) -> None:
    """Convert MDI and GONG magnetograms into HMI-like ones, with a mask and, if the network states
    one, an error."""
    from onesun.conversion.batch import convert_files, inputs_in
    from onesun.conversion.convert import Options
    from onesun.conversion.manifest import write_manifest
    from onesun.conversion.summary import SUMMARY, summary_text, update_summary
    from onesun.conversion.view import check_geometry

    options = Options(weights, check_geometry(geometry), tile, device, force)
    found = inputs_in(files)
    outcomes = convert_files(
        found, out, options, workers=workers or len(os.sched_getaffinity(0)), again=again
    )
    if manifest:
        write_manifest(manifest, out, outcomes, options)
        print(summary_text(outcomes))
        return
    update_summary(out / SUMMARY, outcomes)
    if len(outcomes) == 1:
        _tell(outcomes[0])
    else:
        print(summary_text(outcomes))
    if any(outcome.result == "refused" for outcome in outcomes):
        raise typer.Exit(2)


def _tell(outcome: Outcome) -> None:
    """What became of the only file."""
    from onesun.conversion.files import NO_ERROR
    from onesun.conversion.fluxes import WITHIN

    if outcome.result == "refused":
        print(f"onesun: {outcome.file}: {outcome.reason}", file=sys.stderr)
        return
    print(outcome.output if outcome.result == "done" else f"{outcome.output}: there already")
    print(
        f"unsigned flux within {WITHIN:g} R {outcome.unsigned_flux_mx:.3g} Mx, with HMI's noise "
        f"{outcome.unsigned_flux_with_noise_mx:.3g} Mx: compare the latter with HMI's own",
        file=sys.stderr,
    )
    if outcome.error == NO_ERROR:
        print("without an ERROR extension, as the network states no error", file=sys.stderr)
