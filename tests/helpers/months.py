"""Small months of aligned frames, written as the stage ``align`` writes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from onesun.geometry.grid import AU_METRES, Grid
from onesun.io.files import folder_listing, write_json
from onesun.products import split
from onesun.products.aligned import AlignedFrame, write_field

# An eighth of the real grid's size, with the whole disk on it.
GRID = Grid(target_size=512, target_scale=4.034184, factor=4, patch=32)
GRID_SETTINGS = {"target_size": 512, "target_scale": 4.034184, "factor": 4, "patch": 32}


def sun(seed: int, grid: Grid = GRID, gain: float = 1.4) -> tuple[np.ndarray, np.ndarray]:
    """Input and target of one frame: active regions, network, noise; NaN off the disk."""
    draw = np.random.default_rng(seed)
    size, limb = grid.target_size, grid.limb_radius("target")
    y, x = np.indices((size, size)) - (size - 1) / 2
    target = draw.normal(0, 5, (size, size))
    for _ in range(40):
        strength, width = draw.choice([-1, 1]) * draw.uniform(100, 2500), draw.uniform(2, 5)
        cy, cx = draw.uniform(-0.6, 0.6, 2) * limb
        target += strength * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * width**2))
    factor = grid.factor
    blocks = target.reshape(size // factor, factor, size // factor, factor).mean(axis=(1, 3))
    field = gain * blocks + draw.normal(0, 16, blocks.shape)
    target[grid.radius("target") >= 1] = np.nan
    field[grid.radius("input") >= 1] = np.nan
    return field.astype(np.float32), target.astype(np.float32)


def write_aligned(
    folder: Path,
    pair: str,
    month: str,
    frames: Mapping[str, tuple[np.ndarray, np.ndarray]],
    simulated: bool = True,
    instrument: str = "mdi",
    velocities: Mapping[str, float] | None = None,
) -> Path:
    """Write frames {stamp: (input, target)} as ``folder``/``month``; returns the manifest.

    ``velocities`` are the target's OBS_VR by stamp, m/s.
    """
    entries = []
    for stamp, (field, target) in frames.items():
        names = [f"{stamp}.{role}.fits" for role in ("input", "target")]
        cards = {"T_REC": stamp, "CDELT1": 4.034184, "TELESCOP": "SDO/HMI"}
        for name, values in zip(names, (field, target), strict=True):
            write_field(folder / month / name, values, cards)
        time = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T{stamp[9:11]}:{stamp[11:13]}:00.000"
        frame = AlignedFrame(
            stamp=stamp, time=time, input_time=time, interval=300.0,
            input_file=names[0], target_file=names[1], b0=-1.1, l0=312.0,
            dsun=AU_METRES, input_dsun=AU_METRES,
            observer_velocity=(velocities or {}).get(stamp), simulated=simulated,
        )  # fmt: skip
        entries.append(frame.as_dict())
    (folder / month).mkdir(parents=True, exist_ok=True)
    manifest = folder / f"{month}.json"
    content = {
        "product": "aligned frames", "folder": month, "files": folder_listing(folder / month),
        "pair": pair, "month": month, "frames": entries, "input_instrument": instrument,
        "target_instrument": "hmi",
    }  # fmt: skip
    write_json(manifest, content)
    return manifest


def write_split(path: Path, pair: str, sets: Mapping[str, str], buffer: str | None = None) -> Path:
    """Write a split {month: set}; ``buffer``, YYYY-MM-DD, ends every month early."""
    rows = [
        split.SplitRow(pair, month, name, f"{month}-01", buffer or f"{month}-31")
        for month, name in sets.items()
    ]
    split.write(path, rows)
    return path
