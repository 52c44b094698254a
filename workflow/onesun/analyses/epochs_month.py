"""A month of the analysis ``epochs``: a network's errors, as delivered, against what was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from onesun.analyses import product
from onesun.analyses.tiles import DailySums, bin_numbers
from onesun.conversion.flags import MEANINGS, Flag, Ranges, pixel_flags, range_flags
from onesun.errors import ConfigError
from onesun.geometry.grid import Grid
from onesun.geometry.upsample import repeat
from onesun.io.progress import track
from onesun.metrics.block_coverage import BlockCoverage, Judged
from onesun.metrics.tiled import Tiling
from onesun.products.aligned import AlignedFrame
from onesun.products.selection import choose
from onesun.training.error_scale import ErrorScale
from onesun.training.model import read_errors
from onesun.uncertainty.residuals import Judge

ANALYSIS = "epochs"
# What the mask says of a range that was not trained on; other bits are of the input itself.
OUT_OF_RANGE = (Flag.FIELD, Flag.SATURATED, Flag.RADIUS, Flag.NOISE, Flag.INSTRUMENT)
TRUSTED, DOUBTED = "in range", "out of range"
PIXEL_SUMS = ("pixels", "within_68", "within_95", "normalised", "misfit", "squares", "expected")


@dataclass(frozen=True)
class Delivered:
    """A frame's prediction with the uncertainty that is delivered with it; (N, N) each, gauss.

    Parameters
    ----------
    field, target : predicted and read; NaN where the target has no value.
    deviation : standard deviation of a reading around the prediction.
    half_68, half_95 : half-widths that are to hold 68.27 % and 95 % of the readings.
    """

    field: np.ndarray
    target: np.ndarray
    deviation: np.ndarray
    half_68: np.ndarray
    half_95: np.ndarray


def measure_judged(
    pair: str,
    method: str,
    month: str,
    manifest: Path,
    weights: Path,
    errors: Path,
    split: str | Path,
    settings: Mapping[str, Any],
    grid: Grid,
    out: Path,
) -> None:
    """Compare a month's readings with a network's errors; write the sums by tile of the disk.

    The target's noise is the one that errors are calibrated with, whatever it is in this month: so
    are errors delivered.

    Parameters
    ----------
    pair, method, month : what is judged.
    manifest : of the month's aligned frames.
    weights : of a network with an error, its card beside it.
    errors : what calibrates its error, by ``onesun errors``.
    split : table of months, in which the month's set is as the method uses it; frames outside the
        month's days there are left out.
    settings : the configuration's sections ``analyses`` and ``errors``.
    grid : the common grid.
    out : NPZ file to write; its manifest goes beside it.

    Raises ConfigError for a network without an error, settings that do not fit the grid, a file of
    another pair or month, and a month without a frame; DamagedProductError for errors of other
    weights.
    """
    section, tile = settings["analyses"][ANALYSIS], settings["analyses"]["tile"]
    bins, sizes = settings["errors"], section["block_sizes"]
    check_sizes(sizes, tile, grid)
    chosen = choose(manifest, pair, month, split, section["frames_per_month"])
    opened = chosen.month
    judge = Judge(weights, pair, grid)
    scale = read_errors(errors, weights, judge.network.model.digest)
    card = judge.network.model.card
    classes = Classes(grid, bins["field_edges"], bins["radius_edges"], Ranges.of_card(card))
    tiling = Tiling.of(grid, tile)
    tiles = tiling.numbers()
    blocks = BlockCoverage(sizes, bins["field_edges"])
    sums = DailySums()
    for frame in track(chosen.frames, f"errors of {method} on {pair}, {month}"):
        given = opened.input(frame)
        found = delivered(judge, scale, given, opened.target(frame))
        flags = classes.flags(given, frame, opened.input_instrument)
        pixels = _pixel_sums(found, classes, flags, tiles)
        sums.add("pixels", frame.stamp[:8], pixels)
        sums.add("blocks", frame.stamp[:8], _block_sums(frame.stamp, found, blocks, tile))
    product.write_sums(
        out,
        ANALYSIS,
        chosen,
        arrays=sums.all_of(product.days_of(chosen.frames)),
        settings={
            "tiling": asdict(tiling),
            "frames_per_month": section["frames_per_month"],
            "block_sizes": list(sizes),
            "field_edges": list(bins["field_edges"]),
            "radius_edges": list(bins["radius_edges"]),
            "fewest": bins["fewest"],
        },
        method=method,
        labels={"pixels": classes.names, **_months_of(card)},
    )


def _months_of(card: Mapping[str, Any]) -> dict[str, list[str]]:
    """The months that a network was trained and validated on, by set."""
    return {
        name: sorted(row["month"] for row in card["split"] if row["set"] == name)
        for name in ("train", "validation")
    }


def check_sizes(sizes: Sequence[int], tile: int, grid: Grid) -> None:
    """Raise ConfigError when blocks do not divide tiles, or tiles the target's frame."""
    if grid.target_size % tile:
        raise ConfigError(
            f"analyses.tile: found {tile}, expected a divisor of grid.target_size, "
            f"{grid.target_size}"
        )
    for size in sizes:
        if tile % size:
            raise ConfigError(
                f"analyses.epochs.block_sizes: found {size}, expected divisors of analyses.tile, "
                f"{tile}"
            )


class Classes:
    """What pixels are sorted by: predicted field, radius, and what the mask says of them.

    Parameters
    ----------
    grid : the common grid.
    field_edges : gauss, of the predicted \\|field\\|; the last bin is open.
    radius_edges : limb radii.
    ranges : that the network was trained on.

    Attributes
    ----------
    names : of all classes, such as "field 10 30"; a bin's edges follow what it is of.
    """

    def __init__(
        self,
        grid: Grid,
        field_edges: Sequence[float],
        radius_edges: Sequence[float],
        ranges: Ranges,
    ) -> None:
        self._grid, self._ranges = grid, ranges
        self._fields, self._radii = list(field_edges), list(radius_edges)
        self.radius = grid.radius("target")
        fields = [f"field {low:g} {high:g}" for low, high in pairwise((*self._fields, np.inf))]
        radii = [f"radius {low:g} {high:g}" for low, high in pairwise(self._radii)]
        masks = [TRUSTED, DOUBTED, *(MEANINGS[flag] for flag in OUT_OF_RANGE)]
        self.names = ["all", *fields, *radii, *(f"mask {mask}" for mask in masks)]

    def flags(self, given: np.ndarray, frame: AlignedFrame, instrument: str) -> np.ndarray:
        """The mask's bits of ``OUT_OF_RANGE`` in each target pixel; (N, N) uint8.

        Parameters
        ----------
        given : the frame's input, gauss.
        """
        radius = self._grid.radius("input")
        found = pixel_flags(given, radius, instrument, self._ranges)
        interval = np.nan if frame.interval is None else frame.interval
        found |= np.uint8(range_flags(frame.input_noise, interval, self._ranges))
        wanted = np.uint8(sum(OUT_OF_RANGE))
        return repeat(found & wanted, self._grid.factor)

    def numbers(
        self, field: np.ndarray, radius: np.ndarray, flags: np.ndarray
    ) -> Iterator[tuple[slice, np.ndarray]]:
        """Groups of classes: which they are of all, and which of the group each pixel is in or -1.

        Parameters
        ----------
        field, radius, flags : (m,) of the pixels: predicted, gauss; limb radii; from :meth:`flags`.
        """
        start = 0
        zeros = np.zeros(field.shape, dtype=np.intp)
        groups = [
            zeros,
            bin_numbers(np.abs(field), self._fields, open_end=True),
            bin_numbers(radius, self._radii, open_end=False),
            np.where(flags == 0, 0, 1),
            *(np.where(flags & np.uint8(flag), 0, -1) for flag in OUT_OF_RANGE),
        ]
        sizes = [1, len(self._fields), len(self._radii) - 1, 2, *(1 for _ in OUT_OF_RANGE)]
        for numbers, size in zip(groups, sizes, strict=True):
            yield slice(start, start + size), numbers
            start += size


def delivered(judge: Judge, scale: ErrorScale, given: np.ndarray, target: np.ndarray) -> Delivered:
    """What `onesun convert` would deliver of an input, beside its target."""
    field, error = judge.predicted(given)
    deviation = scale.deviation(error, field, judge.radius)
    half_widths = scale.half_68(deviation, field), scale.half_95(deviation, field)
    target = np.where(judge.on_disk, target, np.float32(np.nan))
    return Delivered(field, target, deviation, *half_widths)


def _pixel_sums(
    found: Delivered, classes: Classes, flags: np.ndarray, tiles: np.ndarray
) -> np.ndarray:
    """Sums by tile and class in the order of ``PIXEL_SUMS``; (tiles, classes, 7)."""
    known = np.isfinite(found.target)
    misfit = (found.target - found.field)[known].astype(np.float64)
    deviation = found.deviation[known].astype(np.float64)
    terms = (
        np.abs(misfit) <= found.half_68[known],
        np.abs(misfit) <= found.half_95[known],
        np.square(misfit / deviation),
        misfit,
        np.square(misfit),
        np.square(deviation),
    )
    number, count = tiles[known].astype(np.intp), int(tiles.max()) + 1
    sums = np.zeros((count, len(classes.names), len(PIXEL_SUMS)))
    groups = classes.numbers(found.field[known], classes.radius[known], flags[known])
    for chosen, numbers in groups:
        inside, size = numbers >= 0, chosen.stop - chosen.start
        place = number[inside] * size + numbers[inside]
        for column, term in enumerate((None, *terms)):
            weights = None if term is None else term[inside].astype(np.float64)
            counted = np.bincount(place, weights, minlength=count * size)
            sums[:, chosen, column] = counted.reshape(count, size)
    return sums


def _block_sums(stamp: str, found: Delivered, blocks: BlockCoverage, tile: int) -> np.ndarray:
    """Sums of blocks as of pixels, by tile, size and bin of the field; (tiles, sizes, bins, 7)."""
    side = found.field.shape[0] // tile
    kept = []
    for row, column in np.ndindex(side, side):
        part = slice(row * tile, (row + 1) * tile), slice(column * tile, (column + 1) * tile)
        planes = (each[part] for each in (found.field, found.target, found.deviation))
        adds = blocks.of(Judged(stamp, *planes))
        # In the order of PIXEL_SUMS: how many, how many within, and the sums.
        kept.append(np.concatenate([adds.counts["blocks"], adds.sums["sums"][..., 1:]], axis=-1))
    return np.stack(kept)
