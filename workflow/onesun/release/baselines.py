"""What needs no network, fitted to the Suns that a network was trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from onesun.calibration.bins import BinnedSums, fit
from onesun.calibration.calibrate import Pairs
from onesun.calibration.product import Line
from onesun.errors import OneSunError
from onesun.fitting import equated, product, ridge
from onesun.geometry.grid import AU_METRES, Grid
from onesun.methods.base import Method
from onesun.methods.bicubic import BicubicMethod, MatchedMethod
from onesun.methods.equated import EquatedMethod
from onesun.methods.raw import RawMethod
from onesun.methods.ridge import RidgeMethod
from onesun.progress import track
from onesun.release.realisations import Sun
from onesun.release.recipe import Recipe
from onesun.release.recipe import Scores as Settings

NAMES = ("raw", "bicubic", "matched", "equated", "ridge")


@dataclass(frozen=True)
class Frames:
    """Frames of several Suns, as the fits want them: input and target, gauss, NaN without value.

    Parameters
    ----------
    numbers : of the frames, the same of each Sun.
    """

    suns: Sequence[Sun]
    numbers: Sequence[int]
    what: str

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        chosen = [(sun, number) for sun in self.suns for number in self.numbers]
        for sun, number in track(chosen, self.what):
            yield np.array(sun.inputs[number]), sun.target


def baselines(
    suns: Sequence[Sun], input_instrument: str, recipe: Recipe, grid: Grid, folder: Path
) -> dict[str, Method]:
    """The ladder's methods by name.

    Parameters
    ----------
    suns : full disks to fit to.
    folder : where fits are written to, to be read from.

    Raises OneSunError when a regression has no positive gain.
    """
    settings = recipe.scores
    first_unseen = recipe.inputs.frames - recipe.inputs.held_out
    sets = {
        "train": Frames(suns, range(settings.fitted_frames), "fit baselines"),
        "validation": Frames(suns, [first_unseen], "judge baselines"),
    }
    native, matched = _lines(sets["train"], input_instrument, settings, grid)
    for kind, fitting in (("equated", equated), ("ridge", ridge)):
        options = getattr(settings, kind).model_dump()
        fitted = fitting.fit(sets, grid, settings.within_radius, options)
        card = {"kind": kind, "factor": grid.factor, "zero_point": 0.0}
        product.write(folder / kind, fitted, card)
    return {
        "raw": RawMethod(grid),
        "bicubic": BicubicMethod(grid, native.b),
        "matched": MatchedMethod(grid, matched),
        "equated": EquatedMethod(folder / "equated" / product.TENSORS, grid),
        "ridge": RidgeMethod(folder / "ridge" / product.TENSORS, grid),
    }


def _lines(
    frames: Frames, input_instrument: str, settings: Settings, grid: Grid
) -> tuple[Line, Line]:
    """The paper's regression at the target's sampling, and the one at matched resolution."""
    pairs = Pairs(grid, input_instrument, settings.within_radius)
    sums = {name: BinnedSums(settings.bin_width) for name in ("native", "matched")}
    for field, target in frames:
        for resolution, x, y in pairs(target, field, AU_METRES):
            if resolution in sums:
                sums[resolution].update(x, y)
    lines = []
    for resolution, weighting in (("native", "inverse"), ("matched", "uniform")):
        found = fit([sums[resolution]], weighting)
        if found.a is None or found.b is None or found.b <= 0:
            raise OneSunError(
                f"{resolution} regression: b = {found.b} found, expected a gain above 0"
            )
        lines.append(Line(found.a, found.b))
    return lines[0], lines[1]
