"""Stages that prepare: a month's own files listed, frames aligned, split, cut and calibrated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onesun.cli.options import (
    Aligned,
    InputInstrument,
    Month,
    Pair,
    Split,
    TrainingFrames,
    sections,
)


def index(
    folder: Annotated[Path, typer.Option(help="Folder that holds {instrument}/{YYYY-MM}/.")],
    instrument: Annotated[str, typer.Option(help="Instrument record, such as mdi.")],
    month: Month,
    out: Annotated[Path, typer.Option(help="Product to describe: OUT.json is written.")],
) -> None:
    """List the FITS files of one instrument and month; nothing is copied."""
    from onesun.products.raw import index_folder

    index_folder(folder, instrument, month, Path(f"{out}.json"))


def align(
    pair: Pair,
    input_instrument: Annotated[str, typer.Option(help="Instrument record of the input.")],
    target_instrument: Annotated[str, typer.Option(help="Instrument record of the target.")],
    month: Annotated[str, typer.Option(help="Calendar month of the target's T_REC, YYYY-MM.")],
    input_frames: Annotated[
        Path, typer.Option("--input", help="Manifest of the input's raw frames.")
    ],
    target_frames: Annotated[
        Path, typer.Option("--target", help="Manifest of the target's raw frames.")
    ],
    settings: Annotated[str, sections("align", "grid")],
    out: Annotated[
        Path, typer.Option(help="Folder to write; OUT.json, .frames.csv, .refused.csv beside it.")
    ],
) -> None:
    """Pair, register and resample a month of frames; list those refused and why."""
    from onesun.alignment.align import AlignTask, align_month
    from onesun.alignment.settings import Align
    from onesun.config import settings as read_settings
    from onesun.geometry.grid import Grid

    sections = read_settings(settings, "align", "grid")
    task = AlignTask(
        pair=pair,
        month=month,
        input_instrument=input_instrument,
        target_instrument=target_instrument,
        input_manifest=input_frames,
        target_manifest=target_frames,
        settings=Align.model_validate(sections["align"]),
        grid=Grid.from_settings(sections["grid"]),
    )
    align_month(task, out)


def split(
    pair: Pair,
    settings: Annotated[str, sections("split")],
    out: Annotated[Path, typer.Option(help="Table to write (CSV).")],
) -> None:
    """Assign calendar months to training, validation and test."""
    from onesun import config
    from onesun.products.split import assign, write

    section = config.settings(settings, "split", pair=pair)["split"]
    write(out, assign(pair, section))


def store(
    aligned: Aligned,
    settings: Annotated[str, sections("store", "grid")],
    out: Annotated[
        Path, typer.Option(help="Folder to write, {month}.zarr; {month}.json describes it.")
    ],
) -> None:
    """Write a month of aligned frames as a Zarr store of patches."""
    from onesun import config
    from onesun.geometry.grid import Grid
    from onesun.store.write import write_month

    sections = config.settings(settings, "store", "grid")
    grid = Grid.from_settings(sections["grid"])
    write_month(aligned, out, grid, sections["store"]["quantum"])


def calibrate(
    pair: Pair,
    input_instrument: InputInstrument,
    aligned: TrainingFrames,
    split: Split,
    settings: Annotated[str, sections("calibration", "grid")],
    out: Annotated[Path, typer.Option(help="Calibration to write (JSON).")],
) -> None:
    """Fit input = a + b * target over the training months, at every resolution and weighting."""
    from onesun import config
    from onesun.calibration.calibrate import calibrate as run
    from onesun.calibration.settings import Calibration
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "calibration", "grid")
    grid = Grid.from_settings(sections["grid"])
    section = Calibration.model_validate(sections["calibration"])
    run(pair, input_instrument, aligned, split, section, grid, out)


def line(
    pair: Pair,
    input_instrument: InputInstrument,
    aligned: TrainingFrames,
    split: Split,
    settings: Annotated[str, sections("calibration", "grid")],
    out: Annotated[Path, typer.Option(help="Line to write (JSON).")],
) -> None:
    """Fit the line input = a + b * target by which the method matched predicts."""
    from onesun import config
    from onesun.calibration.line import fit_line
    from onesun.calibration.settings import Calibration
    from onesun.geometry.grid import Grid

    sections = config.settings(settings, "calibration", "grid")
    grid = Grid.from_settings(sections["grid"])
    section = Calibration.model_validate(sections["calibration"])
    fit_line(pair, input_instrument, aligned, split, section, grid, out)


def noise(
    pair: Pair,
    aligned: TrainingFrames,
    split: Split,
    settings: Annotated[str, sections("noise", "grid")],
    out: Annotated[Path, typer.Option(help="Noise to write (JSON).")],
    resampled: Annotated[
        int,
        typer.Option(min=1, help="How often targets were interpolated since they were recorded."),
    ] = 1,
) -> None:
    """Fit a Gaussian to the weak fields of the training frames' targets."""
    from onesun import config
    from onesun.geometry.grid import Grid
    from onesun.series.noise import measure_noise
    from onesun.series.settings import Noise

    sections = config.settings(settings, "noise", "grid")
    grid = Grid.from_settings(sections["grid"])
    section = Noise.model_validate(sections["noise"])
    measure_noise(pair, aligned, split, section, grid, out, resampled=resampled)
