"""Sums for the calibration map: input against target at matched resolution, a month of frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from onesun import instruments
from onesun.analyses import product, tiles
from onesun.geometry import psf
from onesun.geometry.grid import SOLAR_RADIUS_METRES, Grid
from onesun.geometry.sphere import cosine_to_vertical
from onesun.instruments import Instrument
from onesun.instruments.gong_network import SITES
from onesun.io.progress import track
from onesun.metrics.tiled import Tiling
from onesun.products.aligned import AlignedFrame, AlignedMonth, read_header
from onesun.products.selection import choose

ANALYSIS = "calibration"
_EDGES = ("mu_edges", "field_edges", "velocity_edges")
_BY_FRAME = ("velocity", "interval", "site")  # what is one number of a frame


def measure_calibration(
    pair: str,
    month: str,
    manifest: Path,
    split: str | Path,
    analyses: Mapping[str, Any],
    grid: Grid,
    out: Path,
) -> None:
    """Add up a month's pixels by tile and bin; write the sums as ``out`` (NPZ).

    Parameters
    ----------
    pair, month : what is measured.
    manifest : of the month's aligned frames.
    split : table of months; frames outside the month's days there are left out.
    analyses : the configuration's section.
    grid : the common grid.

    Raises what :func:`onesun.products.selection.choose` raises.
    """
    settings = analyses[ANALYSIS]
    chosen = choose(manifest, pair, month, split, settings["frames_per_month"])
    opened = chosen.month
    record = instruments.load(opened.input_instrument)
    sums = CalibrationSums(grid, analyses["tile"], settings, record)
    for frame in track(chosen.frames, f"calibration map of {pair} {month}"):
        sums.update(
            frame.stamp[:8],
            opened.target(frame),
            opened.input(frame),
            dsun=frame.dsun,
            input_dsun=frame.input_dsun,
            of_frame=_of_frame(opened, frame, settings),
        )
    product.write_sums(
        out,
        ANALYSIS,
        chosen,
        arrays=sums.arrays(product.days_of(chosen.frames)),
        settings={"tiling": asdict(sums.tiling)} | {key: settings[key] for key in _EDGES},
        labels=sums.labels(),
    )


class CalibrationSums:
    """Pair sums of target x and input y at matched resolution, by tile and bin.

    Parameters
    ----------
    grid : the common grid.
    tile : side of a tile, target pixels.
    settings : the configuration's section ``analyses.calibration``.
    record : of the input, whose optics the target is blurred by.
    """

    def __init__(
        self, grid: Grid, tile: int, settings: Mapping[str, Any], record: Instrument
    ) -> None:
        self._grid, self._settings, self._record = grid, settings, record
        self._radius = grid.radius("input")
        self.tiling = Tiling.of(grid, tile)
        self._tile = self.tiling.numbers(grid.factor)
        self._tiles = self.tiling.count
        self._bins = {
            "mu": len(settings["mu_edges"]) - 1,
            "positive": len(settings["field_edges"]),
            "negative": len(settings["field_edges"]),
        }
        self._sums = tiles.DailySums()
        self._named = {name: tiles.DailySums() for name in _BY_FRAME}

    def update(
        self,
        day: str,
        target: np.ndarray,
        field: np.ndarray,
        *,
        dsun: float,
        input_dsun: float,
        of_frame: Mapping[str, str],
    ) -> None:
        """Add a frame.

        Parameters
        ----------
        day : YYYYMMDD.
        target : (N, N) gauss, NaN where there is no value.
        field : (n, n) the input's, gauss, NaN where there is no value.
        dsun, input_dsun : distance of the observer of either, m.
        of_frame : the frame's bin of velocity, interval and site, those that are known.
        """
        seen = psf.matched(
            target,
            self._grid,
            fwhm=self._record.optics.fwhm,
            pixel=self._record.detector.plate_scale,
            dsun=input_dsun,
        )
        mu = cosine_to_vertical(self._radius, float(np.arcsin(SOLAR_RADIUS_METRES / dsun)))
        mu_bin = tiles.bin_numbers(mu, self._settings["mu_edges"], open_end=False)
        use = np.isfinite(seen) & np.isfinite(field) & np.isfinite(mu) & (mu_bin >= 0)
        x, y, tile = seen[use], field[use], self._tile[use]
        strength = tiles.bin_numbers(np.abs(x), self._settings["field_edges"], open_end=True)
        for name, bins in (
            ("mu", mu_bin[use]),
            ("positive", np.where(x > 0, strength, -1)),
            ("negative", np.where(x < 0, strength, -1)),
        ):
            found = tiles.pair_sums(x, y, tile, bins, (self._tiles, self._bins[name]))
            self._sums.add(name, day, found)
        whole = tiles.pair_sums(x, y, tile, np.zeros(x.size, int), (self._tiles, 1))[:, 0]
        for name, label in of_frame.items():
            self._named[name].add(label, day, whole)

    def labels(self) -> dict[str, list[str]]:
        """The bins of what is one number of a frame."""
        return {name: sums.names for name, sums in self._named.items()}

    def arrays(self, days: Sequence[str]) -> dict[str, np.ndarray]:
        """Every sum, (days, tiles, bins, 6)."""
        empty = np.zeros((len(days), self._tiles, 0, tiles.SUMS))
        named = {
            name: np.stack([sums.of(label, days) for label in sums.names], axis=2)
            if sums.names
            else empty
            for name, sums in self._named.items()
        }
        return self._sums.all_of(days) | named


def _of_frame(
    month: AlignedMonth, frame: AlignedFrame, settings: Mapping[str, Any]
) -> dict[str, str]:
    found = {}
    if frame.observer_velocity is not None:
        edges = settings["velocity_edges"]
        number = int(
            tiles.bin_numbers(np.array([frame.observer_velocity]), edges, open_end=False)[0]
        )
        if number >= 0:
            found["velocity"] = f"{edges[number]:g} to {edges[number + 1]:g}"
    if frame.interval is not None:
        found["interval"] = f"{frame.interval:g}"
    site = _site(month, frame)
    return found if site is None else found | {"site": site}


def _site(month: AlignedMonth, frame: AlignedFrame) -> str | None:
    """The site of GONG's network that took the input; None for other instruments."""
    if instruments.load(month.input_instrument).header.convention != "gong":
        return None
    source = str(read_header(month.folder / frame.input_file).get("SOURCE", ""))
    names = {site.code: site.name for site in SITES}
    return names.get(source[:2].upper(), "other")
