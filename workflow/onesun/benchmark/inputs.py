"""What a stranger needs to answer a benchmark: inputs, training pairs, and how to answer."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import jinja2
import numpy as np
import xarray as xr

from onesun import instruments
from onesun.benchmark.definition import Definition, frames_of
from onesun.errors import ConfigError
from onesun.geometry.grid import RSUN_AT_1AU
from onesun.io.files import whole_folder, write_json, write_text
from onesun.io.progress import track
from onesun.products.aligned import AlignedFrame, AlignedMonth
from onesun.products.selection import open_month

PAGE = "README.md"
STORE = "inputs.zarr"


def export(
    definition: Definition, aligned: Sequence[Path], training: Sequence[Path], out: Path
) -> None:
    """Write inputs of the test months, and inputs and targets of training months.

    Parameters
    ----------
    aligned : manifests of the benchmark's test months. No target of theirs is written.
    training : manifests of training months that the benchmark allows; may be none.
    out : folder to write, whole or not at all.

    Raises ConfigError for other months, DamagedProductError for frames that are not the
    benchmark's.
    """
    months = [open_month(path, definition.pair) for path in aligned]
    trained = [open_month(path, definition.pair) for path in training]
    for month in trained:
        if month.month not in definition.training_months:
            raise ConfigError(
                f"--training: {month.month} found, expected one of "
                f"{', '.join(definition.training_months)}, which {definition.title} allows"
            )
    frames, _ = frames_of(definition, months, "input")
    tested = [(month, frame) for month, frame, _ in frames]
    with whole_folder(out, out / "benchmark.json") as folder:
        (folder / "inputs").mkdir()
        for month, frame in tested:
            _copy(month, frame.input_file, folder / "inputs" / f"{frame.stamp}.fits")
        _write_store(definition, tested, folder / STORE)
        pairs = [(month, frame) for month in trained for frame in month.frames]
        for month, frame in track(pairs, "training pairs"):
            place = folder / "training" / month.month
            place.mkdir(parents=True, exist_ok=True)
            _copy(month, frame.input_file, place / f"{frame.stamp}.input.fits")
            _copy(month, frame.target_file, place / f"{frame.stamp}.target.fits")
        write_json(folder / "benchmark.json", _about(definition, tested, pairs))
        write_text(folder / PAGE, _page(definition, tested, trained))


def _copy(month: AlignedMonth, name: str, to: Path) -> None:
    shutil.copyfile(month.folder / name, to)


def _write_store(
    definition: Definition, tested: Sequence[tuple[AlignedMonth, AlignedFrame]], out: Path
) -> None:
    """Inputs by time, y and x, with where and when they are; a frame is a chunk."""
    grid = definition.on_grid()
    arcsec = grid.axis("input") * RSUN_AT_1AU
    records = [frame for _, frame in tested]
    fields = np.stack([month.input(frame) for month, frame in tested])
    on_frame = {
        "stamp": ("time", np.array([frame.stamp for frame in records], dtype=object)),
        "input_time": ("time", _times([frame.input_time for frame in records])),
        "b0": ("time", [frame.b0 for frame in records], {"units": "degrees"}),
        "l0": ("time", [frame.l0 for frame in records], {"units": "degrees"}),
        "dsun": ("time", [frame.dsun for frame in records], {"units": "m"}),
        "interval": ("time", _numbers([frame.interval for frame in records]), {"units": "s"}),
        "noise": ("time", _numbers([frame.input_noise for frame in records]), {"units": "G"}),
    }
    data = xr.Dataset(
        {
            "input": (
                ("time", "y", "x"),
                fields,
                {"units": "G", "long_name": "line-of-sight magnetic field of the input"},
            )
        },
        coords={
            "time": ("time", _times([frame.time for frame in records]), {"time_scale": "TAI"}),
            "y": ("y", arcsec, {"units": "arcsec", "long_name": "solar north, from 1 AU"}),
            "x": ("x", arcsec, {"units": "arcsec", "long_name": "solar west, from 1 AU"}),
            **on_frame,
        },
        attrs={
            "title": f"Inputs of the benchmark {definition.title}",
            "pair": definition.pair,
            "factor": grid.factor,
            "simulated": int(definition.simulated),
        },
    )
    chunks = {"input": {"chunks": (1, grid.input_size, grid.input_size)}}
    data.to_zarr(out, zarr_format=3, consolidated=False, encoding=chunks)


def _times(texts: Sequence[str]) -> np.ndarray:
    return np.array(texts, dtype="datetime64[ms]").astype("datetime64[ns]")


def _numbers(values: Sequence[float | None]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _about(
    definition: Definition,
    tested: Sequence[tuple[AlignedMonth, AlignedFrame]],
    pairs: Sequence[tuple[AlignedMonth, AlignedFrame]],
) -> dict[str, object]:
    """What a program needs of it, as JSON can hold it."""
    record = instruments.load(definition.input)
    grid = definition.on_grid()
    return {
        "benchmark": definition.name,
        "version": definition.version,
        "pair": definition.pair,
        "simulated": definition.simulated,
        "frames": [frame.as_dict() for _, frame in tested],
        "training": [f"{month.month}/{frame.stamp}" for month, frame in pairs],
        "training_months": definition.training_months,
        "grid": {
            "target_size": grid.target_size,
            "target_scale_arcsec": grid.target_scale,
            "factor": grid.factor,
            "limb_radius_target_pixels": grid.limb_radius("target"),
        },
        "optics": {
            "fwhm_arcsec": record.optics.fwhm,
            "pixel_arcsec": record.detector.plate_scale,
        },
        "line": definition.calibrated().model_dump(),
        "noise": definition.noise,
    }


def _page(
    definition: Definition,
    tested: Sequence[tuple[AlignedMonth, AlignedFrame]],
    trained: Sequence[AlignedMonth],
) -> str:
    text = resources.files(__package__).joinpath("inputs.md.j2").read_text(encoding="utf-8")
    template = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        autoescape=False,  # Markdown
    ).from_string(text)
    return template.render(
        definition=definition,
        grid=definition.on_grid(),
        frames=[frame for _, frame in tested],
        trained=sorted({month.month for month in trained}),
        titles={
            name: instruments.load(name).title for name in (definition.input, definition.target)
        },
    )
