"""The stage ``calibrate``: regress a pair's inputs on its targets over the training months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from onesun import instruments
from onesun.aligned import AlignedFrame, AlignedMonth
from onesun.calibration.bins import WEIGHTINGS, BinnedSums, Fit, fit
from onesun.errors import ConfigError, OneSunError
from onesun.files import write_json
from onesun.geometry import psf
from onesun.geometry.grid import Grid
from onesun.geometry.upsample import bicubic, fill_nearest
from onesun.progress import track
from onesun.selection import of_sets

RESOLUTIONS = ("native", "block", "matched")
_MOST_GROUPS = 100  # of frames, for the jackknife; bounds the memory of a long training set

Fits = dict[str, dict[str, Fit]]


class Pairs:
    """Values of target and input at each resolution, one frame after the other.

    Parameters
    ----------
    grid : the common grid.
    input_instrument : record of the input, whose optics ``matched`` imitates.
    within_radius : pixels farther from the disk centre are left out; limb radii.
    """

    def __init__(self, grid: Grid, input_instrument: str, within_radius: float) -> None:
        self._grid = grid
        self._record = instruments.load(input_instrument)
        limit = min(within_radius, float(np.nextafter(1.0, 0.0)))
        self._inside = {
            "native": grid.radius("target") <= np.float64(limit),
            "block": grid.radius("input") <= np.float64(limit),
        }
        self._inside["matched"] = self._inside["block"]

    def __call__(
        self, target: np.ndarray, field: np.ndarray, input_dsun: float
    ) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
        """Yield resolution, target values and input values, where both have one.

        Parameters
        ----------
        target : (N, N) gauss, NaN where there is no value.
        field : (n, n) the input's field, gauss, NaN where there is no value.
        input_dsun : distance of the input's observer, m.
        """
        factor = self._grid.factor
        upsampled = bicubic(fill_nearest(field), factor)
        gaps = np.isnan(field) & (self._grid.radius("input") < 1)
        if gaps.any():
            upsampled[np.repeat(np.repeat(gaps, factor, axis=0), factor, axis=1)] = np.nan
        yield "native", *self._both("native", target, upsampled)
        block = psf.block_mean(target, factor)
        yield "block", *self._both("block", block, field)
        matched = psf.matched(
            target,
            self._grid,
            fwhm=self._record.optics.fwhm,
            pixel=self._record.detector.plate_scale,
            dsun=input_dsun,
        )
        matched[np.isnan(block)] = np.nan  # zeros have been blurred into these
        yield "matched", *self._both("matched", matched, field)

    def _both(
        self, resolution: str, target: np.ndarray, field: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        use = self._inside[resolution] & np.isfinite(target) & np.isfinite(field)
        return target[use], field[use]


def calibrate(
    pair: str,
    input_instrument: str,
    manifests: Sequence[Path],
    split: str | Path,
    settings: Mapping[str, Any],
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
    frames = of_sets(pair, manifests, split, "train")["train"]
    for month in {month.month: month for month, _ in frames}.values():
        if month.input_instrument != input_instrument:
            raise ConfigError(
                f"--input-instrument: {input_instrument} found, expected "
                f"{month.input_instrument}, whose frames {pair} {month.month} holds"
            )
    fits = fit_frames(frames, Pairs(grid, input_instrument, settings["within_radius"]), settings)
    chosen = fits[settings["resolution"]][settings["weighting"]]
    if chosen.b is None or chosen.b <= 0:
        raise OneSunError(
            f"{pair}: the {settings['resolution']} {settings['weighting']} regression over "
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
            "resolution": settings["resolution"],
            "weighting": settings["weighting"],
        },
        "fits": {
            resolution: {name: asdict(entry) for name, entry in by_weighting.items()}
            for resolution, by_weighting in fits.items()
        },
        "errors": f"jackknife over {_groups(len(frames))} groups of frames",
        "bin_width": settings["bin_width"],
        "within_radius": settings["within_radius"],
    }
    write_json(out, content)


def fit_frames(
    frames: Sequence[tuple[AlignedMonth, AlignedFrame]], pairs: Pairs, settings: Mapping[str, Any]
) -> Fits:
    """Fits by resolution and weighting, in one pass over the frames."""
    count = _groups(len(frames))
    sums = {
        resolution: [BinnedSums(settings["bin_width"]) for _ in range(count)]
        for resolution in RESOLUTIONS
    }
    for number, (month, frame) in enumerate(track(frames, "calibrating")):
        group = number * count // len(frames)
        for resolution, x, y in pairs(month.target(frame), month.input(frame), frame.input_dsun):
            sums[resolution][group].update(x, y)
    return {
        resolution: {weighting: fit(groups, weighting) for weighting in WEIGHTINGS}
        for resolution, groups in sums.items()
    }


def _groups(frames: int) -> int:
    return min(frames, _MOST_GROUPS)
