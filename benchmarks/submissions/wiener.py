"""A stranger's submission: Wiener deconvolution with its own noise estimate; no network.

    python wiener.py INPUTS OUT

INPUTS is what `onesun benchmark inputs` wrote, OUT a folder to write. Needs numpy, scipy, astropy
and PyYAML, and nothing of onesun. The filter is made of each frame's own spectrum; its error, by
strength of the answer, of the training pairs.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import yaml
from astropy.io import fits
from scipy import fft, ndimage

NAME = "wiener-deconvolution"
EDGES = np.array([0, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 1e9])  # gauss, of the answer


def read(path: Path) -> np.ndarray:
    """A field in gauss, NaN off the disk."""
    with fits.open(path) as hdus:
        return np.asarray(hdus[1].data, dtype=np.float64)


def transfer(size: int, about: dict, scale: float) -> np.ndarray:
    """Of the input's optics and pixel, on a target grid of `size` pixels; (size, size / 2 + 1)."""
    sigma = about["optics"]["fwhm_arcsec"] / scale / np.sqrt(8 * np.log(2))
    box = about["optics"]["pixel_arcsec"] / scale
    parts = [
        np.exp(-2 * (np.pi * sigma * f) ** 2) * np.sinc(box * f)
        for f in (fft.fftfreq(size), fft.rfftfreq(size))
    ]
    return parts[0][:, None] * parts[1][None, :]


def noise_of(field: np.ndarray) -> float:
    """Standard deviation of a pixel's noise: from second differences, which the Sun is weak in."""
    inner = field[1:-1, 1:-1]
    second = 4 * inner - field[:-2, 1:-1] - field[2:, 1:-1] - field[1:-1, :-2] - field[1:-1, 2:]
    known = second[np.isfinite(second)]
    return float(1.4826 * np.median(np.abs(known - np.median(known))) / np.sqrt(20))


def radial(power: np.ndarray, size: int) -> np.ndarray:
    """A spectrum averaged over directions, in the place of each wave."""
    place = np.rint(np.hypot(*np.meshgrid(fft.rfftfreq(size), fft.fftfreq(size))) * size)
    place = place.astype(int)
    total = np.bincount(place.ravel(), power.ravel()) / np.bincount(place.ravel())
    return ndimage.gaussian_filter1d(total, 3)[place]


def restore(field: np.ndarray, about: dict) -> np.ndarray:
    """The field on the target grid, gauss; 0 off the disk."""
    grid = about["grid"]
    factor, size = grid["factor"], grid["target_size"]
    noise = noise_of(field)
    small = np.nan_to_num(field)
    low = fft.rfft2(small)
    n = small.shape[0]
    share = np.isfinite(field).mean()
    seen = radial(np.abs(low) ** 2, n)
    signal = np.maximum(seen - noise**2 * n**2 * share, 1e-3 * seen)
    # An input pixel is centred between target pixels; waves keep their number per disk.
    blur = transfer(size, about, grid["target_scale_arcsec"])
    rows = np.rint(fft.fftfreq(n) * n).astype(int)
    seen_by = blur[rows % size, :][:, : n // 2 + 1]
    gain = signal / (signal + noise**2 * n**2 * share) / np.maximum(seen_by, 0.05)
    half = (factor - 1) / 2
    turn = np.exp(-2j * np.pi * half * (rows[:, None] + np.arange(n // 2 + 1)[None, :]) / size)
    whole = np.zeros((size, size // 2 + 1), complex)
    whole[rows % size, : n // 2 + 1] = low * gain * turn * factor**2
    return fft.irfft2(whole, s=(size, size))


def answer(path: Path, about: dict) -> np.ndarray:
    line = about["line"]
    found = restore((read(path) - line["a"]) / line["b"], about)
    size = about["grid"]["target_size"]
    axis = np.arange(size) - (size - 1) / 2
    off = np.hypot(axis[:, None], axis[None, :]) >= about["grid"]["limb_radius_target_pixels"]
    found[off] = np.nan
    return found.astype(np.float32)


def error_of(field: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Of each pixel, by the strength of the answer."""
    place = np.digitize(np.abs(np.nan_to_num(field)), EDGES) - 1
    return np.where(np.isnan(field), np.nan, table[place]).astype(np.float32)


def main(inputs: Path, out: Path) -> None:
    about = json.loads((inputs / "benchmark.json").read_text())
    squares, counts = np.zeros(len(EDGES) - 1), np.zeros(len(EDGES) - 1)
    for path in sorted((inputs / "training").rglob("*.input.fits")):
        field = answer(path, about)
        target = read(path.with_name(path.name.replace(".input.", ".target.")))
        known = np.isfinite(field) & np.isfinite(target)
        place = np.digitize(np.abs(field[known]), EDGES) - 1
        wrong = (target[known] - field[known]) ** 2
        squares += np.bincount(place, wrong, len(counts))
        counts += np.bincount(place, minlength=len(counts))
    table = np.sqrt(squares / np.maximum(counts, 1))
    table = np.maximum.accumulate(np.maximum(table, 0.1))  # where no pixel was, the weaker's
    out.mkdir(parents=True, exist_ok=True)
    seconds = []
    for path in sorted((inputs / "inputs").glob("*.fits")):
        start = time.time()
        field = answer(path, about)
        seconds.append(time.time() - start)
        images = [fits.ImageHDU(field, name="FIELD")]
        images.append(fits.ImageHDU(error_of(field, table), name="ERROR"))
        fits.HDUList([fits.PrimaryHDU(), *images]).writeto(out / path.name, overwrite=True)
    words = {
        "name": NAME,
        "benchmark": about["benchmark"],
        "version": about["version"],
        "authors": ["a script without onesun"],
        "reference": "Wiener (1949), by each frame's spectrum; benchmarks/submissions/wiener.py",
        "training_months": sorted({pair.split("/")[0] for pair in about["training"]}),
        "training_data": "the error's table only",
        "uses_test_targets": False,
        "parameters": len(table),
        "seconds": round(float(np.mean(seconds)), 2),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "machine": "one core",
    }
    (out / "submission.yaml").write_text(yaml.safe_dump(words, sort_keys=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
