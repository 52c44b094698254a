"""The frame that figures of disks show, and a region of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from onesun import instruments
from onesun.errors import ConfigError
from onesun.geometry.grid import Grid
from onesun.geometry.strongest import WITHIN, strongest_window
from onesun.geometry.window import Window
from onesun.products import aligned, predictions
from onesun.products.aligned import AlignedFrame, AlignedMonth
from onesun.products.predictions import PredictedMonth


def choose_region(
    target: np.ndarray, grid: Grid, place: Sequence[float] | None, key: str
) -> Window:
    """The square of one patch that is shown.

    Parameters
    ----------
    target : (N, N) gauss, NaN where there is no value.
    place : its middle (arcsec west and north), to the next input pixel; None is the strongest
        patch.
    key : where that is configured, such as "fig2.inset".

    Raises ConfigError naming ``key`` when it does not lie on the grid, or no patch within 0.9 R.
    """
    square = (grid.patch, grid.patch)
    if place is None:
        strongest = strongest_window(target, grid, square, step=grid.patch)
        if strongest is None:
            raise ConfigError(
                f"figures.{key}: found null, expected a place: no patch lies within {WITHIN} R"
            )
        return strongest
    try:
        return Window.centred(grid, place, square)
    except ConfigError:
        half = (grid.input_size - grid.patch) / 2 * grid.input_scale
        raise ConfigError(
            f"figures.{key}: found {list(place)}, expected both within {half:.0f} arcsec, so that "
            "a patch around it lies on the grid"
        ) from None


@dataclass(frozen=True)
class PairFrame:
    """One frame of one pair with what methods made of it; fields are read when asked for."""

    month: AlignedMonth
    frame: AlignedFrame
    predicted: Mapping[str, PredictedMonth]

    @property
    def input_name(self) -> str:
        """The input instrument's short name, such as MDI."""
        return instruments.load(self.month.input_instrument).title.split("/")[-1]

    @property
    def target_name(self) -> str:
        """The target instrument's short name, such as HMI."""
        header = aligned.read_header(self.month.folder / self.frame.target_file)
        return str(header.get("TELESCOP", "target")).split("/")[-1]

    def input(self) -> np.ndarray:
        """(n, n) gauss, NaN off the disk."""
        return self.month.input(self.frame)

    def target(self) -> np.ndarray:
        """(N, N) gauss, NaN off the disk."""
        return self.month.target(self.frame)

    def prediction(self, method: str) -> np.ndarray:
        """(N, N) gauss, NaN off the disk."""
        return self.predicted[method].prediction(self.frame.stamp)


def read_frames(
    manifests: Sequence[Path],
    predicted: Sequence[Path],
    methods: Sequence[str],
    stamp: str | None,
    figure: str,
) -> list[PairFrame]:
    """The same frame of every pair.

    Parameters
    ----------
    manifests : of a month's aligned frames, one a pair; their order is kept.
    predicted : manifests of predictions of these months.
    methods : what is needed for each pair.
    stamp : of the frame; None is the last that all pairs have.
    figure : "fig2", for the sentences.

    Raises ConfigError when predictions are missing or the frame is not there.
    """
    months = [aligned.read_month(manifest) for manifest in manifests]
    found = [predictions.read_month(manifest) for manifest in predicted]
    by_key = {(month.pair, month.method, month.month): month for month in found}
    for month in months:
        for method in methods:
            if (month.pair, method, month.month) not in by_key:
                raise ConfigError(
                    f"figures.{figure}: no predictions of {month.pair} by {method} in "
                    f"{month.month}, expected them for every pair and method"
                )
    chosen = _stamp(months, stamp, figure)
    return [
        PairFrame(
            month,
            next(frame for frame in month.frames if frame.stamp == chosen),
            {method: by_key[month.pair, method, month.month] for method in methods},
        )
        for month in months
    ]


def _stamp(months: Sequence[AlignedMonth], wanted: str | None, figure: str) -> str:
    shared = set.intersection(*({frame.stamp for frame in month.frames} for month in months))
    where = " and ".join(f"{month.pair} in {month.month}" for month in months)
    if not shared:
        raise ConfigError(f"figures.{figure}.frame: no frame is shared by {where}, expected one")
    if wanted is not None and wanted not in shared:
        raise ConfigError(
            f'figures.{figure}.frame: found "{wanted}", expected a frame of {where}: '
            f"{', '.join(sorted(shared))}"
        )
    return wanted or max(shared)
