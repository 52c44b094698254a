"""The patch store against Rice FITS (size) and an uncompressed memory map (reading).

    python benchmarks/store.py [HMI.fits]

Cuts frames of the standard grid: the given HMI full disk off whose limb nothing is kept, or a noisy
disk made here, with an MDI-like input beside it. Prints one figure a line, the last words being
the ratio that matters.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numcodecs import Blosc
from scipy.ndimage import gaussian_filter

from onesun.geometry.grid import Grid
from onesun.geometry.psf import block_mean
from onesun.io.files import folder_listing, write_json
from onesun.products.aligned import write_field
from onesun.store import layout
from onesun.store.patches import cut
from onesun.store.read import PatchMonth, open_patches
from onesun.store.write import write_month

GRID = Grid()
FRAMES = 2
TARGET_NOISE, INPUT_NOISE = 5.0, 16.0  # gauss: HMI 720 s, MDI 300 s (docs/sample.md)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fits", nargs="?", type=Path, help="an HMI full-disk magnetogram")
    path = parser.parse_args().fits
    random = np.random.default_rng(1)
    target = read_disk(path) if path else noisy_disk(random)
    print(f"frame: {path.name if path else 'a noisy disk made here'}")
    with tempfile.TemporaryDirectory() as folder:
        aligned, rice = write_aligned(Path(folder), target, random)
        seconds, manifest = timed(
            lambda: write_month(aligned, Path(folder) / "store" / "2016-07.zarr", GRID, 0.1)
        )
        print(f"write: {seconds / FRAMES:.2f} s a frame, reading the FITS included")
        sizes(manifest, rice, target)
        whole_frames(manifest, Path(folder) / "patches.npy")


def read_disk(path: Path) -> np.ndarray:
    """An HMI full disk as it was observed; (4096, 4096) gauss, NaN off the disk."""
    from onesun.reading import read

    return read(path).field


def noisy_disk(random: np.random.Generator) -> np.ndarray:
    """Noise as alignment leaves it, slightly smooth, over spots and network; gauss."""
    size = GRID.target_size
    noise = gaussian_filter(random.standard_normal((size, size), dtype=np.float32), 0.5)
    network = gaussian_filter(random.standard_normal((size, size), dtype=np.float32), 8)
    radius = GRID.radius("target")
    field = noise * (TARGET_NOISE * (1 + radius**4) / noise.std())
    field += 10 * (network / network.std()) ** 3
    field[radius >= 1] = np.nan
    return field


def write_aligned(
    folder: Path, target: np.ndarray, random: np.random.Generator
) -> tuple[Path, float]:
    """A month of aligned frames; its manifest, and the bytes of Rice FITS per frame."""
    binned = block_mean(target, GRID.factor)
    frames = []
    for day in range(1, FRAMES + 1):
        stamp = f"201607{day:02d}_000000_TAI"
        names = {which: f"{stamp}.{which}.fits" for which in ("input", "target")}
        noise = random.normal(0, INPUT_NOISE, binned.shape).astype(np.float32)
        write_field(folder / "2016-07" / names["input"], 1.4 * binned + noise, {})
        write_field(folder / "2016-07" / names["target"], np.roll(target, day, axis=1), {})
        frames.append(
            {
                "stamp": stamp,
                "time": f"2016-07-{day:02d}T00:00:00",
                "input_time": f"2016-07-{day:02d}T00:00:00",
                "interval": 300.0,
                "input_file": names["input"],
                "target_file": names["target"],
                **{"b0": 0.0, "l0": 0.0, "dsun": 1.5e11, "input_dsun": 1.5e11},
                "observer_velocity": 0.0,
                "simulated": True,
            }
        )
    files = folder_listing(folder / "2016-07")
    content = {"product": "aligned frames", "pair": "mdi-hmi", "month": "2016-07"}
    content |= {"input_instrument": "mdi", "target_instrument": "hmi"}
    content |= {"folder": "2016-07", "frames": frames, "files": files}
    write_json(folder / "2016-07.json", content)
    return folder / "2016-07.json", sum(entry["bytes"] for entry in files.values()) / FRAMES


def sizes(manifest: Path, rice: float, target: np.ndarray) -> None:
    """Bytes per frame against Rice, with and without the offset that precedes the packing."""
    files = folder_listing(manifest.with_suffix(".zarr"))
    fields = ("input/c/", "target/c/")
    frame = sum(size["bytes"] for name, size in files.items() if name.startswith(fields)) / FRAMES
    month = sum(size["bytes"] for size in files.values()) - frame * FRAMES
    print(f"Rice FITS: {rice / 1e6:.2f} MB a frame")
    print(f"store: {frame / 1e6:.2f} MB a frame and {month / 1e6:.2f} MB a month")
    print(f"store / Rice FITS, per frame: {frame / rice:.3f}")
    print(f"the same for a month of 4 frames: {(frame + month / 4) / rice:.3f}")
    steps = cut(layout.to_steps(target, 0.1, "target"), GRID.patch * GRID.factor)
    packer = Blosc("zstd", 3, Blosc.BITSHUFFLE)
    plain = np.where(steps == layout.FILL, steps, steps - layout.offset(0.1))
    with_offset, without = (
        sum(len(packer.encode(patch)) for patch in patches if (patch != layout.FILL).any())
        for patches in (steps, plain)
    )
    print(f"target packed without the offset / with it: {without / with_offset:.3f}")


def whole_frames(manifest: Path, path: Path) -> None:
    """Patches of whole target frames a second, in gauss, against a memory map of the same."""
    month, lazy = PatchMonth(manifest), open_patches(manifest)
    fields = np.lib.format.open_memmap(path, "w+", np.float32, month.target.shape)
    for index in range(FRAMES):
        fields[index] = month.target.gauss(month.target.frame(index))
    fields.flush()
    mapped = np.load(path, mmap_mode="r")
    from_map, _ = timed(lambda: np.array(mapped[0]))
    steps, _ = timed(lambda: month.target.frame(0))
    gauss, _ = timed(lambda: month.target.gauss(month.target.frame(0)))
    xarray, _ = timed(lambda: lazy["target"][0].load())
    for what, seconds in (
        (".npy memory map in the page cache", from_map),
        ("store as steps", steps),
        ("store in gauss", gauss),
        ("store in gauss through xarray", xarray),
    ):
        print(
            f"whole target frame, {what}: {seconds:.3f} s, {GRID.patches / seconds:.0f} patches/s"
        )
    print(f"store in gauss / .npy memory map: {from_map / gauss:.3f}")


def timed(work: Callable) -> tuple[float, object]:
    """Wall-clock seconds of the second of two runs, and what it returned."""
    work()
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


if __name__ == "__main__":
    main()
