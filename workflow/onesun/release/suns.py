"""The Suns that are known: real HMI full disks and active regions, on the common grid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from onesun.alignment.mapping import HeaderMapping
from onesun.alignment.resample import resample
from onesun.files import open_product
from onesun.geometry.grid import Grid
from onesun.reading.read import read
from onesun.sample import regions
from onesun.sample.fetch import PRODUCT
from onesun.sample.regions import region

REGIONS = "regions"  # the name of the disk that is made of active regions
_RIM = 24  # target pixels along a region's edge whose input the cut has changed


def suns(frames: Path, active: Path, grid: Grid) -> Iterator[tuple[str, np.ndarray]]:
    """Name and field of each Sun, one in memory at a time.

    Parameters
    ----------
    frames, active : manifests that ``onesun sample fetch`` and ``fetch --regions`` wrote.
    grid : the common grid.

    Yields the month of a full disk (YYYY-MM), and last ``regions``, with (N, N) float32 on the
    target grid in gauss, NaN where nothing is known.
    """
    folder, content = open_product(frames, PRODUCT, contents=True)
    for month, name in sorted(content["months"].items()):
        yield month, full_disk(folder / name, grid)
    folder, content = open_product(active, PRODUCT, contents=True)
    files = [folder / name for _, name in sorted(content["months"].items())]
    yield REGIONS, side_by_side([region(path) for path in files], grid)


def full_disk(path: Path, grid: Grid) -> np.ndarray:
    """A real HMI frame on the target grid, by its header; one resampling. NaN off the disk."""
    frame = read(path, "hmi")
    mapping = HeaderMapping.on_grid(grid, "target", frame.pointing)
    return resample(frame.field, frame.pointing, mapping)


def side_by_side(fields: Sequence[np.ndarray], grid: Grid) -> np.ndarray:
    """A dark disk with regions near its centre, one above the other; NaN beyond the limb."""
    field = np.nan_to_num(regions.side_by_side(fields, grid.target_size))
    return np.where(grid.radius("target") < 1, field, np.float32(np.nan))


def judged(name: str, field: np.ndarray) -> np.ndarray:
    """Pixels of a Sun that may be learnt from; (N, N) bool.

    Of a full disk, all that have a value; of the regions, their insides: the dark sky between them
    and a rim are no Sun.
    """
    known = np.isfinite(field)
    if name != REGIONS:
        return known
    inside = (np.nan_to_num(field) != 0).astype(np.uint8)
    inside = cv2.morphologyEx(inside, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    return cv2.erode(inside, np.ones((2 * _RIM + 1,) * 2, np.uint8)) > 0
