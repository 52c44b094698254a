"""The Suns that are known: real HMI full disks and active regions, on the common grid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from onesun.alignment.mapping import HeaderMapping
from onesun.alignment.resample import resample
from onesun.errors import UntrustedFrameError
from onesun.files import open_product
from onesun.geometry.grid import Grid
from onesun.reading import fits
from onesun.reading.read import read
from onesun.sample.fetch import PRODUCT

REGIONS = "regions"  # the name of the disk that is made of active regions
_GAP = 96  # target pixels between regions: farther than any optics of the recipe reach
_RIM = 24  # target pixels along a region's edge whose input the cut has changed


def suns(frames: Path, regions: Path, grid: Grid) -> Iterator[tuple[str, np.ndarray]]:
    """Name and field of each Sun, one in memory at a time.

    Parameters
    ----------
    frames, regions : manifests that ``onesun sample fetch`` and ``fetch --regions`` wrote.
    grid : the common grid.

    Yields the month of a full disk (YYYY-MM), and last ``regions``, with (N, N) float32 on the
    target grid in gauss, NaN where nothing is known.
    """
    folder, content = open_product(frames, PRODUCT, contents=True)
    for month, name in sorted(content["months"].items()):
        yield month, full_disk(folder / name, grid)
    folder, content = open_product(regions, PRODUCT, contents=True)
    files = [folder / name for _, name in sorted(content["months"].items())]
    yield REGIONS, side_by_side([region(path) for path in files], grid)


def full_disk(path: Path, grid: Grid) -> np.ndarray:
    """A real HMI frame on the target grid, by its header; one resampling. NaN off the disk."""
    frame = read(path, "hmi")
    mapping = HeaderMapping.on_grid(grid, "target", frame.pointing)
    return resample(frame.field, frame.pointing, mapping)


def region(path: Path) -> np.ndarray:
    """An active region in its cylindrical projection, as it is; float32, gauss.

    At 0.03 degrees per pixel its sampling is the target grid's at the disk's centre to a hundredth.
    """
    field, _ = fits.load(path)
    return field


def side_by_side(fields: Sequence[np.ndarray], grid: Grid) -> np.ndarray:
    """A dark disk with regions near its centre, one above the other; NaN beyond the limb.

    Raises UntrustedFrameError when they do not fit.
    """
    size = grid.target_size
    disk = np.where(grid.radius("target") < 1, np.float32(0), np.float32(np.nan))
    row = (size - sum(len(field) for field in fields) - _GAP * (len(fields) - 1)) // 2
    for field in fields:
        height, width = field.shape
        column = (size - width) // 2
        if row < 0 or column < 0:
            raise UntrustedFrameError(f"regions: too large for {size} pixels, expected smaller")
        disk[row : row + height, column : column + width] = np.nan_to_num(field)
        row += height + _GAP
    return disk


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
