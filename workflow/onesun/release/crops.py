"""Batches of crops: drawn evenly over the disks, and more often where the field is strong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from onesun.geometry.grid import Grid
from onesun.release.realisations import Sun
from onesun.release.recipe import Recipe
from onesun.release.suns import REGIONS
from onesun.release.tiles import training_mask


@dataclass(frozen=True)
class Batch:
    """Crops with what a network shall answer to them.

    Parameters
    ----------
    given : (b, 2, c, c) float32; field over the field scale, 0 where missing, and r / R, 0 off the
        disk.
    target : (b, 1, f c, f c) float32, gauss, 0 where unknown.
    judged : (b, 1, f c, f c) bool, the pixels that count.
    """

    given: torch.Tensor
    target: torch.Tensor
    judged: torch.Tensor


class Crops:
    """Draws batches; the same seed and step give the same batch.

    Parameters
    ----------
    suns : what to draw from; frames that are held out and tiles that are held out never count.
    """

    def __init__(self, suns: Sequence[Sun], recipe: Recipe, grid: Grid) -> None:
        self._suns, self._recipe, self._grid = suns, recipe, grid
        self._frames = recipe.inputs.frames - recipe.inputs.held_out
        radius = grid.radius("input")
        self._location = np.where(radius < 1, radius, 0).astype(np.float32)
        trains = training_mask(recipe.held_out_tiles, grid)
        self._wide = np.repeat(np.repeat(trains, grid.factor, axis=0), grid.factor, axis=1)
        self._disks = [i for i, sun in enumerate(suns) if sun.name != REGIONS]
        self._regions = [i for i, sun in enumerate(suns) if sun.name == REGIONS]
        self._even = [_heaped(trains & _any_judged(sun, grid)) for sun in suns]
        self._strong = [
            _heaped(_strength(sun, grid) * (trains & _any_judged(sun, grid))) for sun in suns
        ]

    def batch(self, seed: int, step: int) -> Batch:
        """The batch of a step, on the CPU."""
        rng = np.random.default_rng([seed, step])
        crops = [self._crop(rng) for _ in range(self._recipe.training.batch)]
        given, target, judged = (
            torch.from_numpy(np.stack(part)) for part in zip(*crops, strict=True)
        )
        return Batch(given.to(memory_format=torch.channels_last), target, judged)

    def _crop(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        settings, size = self._recipe.training, self._recipe.training.crop
        which, cell = self._place(rng)
        sun, side = self._suns[which], self._grid.input_size
        row, column = (min(max(at - size // 2, 0), side - size) for at in divmod(cell, side))
        near = slice(row, row + size), slice(column, column + size)
        factor = self._grid.factor
        far = tuple(slice(factor * part.start, factor * part.stop) for part in near)
        field = np.nan_to_num(sun.inputs[(int(rng.integers(self._frames)), *near)])
        sign = np.float32(rng.choice([-1.0, 1.0]))
        given = np.stack(
            [field * (sign / np.float32(self._recipe.field_scale)), self._location[near]]
        )
        target = np.nan_to_num(sun.target[far])[None] * sign
        judged = (sun.judged[far] & self._wide[far])[None]
        cut = settings.margin * factor
        judged[:, :cut] = judged[:, -cut:] = judged[:, :, :cut] = judged[:, :, -cut:] = False
        turned = _turn(rng)
        return turned(given), turned(target), turned(judged)

    def _place(self, rng: np.random.Generator) -> tuple[int, int]:
        """Number of a Sun, and a pixel of the input grid in the middle of the crop."""
        settings = self._recipe.training
        among = self._disks
        if self._regions and rng.random() < settings.regions:
            among = self._regions
        if rng.random() < settings.strong:
            totals = np.array([self._strong[i][-1] for i in among])
            which = among[int(rng.choice(len(among), p=totals / totals.sum()))]
            heap = self._strong[which]
        else:
            which = among[int(rng.integers(len(among)))]
            heap = self._even[which]
        return which, int(np.searchsorted(heap, rng.random() * heap[-1], side="right"))


def _heaped(weight: np.ndarray) -> np.ndarray:
    return np.cumsum(weight.ravel(), dtype=np.float64)


def _any_judged(sun: Sun, grid: Grid) -> np.ndarray:
    n, factor = grid.input_size, grid.factor
    return sun.judged.reshape(n, factor, n, factor).any(axis=(1, 3))


def _strength(sun: Sun, grid: Grid) -> np.ndarray:
    """Mean of the target's squared field over some pixels around each input pixel, as a root."""
    n, factor = grid.input_size, grid.factor
    squares = np.square(np.nan_to_num(sun.target)).reshape(n, factor, n, factor).mean(axis=(1, 3))
    return np.sqrt(np.maximum(cv2.blur(squares, (15, 15)), 0))


def _turn(rng: np.random.Generator):
    """One of the eight symmetries of the square."""
    transpose, up, left = rng.integers(2, size=3)

    def turned(field: np.ndarray) -> np.ndarray:
        field = field.swapaxes(-1, -2) if transpose else field
        field = field[..., ::-1, :] if up else field
        field = field[..., ::-1] if left else field
        return np.ascontiguousarray(field)

    return turned
