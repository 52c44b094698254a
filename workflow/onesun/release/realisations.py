"""The stage ``simulate``: every Sun as a pair's input would have recorded it, many times over."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun import instruments
from onesun.errors import ConfigError
from onesun.files import (
    check_folder,
    folder_listing,
    open_product,
    read_json,
    whole_product,
    write_json,
)
from onesun.progress import track
from onesun.release import inputs
from onesun.release.recipe import Recipe
from onesun.release.suns import REGIONS, judged, suns

PRODUCT = "realisations"


def simulate(pair: str, frames: Path, regions: Path, recipe: Recipe, out: Path) -> None:
    """Write the Suns and their realisations to ``out``, and the manifest ``{out}.json`` beside it.

    Of each Sun, ``{name}.target.npy`` (N, N) and ``{name}.inputs.npy`` (frames, n, n), float32 in
    gauss with NaN where there is no value, and ``{name}.judged.npy`` (N, N) bool.

    Parameters
    ----------
    frames, regions : manifests of the real frames and of the active regions.

    Raises ConfigError for an unknown pair, DamagedProductError for frames that are not as listed.
    """
    settings, grid = recipe.pair(pair), recipe.common_grid()
    record = instruments.load(settings.input)
    manifest = Path(f"{out}.json")
    check_folder(out, manifest)
    drawn: dict[str, list[dict[str, float]]] = {}
    with whole_product(out, manifest) as (part, listing):
        for name, target in suns(frames, regions, grid):
            np.save(part / f"{name}.target.npy", target)
            np.save(part / f"{name}.judged.npy", judged(name, target))
            shape = (recipe.inputs.frames, *grid.shape("input"))
            made = np.lib.format.open_memmap(part / f"{name}.inputs.npy", "w+", np.float32, shape)
            drawn[name] = []
            for number in track(range(shape[0]), f"simulate {pair} {name}"):
                rng = _draws(recipe.seed, pair, name, number)
                conditions = inputs.draw(settings, recipe.inputs, record, rng)
                made[number] = inputs.record_input(target, conditions, record, grid, rng)
                drawn[name].append(inputs.listed(conditions))
            made.flush()
        content = {
            "product": PRODUCT,
            "pair": pair,
            "folder": out.name,
            "files": folder_listing(part),
            "conditions": drawn,
            "sources": {
                name: read_json(path)["source"]
                for name, path in (("frames", frames), ("regions", regions))
            },
            "recipe": recipe.model_dump(mode="json", include={"seed", "inputs"}),
        }
        write_json(listing, content)


def _draws(seed: int, pair: str, sun: str, number: int) -> np.random.Generator:
    digest = hashlib.sha256(f"{pair}/{sun}".encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "big"), number])


@dataclass(frozen=True)
class Sun:
    """One Sun with its realisations.

    Parameters
    ----------
    name : month of the full disk, or ``regions``.
    target : (N, N) float32, gauss, NaN where nothing is known.
    judged : (N, N) bool, what may be learnt from.
    inputs : (frames, n, n) float32, gauss, NaN where there is no value; a memory map.
    conditions : of each frame.
    """

    name: str
    target: np.ndarray
    judged: np.ndarray
    inputs: np.ndarray
    conditions: Sequence[dict[str, Any]]


def load(manifest: Path, pair: str, *, without: str | None = None) -> list[Sun]:
    """The Suns of a folder that :func:`simulate` wrote, full disks first.

    Parameters
    ----------
    without : name of one that is left out.

    Raises DamagedProductError for a folder that is not as listed, ConfigError when it is of another
    pair or ``without`` is none of its full disks.
    """
    folder, content = open_product(manifest, PRODUCT)
    if content["pair"] != pair:
        raise ConfigError(f"{manifest}: realisations of {content['pair']}, expected {pair}")
    names = sorted(content["conditions"], key=lambda name: (name == REGIONS, name))
    if without is not None and without not in names[:-1]:
        raise ConfigError(f"--leave-out: {without} found, expected one of {', '.join(names[:-1])}")
    return [
        Sun(
            name,
            np.load(folder / f"{name}.target.npy"),
            np.load(folder / f"{name}.judged.npy"),
            np.load(folder / f"{name}.inputs.npy", mmap_mode="r"),
            content["conditions"][name],
        )
        for name in names
        if name != without
    ]
