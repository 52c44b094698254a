"""One 4096 x 4096 frame brought to the standard grid: OneSun's resampling against sunpy's way.

    python benchmarks/alignment.py

The frame is analytic, features of 2.4 pixels FWHM all over the disk, rolled by 180 degrees and off
centre as HMI's are, so that what each way should have given is known exactly. sunpy's way is
Map.rotate(order=3) and then reproject_interp (bicubic) to the grid; reproject_interp alone,
straight from the raw frame, is timed too. Each runs in a process of its own; times are without
imports.
Prints one figure a line, the last words being the ratio that matters.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from onesun.alignment.mapping import HeaderMapping
from onesun.geometry.grid import ARCSEC_PER_RADIAN, AU_METRES, SOLAR_RADIUS_METRES, Grid
from onesun.geometry.pointing import Pointing

GRID = Grid()
SIZE = 4096
FWHM = 2.4  # raw pixels; about HMI's own
CELL = 10  # raw pixels; one feature to a cell
WITHIN = 0.95  # limb radii, where accuracy is judged
STRIP = 256
DISTANCE = 1.0163 * AU_METRES
RAW = Pointing(
    x0=2040.3, y0=2051.8, scale=0.504, roll=180.013,
    rsun=float(np.arcsin(SOLAR_RADIUS_METRES / DISTANCE)) * ARCSEC_PER_RADIAN, dsun=DISTANCE,
    b0=3.5, l0=312.0,
)  # fmt: skip
WAYS = {"onesun": "OneSun", "sunpy": "sunpy", "reproject": "reproject_interp alone"}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paint(folder)
        found = {way: run(way, folder) for way in WAYS}
    for way, figures in found.items():
        print(
            f"{WAYS[way]}: {figures['seconds']:.2f} s, peak memory {figures['gigabytes']:.2f} GB, "
            f"relative RMS error {figures['error']:.4f}, slope {figures['slope']:.4f}"
        )
    print(f"memory: {found['onesun']['gigabytes'] / found['sunpy']['gigabytes']:.2f} of sunpy's")
    print(f"error: {found['onesun']['error'] / found['sunpy']['error']:.2f} of sunpy's")
    print(f"alignment: {found['sunpy']['seconds'] / found['onesun']['seconds']:.1f} times sunpy")


def paint(folder: Path) -> None:
    """Write raw.npy and truth.npy: the field at the raw pixels and where the grid's pixels lie."""
    mapping = HeaderMapping.on_grid(GRID, "target", RAW)
    raw, truth = (np.zeros((SIZE, SIZE), np.float32) for _ in range(2))
    columns = np.arange(SIZE, dtype=np.float64)[None, :]
    for first in range(0, SIZE, STRIP):
        rows = slice(first, first + STRIP)
        raw[rows] = features(*np.broadcast_arrays(columns, np.arange(SIZE)[rows, None]))
        truth[rows] = features(*mapping.rows(rows))
    raw[RAW.radius(raw.shape) >= 1] = np.nan
    np.save(folder / "raw.npy", raw)
    np.save(folder / "truth.npy", truth)


def features(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Gaussians of random height, one at a random place of each cell, at raw pixels (x, y)."""
    rng = np.random.default_rng(1)
    count = SIZE // CELL + 2
    places = rng.uniform(0, CELL, (2, count, count)).astype(np.float32)
    heights = rng.normal(0, 200, (count, count)).astype(np.float32)
    x, y = (np.where(np.isfinite(v), v, -CELL) for v in (x, y))
    row, column = (y // CELL).astype(np.int32), (x // CELL).astype(np.int32)
    field = np.zeros(x.shape, np.float32)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            i, j = np.clip(row + down, 0, count - 1), np.clip(column + right, 0, count - 1)
            dx = (x - j * CELL).astype(np.float32) - places[0, i, j]
            dy = (y - i * CELL).astype(np.float32) - places[1, i, j]
            field += heights[i, j] * np.exp(np.float32(-4 * np.log(2) / FWHM**2) * (dx**2 + dy**2))
    return field


def run(way: str, folder: Path) -> dict[str, float]:
    """Align in a process of its own and judge the result."""
    subprocess.run([sys.executable, __file__, way, folder], check=True)
    figures = json.loads((folder / f"{way}.json").read_text())
    inside = GRID.radius("target") < WITHIN
    got = np.load(folder / f"{way}.npy")[inside].astype(np.float64)
    truth = np.load(folder / "truth.npy")[inside].astype(np.float64)
    figures["error"] = float(np.sqrt(np.mean((got - truth) ** 2) / np.mean(truth**2)))
    figures["slope"] = float((got * truth).sum() / (truth**2).sum())
    return figures


def work(way: str, folder: Path) -> None:
    raw = np.load(folder / "raw.npy")
    align = {"onesun": by_onesun, "sunpy": by_sunpy, "reproject": by_reproject}[way]
    seconds, result = align(raw)
    # Linux counts the peak in kB.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    np.save(folder / f"{way}.npy", result)
    (folder / f"{way}.json").write_text(json.dumps({"seconds": seconds, "gigabytes": peak}))


def by_onesun(raw: np.ndarray) -> tuple[float, np.ndarray]:
    from onesun.alignment.resample import resample

    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        result = resample(raw, RAW, HeaderMapping.on_grid(GRID, "target", RAW))
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def by_sunpy(raw: np.ndarray) -> tuple[float, np.ndarray]:
    from reproject import reproject_interp

    frame, grid = _maps(np.nan_to_num(raw))
    start = time.perf_counter()
    upright = frame.rotate(order=3, recenter=True, missing=0.0)
    result, _ = reproject_interp(upright, grid, shape_out=(SIZE, SIZE), order="bicubic")
    return time.perf_counter() - start, result


def by_reproject(raw: np.ndarray) -> tuple[float, np.ndarray]:
    from reproject import reproject_interp

    frame, grid = _maps(np.nan_to_num(raw))
    start = time.perf_counter()
    result, _ = reproject_interp(frame, grid, shape_out=(SIZE, SIZE), order="bicubic")
    return time.perf_counter() - start, result


def _maps(raw: np.ndarray):
    """The raw frame as a sunpy map, and the grid's coordinates as the frame's observer sees it."""
    import sunpy.map

    header = {
        "CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN", "CUNIT1": "arcsec", "CUNIT2": "arcsec",
        "CRVAL1": 0.0, "CRVAL2": 0.0, "DATE-OBS": "2016-07-07T00:00:00", "DSUN_OBS": RAW.dsun,
        "CRLN_OBS": RAW.l0, "CRLT_OBS": RAW.b0, "RSUN_OBS": RAW.rsun,
        "RSUN_REF": SOLAR_RADIUS_METRES,
    }  # fmt: skip
    detector = {
        "CRPIX1": RAW.x0 + 1, "CRPIX2": RAW.y0 + 1, "CDELT1": RAW.scale, "CDELT2": RAW.scale,
        "CROTA2": RAW.roll,
    }  # fmt: skip
    # The Sun as large as from 1 AU: the same number of pixels to its radius.
    scale = RAW.rsun / GRID.limb_radius("target")
    middle = (SIZE + 1) / 2
    standard = {
        "CRPIX1": middle, "CRPIX2": middle, "CDELT1": scale, "CDELT2": scale, "CROTA2": 0.0
    }  # fmt: skip
    grid = sunpy.map.Map(np.zeros((SIZE, SIZE), np.uint8), header | standard).wcs
    return sunpy.map.Map(raw, header | detector), grid


if __name__ == "__main__":
    if len(sys.argv) == 3:
        work(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
