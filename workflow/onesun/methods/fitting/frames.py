"""The frames that a method is fitted to and judged by, less the input's zero point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from onesun.io.files import sha256
from onesun.io.progress import track
from onesun.products.aligned import AlignedFrame, AlignedMonth
from onesun.products.selection import evenly, of_sets

SETS = ("train", "validation")
Chosen = Sequence[tuple[AlignedMonth, AlignedFrame]]


@dataclass(frozen=True)
class FrameSet:
    """Frames of one set of the split.

    Parameters
    ----------
    name : train, validation or test.
    frames : each with the month it is of.
    zero_point : the input where the target is 0, gauss.
    """

    name: str
    frames: Chosen
    zero_point: float

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Input less the zero point and target of each frame; gauss, NaN where there is none."""
        for month, frame in track(self.frames, f"{self.name} frames"):
            yield month.input(frame) - np.float32(self.zero_point), month.target(frame)

    @property
    def simulated(self) -> bool:
        return any(frame.simulated for _, frame in self.frames)

    def described(self, manifests: Mapping[str, Path]) -> dict[str, object]:
        """For the card: how many frames of which months; ``manifests`` are by month."""
        months = sorted({month.month for month, _ in self.frames})
        return {
            "frames": len(self.frames),
            "manifests_sha256": {month: sha256(manifests[month]) for month in months},
        }


def choose(
    pair: str,
    manifests: Sequence[Path],
    split: str | Path,
    zero_point: float,
    most: int | None,
    sets: Sequence[str] = SETS,
) -> dict[str, FrameSet]:
    """The frames of each of the sets that a method is fitted to.

    Parameters
    ----------
    pair : pair of the aligned frames.
    manifests : manifests of aligned months, all of them of ``sets``.
    split : table of months.
    zero_point : the input where the target is 0, gauss.
    most : frames of a month, evenly spread over it; None takes all.
    sets : of the split.

    Raises ConfigError for a month of another set, and for a set without frames.
    """
    found = of_sets(pair, manifests, split, *sets)
    return {
        name: FrameSet(name, spread(frames, most), zero_point) for name, frames in found.items()
    }


def spread(frames: Chosen, most: int | None) -> Chosen:
    """At most ``most`` frames of each month, evenly spread over those there are."""
    kept: list[tuple[AlignedMonth, AlignedFrame]] = []
    for _, group in groupby(frames, key=lambda entry: entry[0].month):
        kept += evenly(list(group), most)
    return kept
