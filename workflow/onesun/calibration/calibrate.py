"""The stage ``calibrate``: regress a pair's inputs on its targets over the training months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from onesun.calibration.bins import WEIGHTINGS, BinnedSums, Fit, fit
from onesun.calibration.blocks import Blocks, Key
from onesun.calibration.frames import Frames, by_block, training_frames
from onesun.calibration.pairs import RESOLUTIONS, Pairs
from onesun.calibration.settings import Calibration
from onesun.errors import OneSunError
from onesun.geometry.grid import Grid
from onesun.io.files import write_json

Fits = dict[str, dict[str, Fit]]


def calibrate(
    pair: str,
    input_instrument: str,
    manifests: Sequence[Path],
    split: str | Path,
    settings: Calibration,
    grid: Grid,
    out: Path,
) -> None:
    """Fit input = a + b * target at every resolution and weighting; write them as JSON.

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
    split, OneSunError when the gain that the baseline asks for is not positive.
    """
    frames = training_frames(pair, input_instrument, manifests, split)
    blocks = Blocks([frame.time for _, frame in frames], settings.blocks)
    pairs = Pairs(grid, input_instrument, settings.within_radius)
    fits, count = fit_frames(frames, pairs, blocks, settings.bin_width)
    chosen = fits[settings.resolution][settings.weighting]
    if chosen.b is None or chosen.b <= 0:
        raise OneSunError(
            f"{pair}: the {settings.resolution} {settings.weighting} regression over "
            f"{len(frames)} frames gives b = {chosen.b}, expected a gain above 0"
        )
    content = {
        "product": "calibration",
        "pair": pair,
        "input": input_instrument,
        "months": sorted({month.month for month, _ in frames}),
        "frames": len(frames),
        "simulated": any(frame.simulated for _, frame in frames),
        "baseline": {
            "b": chosen.b,
            "resolution": settings.resolution,
            "weighting": settings.weighting,
        },
        "fits": {
            resolution: {name: asdict(entry) for name, entry in by_weighting.items()}
            for resolution, by_weighting in fits.items()
        },
        "jackknife": blocks.described(count),
        "bin_width": settings.bin_width,
        "within_radius": settings.within_radius,
    }
    write_json(out, content)


def fit_frames(frames: Frames, pairs: Pairs, blocks: Blocks, bin_width: float) -> tuple[Fits, int]:
    """Fits by resolution and weighting, in one pass over the frames; and how many blocks."""
    sums: dict[str, dict[Key, BinnedSums]] = {resolution: {} for resolution in RESOLUTIONS}
    for resolution, key, x, y in by_block(frames, pairs, blocks):
        sums[resolution].setdefault(key, BinnedSums(bin_width)).update(x, y)
    fits: Fits = {
        resolution: {weighting: fit(list(groups.values()), weighting) for weighting in WEIGHTINGS}
        for resolution, groups in sums.items()
    }
    return fits, max(len(groups) for groups in sums.values())
