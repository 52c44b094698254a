"""Open a patch store: lazily through xarray, or a frame at a time for training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import zarr

from onesun.geometry.grid import Grid
from onesun.io.files import open_product, read_unchanged
from onesun.store import layout
from onesun.store.fields import StoredField
from onesun.store.write import PRODUCT

if TYPE_CHECKING:
    import xarray as xr

FIELDS = ("input", "target")


def open_patches(manifest: Path | str) -> xr.Dataset:
    """Open the patches of a pair and month lazily, as a labelled dataset.

    Nothing but coordinates is read until it is computed. ``manifest`` is what the rule ``store``
    writes, ``results/patches/{pair}/{month}.json``.

    Variables, dimensions and units are those the store's own metadata tell; ``input`` and
    ``target`` are dask arrays, one frame a block, in float32 gauss with NaN off the disk. Plain
    ``xarray.open_zarr("2016-07.zarr")`` gives the same values as float64.

    Raises DamagedProductError naming a file that is missing or of another size than the manifest
    tells; also one whose bytes have changed, unless it is a frame, which Zarr finds when reading.
    """
    import xarray as xr  # half a second, for which no training has to wait

    folder, _ = _open(manifest)
    dataset: xr.Dataset = xr.open_zarr(folder, chunks=None, mask_and_scale=False)
    for name in FIELDS:
        steps = dataset[name].chunk(time=1, patch=-1)
        quantum = steps.attrs["scale_factor"]
        field = steps.copy(
            data=steps.data.map_blocks(layout.to_gauss, quantum=quantum, dtype=np.float32)
        )
        for packing in ("scale_factor", "add_offset", "_FillValue"):
            del field.attrs[packing]
        dataset[name] = field
    return dataset


def _open(manifest: Path | str) -> tuple[Path, dict[str, Any]]:
    """The store's folder and manifest, once all but the frames is checked byte by byte."""
    folder, content = open_product(Path(manifest), PRODUCT)
    frames = tuple(f"{name}/c/" for name in FIELDS)
    for name, listed in content["files"].items():
        if not name.startswith(frames):
            read_unchanged(folder / name, listed)
    return folder, content


class PatchMonth:
    """A month of patches for training: whole frames, as int32 steps.

    Attributes
    ----------
    pair, month, simulated : what the manifest says.
    instruments : names of the records of the input and of the target.
    grid : the common grid.
    records : what is recorded of each frame beside its pixels.
    stamps : T_REC of each frame's target, as YYYYMMDD_HHMMSS_TAI.
    times : (frames,) datetime64[ms], the target's time of observation in TAI.
    location : (patches, p, p) float32, r/R of the input's pixels.
    radius, on_disk : (patches,) float32, r/R of the centre; share of target pixels on the disk.
    input, target : the fields; ``month.target.gauss(month.target.frame(3))`` is the fourth frame.
    """

    def __init__(self, manifest: Path) -> None:
        """Open a month; raises DamagedProductError as :func:`open_patches` does."""
        folder, content = _open(manifest)
        self.pair: str = content["pair"]
        self.month: str = content["month"]
        self.simulated: bool = content["simulated"]
        self.instruments: dict[str, str] = content["instruments"]
        self.grid = Grid.from_settings(content["grid"])
        self.records: list[dict[str, Any]] = content["frames"]
        self.stamps: list[str] = [frame["stamp"] for frame in self.records]
        self.times = np.array([frame["time"] for frame in self.records], dtype="M8[ms]")
        arrays = dict(zarr.open_consolidated(folder, mode="r").arrays())
        self.location = np.asarray(arrays["location"][...])
        self.radius = np.asarray(arrays["radius"][...])
        self.on_disk = np.asarray(arrays["on_disk"][...])
        self.input = StoredField(arrays["input"], folder / "input")
        self.target = StoredField(arrays["target"], folder / "target")

    def __len__(self) -> int:
        return len(self.stamps)
