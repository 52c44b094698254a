"""Fluxes of target and output by region, a month of frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from onesun import instruments
from onesun.analyses import product, tiles
from onesun.analyses.regions import REGIONS, regions
from onesun.errors import ConfigError
from onesun.geometry.flux import flux_per_gauss
from onesun.geometry.grid import SOLAR_RADIUS_METRES, Grid
from onesun.geometry.sphere import cosine_to_vertical
from onesun.instruments import Noise
from onesun.io.files import read_json
from onesun.io.progress import track
from onesun.methods.base import Method
from onesun.metrics.tiled import Tiling
from onesun.metrics.unsigned import expected_unsigned
from onesun.products.aligned import AlignedFrame
from onesun.products.cards import check_pair
from onesun.products.selection import choose
from onesun.series.noise import read_sigma

ANALYSIS = "continuity"
_ANY = 1  # integration time, s: the noise was measured on these frames, whatever theirs is
_MEASURED = ("within_radius", "active", "smoothing", "pole")
# Pixels, and fluxes in Mx: unsigned and net of the target; unsigned, net and expected with the
# target's noise of the output; expected of that noise where there is no field.
SUMS = ("pixels", "target", "target_net", "output", "output_net", "with_noise", "noise")


def measure_continuity(
    pair: str,
    name: str,
    month: str,
    manifest: Path,
    noise: Path,
    split: str | Path,
    method: Method,
    analyses: Mapping[str, Any],
    grid: Grid,
    out: Path,
) -> None:
    """Add up a month's fluxes by region, frame and tile; write the sums as ``out`` (NPZ).

    Parameters
    ----------
    pair, name, month : what is measured; the method's name in the configuration.
    manifest : of the month's aligned frames.
    noise : the target's noise, as ``onesun noise`` wrote it.
    split : table of months; frames outside the month's days there are left out.
    method : whose output is compared with the target.
    analyses : the configuration's section.
    grid : the common grid.

    Raises ConfigError when the noise is of another pair or the method is made of the target, and
    what :func:`onesun.products.selection.choose` raises.
    """
    if method.reads != "input":
        raise ConfigError(
            f'analyses.continuity.methods: found "{name}", which is made of the target, expected a '
            "method that predicts"
        )
    settings = analyses[ANALYSIS]
    check_pair(noise, pair)
    chosen = choose(manifest, pair, month, split, settings["frames_per_month"])
    opened = chosen.month
    growth = instruments.load(opened.target_instrument).response.noise.limb_growth
    fluxes = Fluxes(grid, analyses["tile"], settings, centre_noise(noise, growth), growth)
    sums, by_frame = tiles.DailySums(), []
    for frame in track(chosen.frames, f"fluxes of {pair} by {name}, {month}"):
        output = method.predict(opened.input(frame), frame)
        found = fluxes.of(opened.target(frame), output, frame)
        sums.add("tiles", frame.stamp[:8], found)
        by_frame.append(found.sum(axis=0))
    daily = sums.of("tiles", product.days_of(chosen.frames))
    product.write_sums(
        out,
        ANALYSIS,
        chosen,
        arrays={"tiles": daily, "frames": np.stack(by_frame)},
        settings={
            "tiling": asdict(fluxes.tiling),
            "noise": fluxes.sigma,
            **{key: settings[key] for key in _MEASURED},
        },
        method=name,
        about=lambda frame: {"time": frame.time},
    )


def centre_noise(noise: Path, growth: float) -> float:
    """The noise at the disk centre, gauss, of what ``onesun noise`` measured over more of the disk.

    Parameters
    ----------
    growth : of the noise to the limb, as for :class:`Fluxes`.
    """
    sigma = read_sigma(noise)
    limit = float(read_json(noise)["settings"]["within_radius"])
    mean_mu = 2 / 3 * (1 - (1 - limit**2) ** 1.5) / limit**2  # over the area within the limit
    return float(sigma / (1 + growth * (1 - mean_mu)))


class Fluxes:
    """Fluxes of frames on a grid; the field is taken as radial (paper, equation 2).

    Parameters
    ----------
    grid : the common grid.
    tile : side of a tile, target pixels.
    settings : the configuration's section ``analyses.continuity``.
    sigma : the target's noise near the disk centre, gauss.
    growth : of the noise to the limb: sigma is proportional to 1 + growth (1 - mu).
    """

    def __init__(
        self, grid: Grid, tile: int, settings: Mapping[str, Any], sigma: float, growth: float
    ) -> None:
        self._grid, self._settings, self.sigma = grid, settings, sigma
        self._noise = Noise(by_interval={_ANY: sigma}, limb_growth=growth)
        self._radius = grid.radius("target")
        self.tiling = Tiling.of(grid, tile)
        self._tile = self.tiling.numbers()
        self._tiles = self.tiling.count

    def of(self, target: np.ndarray, output: np.ndarray, frame: AlignedFrame) -> np.ndarray:
        """Sums of one frame by tile and region; (tiles, 3, 7) float64, see :data:`SUMS`.

        Parameters
        ----------
        target, output : (N, N) gauss, NaN where there is no value.
        frame : gives the target's observer.
        """
        region = regions(target, self._grid, frame.b0, frame.dsun, self._settings)
        use = (region >= 0) & np.isfinite(output)
        b, out, radius = target[use], output[use], self._radius[use].astype(np.float64)
        weight = flux_per_gauss(radius, self._grid.limb_radius("target"), frame.dsun)
        rsun = float(np.arcsin(SOLAR_RADIUS_METRES / frame.dsun))
        sigma = self._noise.sigma(cosine_to_vertical(radius, rsun), _ANY)
        place = self._tile[use].astype(np.intp) * len(REGIONS) + region[use]
        size = self._tiles * len(REGIONS)
        sums = [
            np.bincount(place, values, minlength=size)
            for values in (
                None,
                weight * np.abs(b),
                weight * b,
                weight * np.abs(out),
                weight * out,
                weight * expected_unsigned(out, sigma),
                weight * sigma * np.sqrt(2 / np.pi),
            )
        ]
        return np.stack(sums, axis=-1).reshape(self._tiles, len(REGIONS), len(SUMS)).astype(float)
