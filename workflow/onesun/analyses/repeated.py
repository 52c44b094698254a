"""The null test: a month's targets against themselves, read again and some time later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from astropy.time import Time

from onesun import instruments
from onesun.alignment.mapping import off_disk
from onesun.alignment.resample import resample
from onesun.analyses import product
from onesun.analyses.by_field import FieldSums
from onesun.analyses.degrade import on_grid
from onesun.analyses.draws import generator
from onesun.geometry.grid import Grid
from onesun.geometry.pointing import Pointing
from onesun.instruments import Instrument
from onesun.io.progress import track
from onesun.products.aligned import AlignedFrame
from onesun.products.selection import choose, within
from onesun.sample.carry import Observer, carry
from onesun.sample.forward import noise_level

ANALYSIS = "null test, repeated"
READING = "reading"


def measure_repeated(
    pair: str,
    month: str,
    manifest: Path,
    split: str | Path,
    analyses: Mapping[str, Any],
    grid: Grid,
    out: Path,
) -> None:
    """Compare targets with a second reading and with later ones; write the sums (NPZ).

    A second ``reading`` is simulated: the frame stands for the Sun, and two readings of it have a
    noise of their own each, as the target's record has it. A later target, ``lag 96`` for one of
    96 minutes, is turned back by differential rotation in one resampling; its field is not scaled
    by the change of mu.

    Parameters
    ----------
    pair, month : what is measured.
    manifest : of the month's aligned frames.
    split : table of months; frames outside the month's days there are left out.
    analyses : the configuration's section.
    grid : the common grid.

    Raises what :func:`onesun.products.selection.choose` raises.
    """
    settings = analyses["null_test"]
    chosen = choose(manifest, pair, month, split, settings["frames_per_month"])
    opened = chosen.month
    frames = within(opened, chosen.row)
    record = instruments.load(opened.target_instrument)
    sums = FieldSums(grid, analyses["tile"], settings)
    counts: dict[str, int] = {}
    for frame in track(chosen.frames, f"repeating {pair} {month}"):
        target = opened.target(frame)
        sums.update(
            READING, frame.stamp[:8], *_readings(target, frame, record, grid, settings["seed"])
        )
        for lag, later in partners(frame, frames, settings["lags"], record.cadence).items():
            back = turned_back(opened.target(later), frame, later, grid)
            sums.update(lag, frame.stamp[:8], target, back)
            counts[lag] = counts.get(lag, 0) + 1
    product.write_sums(
        out,
        ANALYSIS,
        chosen,
        arrays=sums.arrays(product.days_of(chosen.frames)),
        settings=sums.settings,
        labels={name: [str(count)] for name, count in counts.items()},
    )


def partners(
    frame: AlignedFrame, frames: Sequence[AlignedFrame], lags: Sequence[float], cadence: float
) -> dict[str, AlignedFrame]:
    """The frame that was observed a lag after another, within half a cadence, by ``lag 96``.

    Parameters
    ----------
    lags : minutes.
    cadence : of the target, s.
    """
    start = Time(frame.time, scale="tai")
    times = Time([each.time for each in frames], scale="tai")
    minutes = (times - start).to_value("min")
    found = {}
    for lag in lags:
        nearest = int(np.argmin(np.abs(minutes - lag)))
        if abs(minutes[nearest] - lag) <= cadence / 120:
            found[f"lag {lag:g}"] = frames[nearest]
    return found


@dataclass(frozen=True)
class _Later:
    """Where pixels of an earlier target lie in a later one; an alignment.resample.Mapping."""

    axis: np.ndarray
    earlier: Observer
    later: Observer
    seconds: float  # from the later to the earlier
    pointing: Pointing

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.axis), len(self.axis)

    step = 1.0

    def rows(self, rows: slice) -> tuple[np.ndarray, np.ndarray]:
        x, y = carry(
            self.axis[None, :], self.axis[rows, None], self.earlier, self.later, self.seconds
        )
        px, py = self.pointing.to_pixel(x, y)
        px[off_disk(self.axis, rows)] = np.nan
        return px, py


def turned_back(
    field: np.ndarray, earlier: AlignedFrame, later: AlignedFrame, grid: Grid
) -> np.ndarray:
    """A later target as it would have been seen when the earlier one was; (N, N) gauss."""
    times = Time([earlier.time, later.time], scale="tai")
    pointing = on_grid(grid, later)
    mapping = _Later(
        grid.axis("target"),
        Observer(earlier.b0, earlier.l0, earlier.dsun),
        Observer.of(pointing),
        float((times[0] - times[1]).to_value("s")),
        pointing,
    )
    return resample(field, pointing, mapping)


def _readings(
    target: np.ndarray, frame: AlignedFrame, record: Instrument, grid: Grid, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Two readings of the same Sun, each with a noise of its own; (N, N) gauss each."""
    rng = generator(seed, record.name, frame.stamp)
    noise = record.response.noise
    rsun = Observer(frame.b0, frame.l0, frame.dsun).rsun
    interval = min(noise.by_interval)
    sigma = noise_level(grid.radius("target"), rsun, noise, interval).astype(np.float32)
    return tuple(
        target + sigma * rng.standard_normal(target.shape, dtype=np.float32) for _ in range(2)
    )
