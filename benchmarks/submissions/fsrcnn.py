"""A stranger's submission: FSRCNN (Dong, Loy and Tang 2016), trained on the exported pairs.

    python fsrcnn.py INPUTS OUT [STEPS]

INPUTS is what `onesun benchmark inputs` wrote, with training pairs; OUT a folder to write. Needs
numpy, astropy, torch, xarray with zarr, and PyYAML, and nothing of onesun. It reads the test
months' inputs from the Zarr store and answers with one.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import torch
import xarray as xr
import yaml
from astropy.io import fits
from torch import nn
from torch.nn import functional

NAME = "fsrcnn"
SCALE = 100.0  # gauss
CROP, BATCH, MARGIN = 24, 16, 4  # input pixels on a side; crops; pixels around a tile
TILE = 128


def network(factor: int, wide: int = 32, narrow: int = 8, depth: int = 3) -> nn.Module:
    """Features, shrunk, mapped, widened and deconvolved; the paper's FSRCNN in its small form."""
    layers = [nn.Conv2d(1, wide, 5, padding=2), nn.PReLU(wide)]
    layers += [nn.Conv2d(wide, narrow, 1), nn.PReLU(narrow)]
    for _ in range(depth):
        layers += [nn.Conv2d(narrow, narrow, 3, padding=1), nn.PReLU(narrow)]
    layers += [nn.Conv2d(narrow, wide, 1), nn.PReLU(wide)]
    # An even kernel around the middle of an input pixel.
    layers.append(nn.ConvTranspose2d(wide, 1, 2 * factor, factor, padding=factor // 2))
    return nn.Sequential(*layers)


def read(path: Path) -> np.ndarray:
    with fits.open(path) as hdus:
        return np.asarray(hdus[1].data, dtype=np.float32)


def pairs(inputs: Path, about: dict) -> list[tuple[np.ndarray, np.ndarray]]:
    found = []
    for path in sorted((inputs / "training").rglob("*.input.fits")):
        target = read(path.with_name(path.name.replace(".input.", ".target.")))
        found.append((calibrated(read(path), about), target / SCALE))
    return found


def calibrated(field: np.ndarray, about: dict) -> np.ndarray:
    line = about["line"]
    return ((field - line["a"]) / line["b"] / SCALE).astype(np.float32)


def train(model: nn.Module, data: list, factor: int, steps: int) -> None:
    draw = np.random.default_rng(1)
    torch.manual_seed(1)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    spread = [spots(field) for field, _ in data]
    for _ in range(steps):
        batch = [
            crop(*data[k], spread[k], factor, draw) for k in draw.integers(len(data), size=BATCH)
        ]
        x, y = (torch.from_numpy(np.stack(part))[:, None] for part in zip(*batch, strict=True))
        loss = functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()


def spots(field: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners of crops wholly on the disk, and how likely each is: strong ones more."""
    n = field.shape[0] // CROP
    blocks = field[: n * CROP, : n * CROP].reshape(n, CROP, n, CROP)
    strength = np.abs(blocks).mean(axis=(1, 3))
    corners = np.argwhere(np.isfinite(strength)) * CROP
    weight = strength[np.isfinite(strength)] + 0.05
    return corners, weight / weight.sum()


def crop(field, target, spread, factor, draw) -> tuple[np.ndarray, np.ndarray]:
    top, left = spread[0][draw.choice(len(spread[0]), p=spread[1])]
    x = field[top : top + CROP, left : left + CROP]
    y = target[top * factor : (top + CROP) * factor, left * factor : (left + CROP) * factor]
    sign = draw.choice([-1, 1])
    if draw.random() < 0.5:
        x, y = x[:, ::-1], y[:, ::-1]
    if draw.random() < 0.5:
        x, y = x[::-1], y[::-1]
    x, y = (np.nan_to_num(sign * part).astype(np.float32) for part in (x, y))
    return x, y


@torch.no_grad()
def answer(model: nn.Module, field: np.ndarray, about: dict) -> np.ndarray:
    factor, size = about["grid"]["factor"], about["grid"]["target_size"]
    padded = np.pad(np.nan_to_num(calibrated(field, about)), MARGIN)
    found = np.empty((size, size), np.float32)
    side = size // factor
    for top in range(0, side, TILE):
        for left in range(0, side, TILE):
            part = padded[top : top + TILE + 2 * MARGIN, left : left + TILE + 2 * MARGIN]
            made = model(torch.from_numpy(part)[None, None])[0, 0].numpy() * SCALE
            edge = MARGIN * factor
            inner = made[edge : made.shape[0] - edge, edge : made.shape[1] - edge]
            rows, columns = inner.shape
            at = (
                slice(top * factor, top * factor + rows),
                slice(left * factor, left * factor + columns),
            )
            found[at] = inner
    axis = np.arange(size) - (size - 1) / 2
    off = np.hypot(axis[:, None], axis[None, :]) >= about["grid"]["limb_radius_target_pixels"]
    found[off] = np.nan
    return found


def main(inputs: Path, out: Path, steps: int) -> None:
    about = json.loads((inputs / "benchmark.json").read_text())
    factor = about["grid"]["factor"]
    model = network(factor)
    train(model, pairs(inputs, about), factor, steps)
    model.eval()
    data = xr.open_zarr(inputs / "inputs.zarr", consolidated=False)
    start = time.time()
    fields = np.stack([answer(model, frame.values, about) for frame in data["input"]])
    seconds = (time.time() - start) / len(fields)
    stamps = np.array([str(stamp) for stamp in data["stamp"].values], dtype=object)
    made = xr.Dataset({"field": (("time", "y", "x"), fields)}, coords={"stamp": ("time", stamps)})
    chunks = {"field": {"chunks": (1, *fields.shape[1:])}}
    made.to_zarr(out, mode="w", zarr_format=3, consolidated=False, encoding=chunks)
    side = about["grid"]["target_size"] // factor
    kernels = [layer for layer in model if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d))]
    words = {
        "name": NAME,
        "benchmark": about["benchmark"],
        "version": about["version"],
        "authors": ["a script without onesun"],
        "reference": "Dong, Loy and Tang (2016), ECCV; benchmarks/submissions/fsrcnn.py",
        "training_months": sorted({pair.split("/")[0] for pair in about["training"]}),
        "training_data": f"the exported pairs, {steps} steps of {BATCH} crops",
        "uses_test_targets": False,
        "parameters": sum(each.numel() for each in model.parameters()),
        "operations": float(2 * side**2 * sum(layer.weight.numel() for layer in kernels)),
        "seconds": round(seconds, 2),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "machine": f"{torch.get_num_threads()} cores",
    }
    (out / "submission.yaml").write_text(yaml.safe_dump(words, sort_keys=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 3000)
