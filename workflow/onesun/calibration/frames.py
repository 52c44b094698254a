"""The training frames of a pair, and what they hold block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from onesun.calibration.blocks import Blocks, Key
from onesun.calibration.pairs import Pairs
from onesun.errors import ConfigError
from onesun.io.progress import track
from onesun.products.aligned import AlignedFrame, AlignedMonth
from onesun.products.selection import of_sets

Frames = Sequence[tuple[AlignedMonth, AlignedFrame]]


def training_frames(
    pair: str, input_instrument: str, manifests: Sequence[Path], split: str | Path
) -> Frames:
    """The frames of aligned training months that lie within the split, in order of time.

    Raises ConfigError for a month that does not train or holds frames of another input, and when
    no frame lies within the split.
    """
    frames = of_sets(pair, manifests, split, "train")["train"]
    for month in {month.month: month for month, _ in frames}.values():
        if month.input_instrument != input_instrument:
            raise ConfigError(
                f"--input-instrument: {input_instrument} found, expected "
                f"{month.input_instrument}, whose frames {pair} {month.month} holds"
            )
    return frames


def by_block(
    frames: Frames, pairs: Pairs, blocks: Blocks
) -> Iterator[tuple[str, Key, np.ndarray, np.ndarray]]:
    """Yield resolution, block, target values and input values of every frame that have any."""
    for number, (month, frame) in enumerate(track(frames, "calibrating")):
        given = month.target(frame), month.input(frame), frame.input_dsun
        for resolution, x, y, use in pairs.fields(*given):
            for key, where in blocks.parts(number, x.shape, pairs.scale(resolution)):
                inside = use[where]
                if inside.any():
                    yield resolution, key, x[where][inside], y[where][inside]
