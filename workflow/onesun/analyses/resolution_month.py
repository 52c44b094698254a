"""A month of the analysis ``resolution``: spectra and small elements of a method's predictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from onesun import instruments
from onesun.analyses import product
from onesun.analyses.tiles import DailySums
from onesun.errors import ConfigError, OneSunError
from onesun.geometry.grid import Grid
from onesun.instruments import Instrument
from onesun.io.progress import track
from onesun.metrics.comparison import Comparison, Disk
from onesun.metrics.elements import ElementStatistic
from onesun.metrics.spectra import Spectrum, SpectrumStatistic, wiener_filtered
from onesun.metrics.tiled import Tiling
from onesun.products import predictions as predicted
from onesun.products.aligned import AlignedFrame, AlignedMonth
from onesun.products.predictions import PredictedMonth
from onesun.products.selection import choose

ANALYSIS = "resolution"
WIENER = "wiener"  # in the names of arrays, and what tables call it


def measure_resolved(
    pair: str,
    method: str,
    month: str,
    manifest: Path,
    predictions: Path,
    split: str | Path,
    settings: Mapping[str, Any],
    grid: Grid,
    out: Path,
) -> None:
    """Measure spectra and small elements of a month's frames; write their sums by tile.

    Of the method ``resolution.wiener`` the same is measured behind the Wiener filter that the
    month's own spectra give: the best that any filter can do which treats all frames, places and
    directions alike.

    Parameters
    ----------
    pair, method, month : what is measured.
    manifest : of the month's aligned frames.
    predictions : manifest of the method's predictions of them.
    split : table of months; frames outside the month's days there are left out.
    settings : the configuration's section ``analyses``.
    grid : the common grid.
    out : NPZ file to write; its manifest goes beside it.

    Raises ConfigError when settings do not fit the grid, a file is of another pair, method or month
    or no frame lies within the split; DamagedProductError when a prediction is missing.
    """
    section = settings[ANALYSIS]
    check_sides(section["window"], settings["tile"], grid)
    chosen = choose(manifest, pair, month, split, section["frames_per_month"])
    aligned, frames = chosen.month, chosen.frames
    guesses = predicted.open_month(predictions, pair, method, month)
    record = instruments.load(aligned.input_instrument)
    sizes = small(record, grid, section["smallest"])
    disk = Disk(grid, section["within_radius"])

    spectra = SpectrumStatistic(grid, section["window"], settings["tile"])
    elements = ElementStatistic(section["thresholds"], section["shares"], sizes, settings["tile"])
    sums = DailySums()

    def add(comparison: Comparison, prefix: str) -> None:
        for statistic in (spectra, elements):
            found = statistic.of(comparison).sums["sums"]
            sums.add(f"{prefix}{statistic.name}", comparison.stamp[:8], found)

    for comparison in _compared(disk, aligned, guesses, frames, ""):
        add(comparison, "")
    days = product.days_of(frames)
    if method == section[WIENER]:
        spectrum = Spectrum.of_sums(sums.of(spectra.name, days).sum(axis=(0, 1)))
        for comparison in _compared(disk, aligned, guesses, frames, " behind a Wiener filter"):
            best = wiener_filtered(comparison.prediction, spectrum, section["window"])
            add(_with_prediction(comparison, best), f"{WIENER}_")
    product.write_sums(
        out,
        ANALYSIS,
        chosen,
        arrays=sums.all_of(days),
        settings={
            "tiling": asdict(Tiling.of(grid, settings["tile"])),
            **{key: value for key, value in section.items() if key != "methods"},
            "sizes": list(sizes),
            "frequencies": spectra.frequencies.tolist(),
            "nyquist": 1 / (2 * record.detector.plate_scale),
            "fwhm": record.optics.fwhm,
            "target_scale": grid.target_scale,
        },
        method=method,
    )


def check_sides(window: int, tile: int, grid: Grid) -> None:
    """Raise ConfigError when windows or tiles do not divide the target's frame."""
    if window % 2 or grid.target_size % (window // 2):
        raise ConfigError(
            f"analyses.resolution.window: found {window}, expected an even number whose half "
            f"divides grid.target_size, {grid.target_size}"
        )
    if grid.target_size % tile:
        raise ConfigError(
            f"analyses.tile: found {tile}, expected a divisor of grid.target_size, "
            f"{grid.target_size}"
        )


def small(record: Instrument, grid: Grid, smallest: int) -> tuple[int, float]:
    """Least and largest number of target pixels of an element that the input does not resolve.

    It is no larger than the input's pixel or the disk whose diameter is the width of the input's
    point spread function, whichever is larger, as from 1 AU.
    """
    pixel = record.detector.plate_scale**2
    optics = np.pi / 4 * record.optics.fwhm**2
    return smallest, round(float(max(pixel, optics) / grid.target_scale**2), 3)


def _compared(
    disk: Disk,
    aligned: AlignedMonth,
    guesses: PredictedMonth,
    frames: Sequence[AlignedFrame],
    how: str,
) -> Iterator[Comparison]:
    what = f"resolution of {aligned.pair} {guesses.method} {aligned.month}{how}"
    for frame in track(frames, what):
        target, prediction = aligned.target(frame), guesses.prediction(frame.stamp)
        try:
            yield Comparison(disk, frame.stamp, target, prediction, frame.dsun)
        except OneSunError as error:
            name = f"{aligned.pair} {guesses.method} {frame.stamp}"
            raise type(error)(f"{name}: {error}") from None


def _with_prediction(comparison: Comparison, prediction: np.ndarray) -> Comparison:
    """The same frame with another prediction."""
    target = np.where(comparison.valid, comparison.target, np.float32(np.nan))
    return Comparison(comparison.disk, comparison.stamp, target, prediction, comparison.dsun)
