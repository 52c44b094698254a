"""The patches of one set of the split, over all its months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun.errors import ConfigError, DamagedProductError
from onesun.geometry.upsample import repeat
from onesun.io.files import sha256
from onesun.products.selection import evenly
from onesun.products.split import SplitRow
from onesun.store.patches import cut, join
from onesun.store.read import PatchMonth
from onesun.training.held_out import held_out
from onesun.training.settings import HeldOutTiles


@dataclass(frozen=True)
class Frame:
    """The patches of one frame that are trained on, as the store keeps them.

    Attributes
    ----------
    month : where the frame comes from.
    input, target : (patches, p, p) and (patches, factor * p, factor * p) int32 steps.
    """

    month: PatchMonth
    input: np.ndarray
    target: np.ndarray


class PatchSet:
    """Which patches of which frames belong to a set.

    Attributes
    ----------
    frames : number of frames.
    patches : (n,) int, numbers in the store of the patches used; the same in every frame.
    location : (n, p, p) float32, r/R of the input's pixels, 0 off the disk.
    factor : target pixels per input pixel along one axis.
    months : month to the SHA-256 of the manifest it was read by.
    simulated : whether any month is made of simulated frames.
    instruments : of the input and of the target, as the stores name them.
    grid : the common grid.
    """

    def __init__(
        self,
        manifests: Sequence[Path],
        rows: Sequence[SplitRow],
        min_on_disk: float,
        *,
        held_out_tiles: HeldOutTiles | None = None,
        frames_per_month: int | None = None,
    ) -> None:
        """Open the months of ``rows``, which are the rows of one set of one pair.

        Parameters
        ----------
        manifests : manifests of patch stores; those of other months are left alone.
        rows : which months, and from when to when in each.
        min_on_disk : share of a patch's target pixels that must lie on the disk.
        held_out_tiles : tiles that are left out, see :mod:`onesun.training.held_out`.
        frames_per_month : at most so many of each month, evenly spread; None takes all.

        Raises ConfigError when a month has no manifest, no frame or no patch is left, and
        DamagedProductError when a store is damaged or on another grid than the first.
        """
        self._frames: list[tuple[PatchMonth, int]] = []
        self.months: dict[str, str] = {}
        self.simulated = False
        by_month = {(row.pair, row.month): row for row in rows}
        first: PatchMonth | None = None
        for manifest in manifests:
            month = PatchMonth(manifest)
            row = by_month.pop((month.pair, month.month), None)
            if row is None:
                continue
            first = first or month
            _same_grid(first, month, manifest)
            numbers = [i for i in range(len(month)) if row.holds(_day(month, i))]
            self._frames += [(month, i) for i in evenly(numbers, frames_per_month)]
            self.months[month.month] = sha256(manifest)
            self.simulated |= month.simulated
        for row in by_month.values():
            raise ConfigError(f"--patches: no store of {row.pair} {row.month} ({row.set}) given")
        if first is None or not self._frames:
            raise ConfigError("--patches: no frame of the set found, expected at least one")
        self.grid, self.instruments = first.grid, first.instruments
        self._held_out = held_out(held_out_tiles, self.grid.input_size, self.grid.patch)
        of_patches = cut(self._held_out, self.grid.patch).any(axis=(1, 2))
        self.patches = np.flatnonzero((first.on_disk >= min_on_disk) & ~of_patches)
        if not self.patches.size:
            raise ConfigError(
                f"training.min_on_disk: no patch has a share of {min_on_disk} on the disk, "
                f"the largest share is {first.on_disk.max():g}"
            )
        location = first.location[self.patches]
        self.location = np.where(location < 1, location, 0).astype(np.float32)
        self.factor = first.target.shape[-1] // first.input.shape[-1]

    @property
    def frames(self) -> int:
        return len(self._frames)

    @property
    def month_of_frame(self) -> list[str]:
        """The month of each frame, YYYY-MM."""
        return [month.month for month, _ in self._frames]

    def records(self) -> list[dict[str, Any]]:
        """What the stores record of each frame beside its pixels."""
        return [month.records[index] for month, index in self._frames]

    def whole_location(self) -> np.ndarray:
        """r/R of the input's pixels, 0 off the disk; (n, n) float32."""
        location = join(self._frames[0][0].location)
        return np.where(location < 1, location, 0).astype(np.float32)

    def whole(self, frame: int) -> tuple[np.ndarray, np.ndarray]:
        """A frame's input and target as they were before they were cut into patches.

        Returns (n, n) and (factor * n, factor * n) float32, gauss, NaN where there is no value,
        and where the target's tile is held out. Raises DamagedProductError as :meth:`load` does.
        """
        month, index = self._frames[frame]
        given = month.input.gauss(join(month.input.frame(index)))
        target = month.target.gauss(join(month.target.frame(index)))
        target[repeat(self._held_out, self.factor)] = np.nan
        return given, target

    def strongest(self) -> float:
        """The strongest field of all inputs, gauss."""
        return max(
            float(np.nanmax(np.abs(month.input.gauss(month.input.frame(index)))))
            for month, index in self._frames
        )

    def __len__(self) -> int:
        """Patches in all frames together."""
        return self.frames * self.patches.size

    def load(self, frame: int) -> Frame:
        """Read one frame's patches.

        Raises DamagedProductError naming a file of the store that is damaged.
        """
        month, index = self._frames[frame]
        return Frame(
            month,
            month.input.frame(index)[self.patches],
            month.target.frame(index)[self.patches],
        )


def _day(month: PatchMonth, index: int) -> str:
    """Day of a frame's T_REC, YYYY-MM-DD: months are those of the stamp, not of T_OBS."""
    stamp = month.stamps[index]
    return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"


def _same_grid(first: PatchMonth, month: PatchMonth, manifest: Path) -> None:
    shapes = [each.input.shape[1:] + each.target.shape[1:] for each in (first, month)]
    if shapes[0] != shapes[1] or not np.array_equal(first.location, month.location):
        raise DamagedProductError(
            f"{manifest}: patches on another grid than those of {first.month}, expected one grid"
        )
