"""Write one month of aligned frames as a patch store, frame by frame."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from zarr.codecs import BloscCodec, Crc32cCodec

from onesun.errors import DamagedProductError
from onesun.geometry.grid import Grid, Which
from onesun.io.files import folder_listing, read_json, whole_product, write_json
from onesun.io.progress import track
from onesun.products.aligned import AlignedFrame, AlignedMonth, read_month
from onesun.store import layout
from onesun.store.patches import PatchPlaces, cut, places
from onesun.version import __version__

PRODUCT = "patch store"
DIMENSIONS = {
    "input": ("time", "patch", "y", "x"),
    "target": ("time", "patch", "y_target", "x_target"),
}
_COORDINATES = (
    "stamp input_time interval b0 l0 dsun observer_velocity row column x_arcsec y_arcsec radius "
    "on_disk latitude longitude"
)
_FIELDS: tuple[Which, ...] = ("input", "target")
_TAI_MILLISECONDS = "milliseconds since 1970-01-01"


def write_month(aligned: Path, out: Path, grid: Grid, quantum: float) -> Path:
    """Cut a month of aligned frames into patches and keep them in a Zarr store.

    The store replaces ``out`` whole or not at all; frames are read, cut and written one at a time,
    so memory does not grow with the month. Its manifest ``{month}.json`` lies beside it. The same
    frames give the same bytes.

    Parameters
    ----------
    aligned : manifest of the aligned frames.
    out : folder to write, ``{month}.zarr``.
    grid : the grid on which the frames lie.
    quantum : gauss; the step at which fields are kept.

    Returns the manifest's path. Raises DamagedProductError when the aligned month is damaged, has
    no frames, or frames of another grid.
    """
    month = read_month(aligned)
    if not month.frames:
        raise DamagedProductError(f"{aligned}: lists no frames, expected at least one to cut")
    manifest = manifest_path(out)
    details = _details(month, aligned, grid, quantum)
    with whole_product(out, manifest) as (part, listing):
        group = zarr.create_group(part, attributes=_provenance(details))
        where = places(grid)
        _write_places(group, where, grid)
        _write_frame_records(group, month.frames, where)
        _write_fields(group, month, grid, quantum)
        _consolidate(part)
        write_json(listing, {**details, "folder": out.name, "files": folder_listing(part)})
    return manifest


def manifest_path(out: Path) -> Path:
    """Where the manifest of the store ``out`` lies: ``{month}.json`` beside ``{month}.zarr``."""
    return Path(out).with_suffix(".json")


def _details(month: AlignedMonth, aligned: Path, grid: Grid, quantum: float) -> dict[str, Any]:
    return {
        "product": PRODUCT,
        "pair": month.pair,
        "month": month.month,
        "simulated": month.simulated,
        "instruments": {"input": month.input_instrument, "target": month.target_instrument},
        "frames": [frame.as_dict() for frame in month.frames],
        "store": {"quantum": quantum},
        "grid": {
            "target_size": grid.target_size,
            "target_scale": grid.target_scale,
            "factor": grid.factor,
            "patch": grid.patch,
        },
        "sources": read_json(aligned)["files"],
        "version": __version__,
    }


def _provenance(details: dict[str, Any]) -> dict[str, Any]:
    kind = " (simulated)" if details["simulated"] else ""
    sources = [f"{name} sha256:{entry['sha256']}" for name, entry in details["sources"].items()]
    return {
        "Conventions": "CF-1.11",
        "title": f"Patches of aligned magnetograms, {details['pair']}, {details['month']}{kind}",
        "source": sorted(sources),
        **{key: details[key] for key in ("pair", "month", "simulated", "store", "grid")},
        "onesun_version": details["version"],
    }


def _write_places(group: zarr.Group, where: PatchPlaces, grid: Grid) -> None:
    """What is the same for every frame: where the patches lie."""
    described = {
        "row": (where.row, "row of patches, from the south", "1"),
        "column": (where.column, "column of patches, from the east", "1"),
        "x_arcsec": (where.x_arcsec, "solar west of the patch's centre, seen from 1 AU", "arcsec"),
        "y_arcsec": (where.y_arcsec, "solar north of the patch's centre, seen from 1 AU", "arcsec"),
        "radius": (where.radius, "distance of the patch's centre from the disk centre", "solRad"),
        "on_disk": (where.on_disk, "share of the patch's target pixels on the disk", "1"),
    }
    for name, (values, long_name, units) in described.items():
        _whole_array(group, name, values, ("patch",), long_name=long_name, units=units)
    _whole_array(
        group,
        "location",
        cut(grid.radius("input"), grid.patch),
        ("patch", "y", "x"),
        long_name="distance of the input pixel from the disk centre, in limb radii",
        units="solRad",
        coordinates="row column x_arcsec y_arcsec radius on_disk",
    )


def _write_frame_records(
    group: zarr.Group, frames: Sequence[AlignedFrame], where: PatchPlaces
) -> None:
    """What is known of each frame beside its pixels."""
    tai = {"units": _TAI_MILLISECONDS, "calendar": "proleptic_gregorian", "time_scale": "TAI"}
    for name, attribute, long_name in (
        ("time", "time", "time of observation of the target, TAI"),
        ("input_time", "input_time", "time of observation of the input, TAI"),
    ):
        values = np.array([getattr(frame, attribute) for frame in frames], dtype="datetime64[ms]")
        _whole_array(group, name, values.astype(np.int64), ("time",), long_name=long_name, **tai)
    stamps = np.array([frame.stamp for frame in frames], dtype=object)
    _whole_array(group, "stamp", stamps, ("time",), long_name="T_REC of the target")
    for name, long_name, units in (
        ("interval", "integration time of the input", "s"),
        ("b0", "Carrington latitude of the target's observer", "degrees"),
        ("l0", "Carrington longitude of the target's observer", "degrees"),
        ("dsun", "distance of the target's observer from the Sun", "m"),
        ("observer_velocity", "radial velocity of the target's observer", "m s-1"),
    ):
        values = np.array([getattr(frame, name) for frame in frames], dtype=np.float64)
        _whole_array(group, name, values, ("time",), long_name=long_name, units=units)
    angles = [where.heliographic(frame.b0, frame.dsun) for frame in frames]
    for name, index, long_name in (
        ("latitude", 0, "Stonyhurst latitude of the patch's centre"),
        ("longitude", 1, "longitude of the patch's centre from the observer's central meridian"),
    ):
        values = np.stack([pair[index] for pair in angles])
        attributes = {"long_name": long_name, "units": "degrees"}
        _whole_array(group, name, values, ("time", "patch"), **attributes)


def _write_fields(group: zarr.Group, month: AlignedMonth, grid: Grid, quantum: float) -> None:
    arrays = {
        which: _field_array(group, which, len(month.frames), grid, quantum) for which in _FIELDS
    }
    for index, frame in enumerate(track(month.frames, f"store {month.pair} {month.month}")):
        for which in _FIELDS:
            field = month.input(frame) if which == "input" else month.target(frame)
            name = frame.file(which)
            size = grid.size(which)
            if field.shape != (size, size):
                raise DamagedProductError(
                    f"{month.folder / name}: {field.shape} pixels, expected {(size, size)}"
                )
            steps = layout.to_steps(field, quantum, str(month.folder / name))
            arrays[which][index] = cut(steps, size // (grid.input_size // grid.patch))


def _field_array(
    group: zarr.Group, which: Which, frames: int, grid: Grid, quantum: float
) -> zarr.Array[Any]:
    """One array of fields: a frame is one chunk, hence one file."""
    per_row = grid.input_size // grid.patch
    size = grid.size(which) // per_row
    return group.create_array(
        which,
        shape=(frames, grid.patches, size, size),
        chunks=(1, grid.patches, size, size),
        dtype=np.int32,
        fill_value=int(layout.FILL),
        compressors=_packed(4),
        dimension_names=DIMENSIONS[which],
        attributes={
            **layout.field_attributes(quantum, f"line-of-sight magnetic field, {which}"),
            "coordinates": _COORDINATES,
        },
    )


def _whole_array(
    group: zarr.Group, name: str, values: np.ndarray, dimensions: tuple[str, ...], **attributes: Any
) -> None:
    """A small array in one chunk."""
    is_text = values.dtype == object
    array = group.create_array(
        name,
        shape=values.shape,
        chunks=values.shape,
        dtype=str if is_text else values.dtype,
        fill_value=np.nan if values.dtype.kind == "f" else None,
        compressors=_packed(1 if is_text else values.dtype.itemsize),
        dimension_names=dimensions,
        attributes=attributes,
    )
    array[...] = values


def _packed(itemsize: int) -> tuple[BloscCodec, Crc32cCodec]:
    blosc = BloscCodec(typesize=itemsize, cname="zstd", clevel=3, shuffle="bitshuffle", blocksize=0)
    return blosc, Crc32cCodec()


def _consolidate(folder: Path) -> None:
    """Gather all metadata in the root, so that a store opens with one read.

    Opening then lists no folder either, where readers would warn about Snakemake's time stamp.
    """
    with warnings.catch_warnings():
        # Zarr 3.0 has no word on consolidated metadata; readers that do not know it skip it.
        warnings.filterwarnings("ignore", message="Consolidated metadata is currently not part")
        zarr.consolidate_metadata(folder)
