"""One frame: resampled once, through the network in tiles, and marked where not to be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from onesun import instruments
from onesun.alignment.resample import resample
from onesun.convert import flags, release, tiles
from onesun.convert.header import header_of
from onesun.convert.planes import Planes
from onesun.convert.source import Source
from onesun.convert.view import Geometry, ViewMapping, check_geometry, read_by_network
from onesun.errors import ConfigError, UntrustedFrameError
from onesun.geometry.upsample import repeat

_TARGET = "hmi"
_MOST_SAMPLES = 100


@dataclass(frozen=True)
class Options:
    """How to convert.

    Parameters
    ----------
    weights : a pair whose weights come with the package, or a file of weights; the pair of the
        frame's instrument if None.
    geometry : ``standard`` or ``input``, see :mod:`onesun.convert.view`.
    tile : input pixels on a side of a tile; the output does not depend on it.
    device : as torch names it; ``auto`` takes CUDA where there is any.
    samples : how many possible fields to draw from each pixel's field and error.
    force : convert in spite of what speaks against a frame.

    Raises ConfigError for what none of them can be: another geometry, a device that is not here, a
    tile without pixels, a number of samples below 0.
    """

    weights: str | Path | None = None
    geometry: Geometry = "standard"
    tile: int = tiles.TILE
    device: str = "auto"
    samples: int = 0
    force: bool = False

    def __post_init__(self) -> None:
        check_geometry(self.geometry)
        tiles.device_of(self.device)
        if self.tile < 1:
            raise ConfigError(f"tile: {self.tile} pixels found, expected at least 1")
        if not 0 <= self.samples <= _MOST_SAMPLES:
            raise ConfigError(f"samples: {self.samples} found, expected 0 to {_MOST_SAMPLES}")


def weights_for(source: Source, options: Options) -> release.Release:
    """The weights that a frame needs.

    Raises UntrustedFrameError when there are none for its instrument, or those asked for are for
    another; and what :func:`onesun.convert.release.load` raises.
    """
    instrument = source.frame.instrument
    found = f"{source.name}: a frame of {instruments.load(instrument).title} found"
    if options.weights is None:
        pair = f"{instrument}-{_TARGET}"
        if pair not in release.names():
            known = " or ".join(each.split("-")[0].upper() for each in release.names())
            raise UntrustedFrameError(f"{found}, expected one of {known}")
        return release.load(pair)
    weights = release.load(options.weights)
    if weights.input_instrument != instrument:
        raise UntrustedFrameError(
            f"{found}, expected one of {weights.input_instrument.upper()} for the weights "
            f"{options.weights}"
        )
    return weights


def convert_source(source: Source, weights: release.Release, options: Options) -> Planes:
    """Convert a frame; see :class:`Planes` for what comes out.

    Parameters
    ----------
    weights : from :func:`weights_for`.
    """
    frame = source.frame
    view = read_by_network(frame.pointing, frame.field.shape, options.geometry)
    given = resample(frame.field, frame.pointing, ViewMapping(view, frame.pointing))
    ranges = flags.Ranges.of_card(weights.card)
    by_input = flags.input_flags(given, view, frame.instrument, ranges)
    of_frame = flags.frame_flags(frame, ranges, forced=bool(source.doubts))
    out_view = view.finer(weights.factor)
    planes = Planes.empty(
        flags.output_flags(by_input, of_frame, out_view, weights.factor),
        header_of(
            source,
            out_view,
            options.geometry,
            {
                "pair": weights.pair,
                "sha256": weights.digest,
                "target_noise": weights.errors.target_noise,
            },
            options.samples,
        ),
    )
    device = tiles.device_of(options.device)
    tiles.predict_tiles(
        weights, np.nan_to_num(given), view, planes.fill, tile=options.tile, device=device
    )
    # What the network makes of no input at all is a quiet Sun that nobody saw.
    planes.drop(repeat(np.isnan(given), weights.factor))
    return planes
