"""One frame: resampled once, through the network in tiles, and marked where not to be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from onesun import instruments
from onesun.alignment.resample import resample
from onesun.conversion import flags, weights
from onesun.conversion.fluxes import fluxes_of
from onesun.conversion.header import flux_cards, header_of
from onesun.conversion.planes import Planes
from onesun.conversion.source import Source
from onesun.conversion.stored import UNCERTAINTY
from onesun.conversion.view import Geometry, View, ViewMapping, check_geometry, read_by_network
from onesun.errors import ConfigError, UntrustedFrameError
from onesun.geometry.upsample import repeat
from onesun.methods.tiles import TILE, Box, device_of, predict_tiles
from onesun.products.steps import in_gauss
from onesun.training import model
from onesun.training.model import Model


@dataclass(frozen=True)
class Options:
    """How to convert.

    Parameters
    ----------
    weights : a pair whose weights come with the package, or a file of weights; the pair of the
        frame's instrument if None.
    geometry : ``standard`` or ``input``, see :mod:`onesun.conversion.view`.
    tile : input pixels on a side of a tile; the output does not depend on it.
    device : as torch names it; ``auto`` takes CUDA where there is any.
    force : convert in spite of what speaks against a frame.

    Raises ConfigError for what none of them can be: another geometry, a device that is not here, a
    tile without pixels.
    """

    weights: str | Path | None = None
    geometry: Geometry = "standard"
    tile: int = TILE
    device: str = "auto"
    force: bool = False

    def __post_init__(self) -> None:
        check_geometry(self.geometry)
        device_of(self.device)
        if self.tile < 1:
            raise ConfigError(f"tile: {self.tile} pixels found, expected at least 1")


def weights_for(source: Source, options: Options) -> Model:
    """The network that a frame needs.

    Raises UntrustedFrameError when there is none for its instrument, or the one asked for is for
    another; and what :func:`onesun.conversion.weights.load` raises.
    """
    instrument = source.frame.instrument
    found = f"{source.name}: a frame of {instruments.load(instrument).title} found"
    if options.weights is None:
        pair = f"{instrument}-{weights.TARGET}"
        if pair not in model.names():
            known = " or ".join(each.split("-")[0].upper() for each in model.names())
            raise UntrustedFrameError(f"{found}, expected one of {known}")
        return weights.load(pair)
    loaded = weights.load(options.weights)
    if loaded.input_instrument != instrument:
        raise UntrustedFrameError(
            f"{found}, expected one of {loaded.input_instrument.upper()} for the weights "
            f"{options.weights}"
        )
    return loaded


def convert_source(source: Source, network: Model, options: Options) -> Planes:
    """Convert a frame; see :class:`Planes` for what comes out.

    Parameters
    ----------
    network : from :func:`weights_for`.
    """
    frame = source.frame
    view = read_by_network(frame.pointing, frame.field.shape, options.geometry, network.grid)
    given = resample(frame.field, frame.pointing, ViewMapping(view, frame.pointing))
    ranges = flags.Ranges.of_card(network.card)
    by_input = flags.input_flags(given, view, frame.instrument, ranges)
    of_frame = flags.frame_flags(frame, ranges, forced=bool(source.doubts))
    out_view = view.finer(network.factor)
    planes = Planes.empty(
        flags.output_flags(by_input, of_frame, out_view, network.factor),
        header_of(source, out_view, options.geometry, network),
        uncertain=network.errors is not None,
    )
    _fill(planes, network, np.nan_to_num(given), view, options)
    # What the network makes of no input at all is a quiet Sun that nobody saw.
    planes.drop(repeat(np.isnan(given), network.factor))
    planes.header.extend(flux_cards(fluxes_of(in_gauss(planes.gauss["FIELD"]), out_view)))
    return planes


def _fill(planes: Planes, network: Model, given: np.ndarray, view: View, options: Options) -> None:
    """Predict a frame tile by tile, with its calibrated uncertainty."""
    halo, factor = network.halo, network.factor
    radius = view.widened(halo).radius()
    inside = radius[halo:-halo, halo:-halo]
    # An input pixel may lie off the disk and some of its output pixels on it.
    wanted = inside < 1 + 1 / view.pointing.limb_radius

    def keep(pixels: Box, mean: np.ndarray, error: np.ndarray | None) -> None:
        values, scale = {"FIELD": mean}, network.errors
        if error is not None and scale is not None:
            rows, columns = (slice(part.start // factor, part.stop // factor) for part in pixels)
            deviation = scale.deviation(error, mean, repeat(inside[rows, columns], factor))
            half_widths = scale.half_68(deviation, mean), scale.half_95(deviation, mean)
            values |= dict(zip(UNCERTAINTY, (deviation, *half_widths), strict=True))
        planes.fill(pixels, values)

    device = device_of(options.device)
    predict_tiles(network, given, radius, wanted, keep, tile=options.tile, device=device)
