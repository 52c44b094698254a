"""The stage ``line``: the line of the method ``matched``, where instruments are equally sharp."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any, get_args

from onesun.calibration.bins import WEIGHTINGS, Fit
from onesun.calibration.blocks import Blocks, Key
from onesun.calibration.cells import CellSums
from onesun.calibration.estimators import PAPER, Bins, Estimator, Reading, Regression
from onesun.calibration.frames import by_block, training_frames
from onesun.calibration.pairs import Pairs
from onesun.calibration.product import LINE
from onesun.calibration.settings import Calibration
from onesun.errors import OneSunError
from onesun.geometry.grid import Grid
from onesun.io.files import write_json


def fit_line(
    pair: str,
    input_instrument: str,
    manifests: Sequence[Path],
    split: str | Path,
    settings: Calibration,
    grid: Grid,
    out: Path,
) -> None:
    """Fit input = a + b * target by the reading asked for, and by every other; write them as JSON.

    Parameters
    ----------
    pair : pair of the aligned frames.
    input_instrument : name of the input's record.
    manifests : manifests of aligned months, all of them training months of ``split``.
    split : table of months.
    settings : the configuration's section ``calibration``.
    grid : the common grid.
    out : JSON file to write.

    Raises ConfigError for a month that does not train or when none of the frames lies within the
    split, OneSunError when the gain is not positive.
    """
    section = settings.line
    resolution = section.resolution
    frames = training_frames(pair, input_instrument, manifests, split)
    blocks = Blocks([frame.time for _, frame in frames], settings.blocks)
    pairs = Pairs(grid, input_instrument, settings.within_radius, [resolution])
    sums: dict[Key, CellSums] = {}
    for _, key, x, y in by_block(frames, pairs, blocks):
        sums.setdefault(key, CellSums(settings.bin_width)).update(x, y)
    if not sums:
        raise OneSunError(f"{pair}: no pixel of {len(frames)} frames has a value in both fields")
    regression = Regression(list(sums.values()), pairs.noise(resolution, section.target_noise))
    reading = Reading.from_settings(section)
    line = regression.estimate(reading)
    if line.b is None or line.b <= 0:
        raise OneSunError(
            f"{pair}: the {resolution} regression by {section.estimator} over {len(frames)} "
            f"frames gives b = {line.b}, expected a gain above 0"
        )
    content = {
        "product": LINE,
        "pair": pair,
        "input": input_instrument,
        "months": sorted({month.month for month, _ in frames}),
        "frames": len(frames),
        "simulated": any(frame.simulated for _, frame in frames),
        "resolution": resolution,
        "line": _described(reading, line),
        "noise": asdict(regression.noise),
        "readings": [
            _described(each, regression.estimate(each)) for each in _readings(reading.fewest)
        ],
        "jackknife": blocks.described(len(regression)),
        "bin_width": settings.bin_width,
        "within_radius": settings.within_radius,
    }
    write_json(out, content)


def _readings(fewest: int) -> Iterator[Reading]:
    """The paper's, and every other with bins that hold at least ``fewest`` pixels."""
    yield PAPER
    for estimator, weighting in product(get_args(Estimator), WEIGHTINGS):
        for bins in get_args(Bins):
            yield Reading(estimator, weighting, bins, fewest)


def _described(reading: Reading, estimate: Fit) -> dict[str, Any]:
    return asdict(reading) | asdict(estimate)
