"""A release small enough for tests: a coarse grid, Suns of waves, a network of few weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from onesun.geometry.grid import Grid
from onesun.geometry.pointing import Pointing
from onesun.release import realisations
from onesun.release import recipe as recipes
from onesun.release.recipe import Recipe
from onesun.release.suns import REGIONS
from small_sun import START, SmallSun

PAIR = "mdi-hmi"
MONTHS = ("2001-01", "2001-02", "2001-03")
_EARTH = Pointing(0.0, 0.0, 1.0, 0.0, 959.645, 1.495978707e11, 0.0, 0.0)
_CHANGES = {
    "grid": {"target_size": 256, "target_scale": 8.2, "factor": 4, "patch": 16},
    "held_out_tiles": {"size": 8, "every": 5},
    "network": {"channels": 6, "blocks": 1, "kernel": 3, "dropout": 0.0},
}
_TRAINING = {"steps": 30, "batch": 4, "crop": 24, "margin": 2, "learning_rate": 5e-3}
_SCORES = {
    "fitted_frames": 1,
    "patch": 8,
    "tile": 32,
    "ridge": {"kernels": [3], "strengths": [0.0]},
}


def small_recipe(**training) -> Recipe:
    """The package's recipe on a coarse grid, with few frames and steps."""
    content = recipes.load().model_dump() | _CHANGES
    pair = content["inputs"]["pairs"][PAIR] | {"fwhm": (30.0, 50.0), "noise": (60.0, 90.0)}
    content["inputs"] |= {"frames": 4, "held_out": 2, "pairs": {PAIR: pair}}
    content["training"] |= _TRAINING | training
    content["errors"] |= {"fewest": 100, "weak": 100.0}  # these Suns have no quiet
    content["scores"] |= _SCORES
    content["scores"]["equated"]["tail"] = 20
    content["scores"]["bootstrap"]["resamples"] = 50
    return Recipe.model_validate(content)


def known_suns(grid: Grid) -> list[tuple[str, np.ndarray]]:
    """Three Suns by month, and the disk of regions, on the target grid; NaN off the disk."""
    off_disk = grid.radius("target") >= 1
    made = []
    for number, name in enumerate((*MONTHS, REGIONS)):
        field = SmallSun(seed=number, rms=120.0).on_grid(grid, "target", _EARTH, START)
        made.append((name, np.where(off_disk, np.nan, field).astype(np.float32)))
    return made


def simulated(folder: Path, monkeypatch, recipe: Recipe) -> Path:
    """Manifest of the realisations of :func:`known_suns`."""
    listing = folder / "frames.json"
    listing.write_text('{"source": "made up"}')
    monkeypatch.setattr(realisations, "suns", lambda frames, regions, grid: known_suns(grid))
    realisations.simulate(PAIR, listing, listing, recipe, folder / "simulated")
    return folder / "simulated.json"
