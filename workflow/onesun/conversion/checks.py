"""What can be checked of an output without a truth: does it agree with its own input?

The input is calibrated by the line that the weights' card gives, and resampled as for the network.
The output is brought back to it: blurred by the input's optics and detector, and sampled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun import instruments
from onesun.alignment.resample import resample
from onesun.conversion import spectrum
from onesun.conversion.flags import Flag
from onesun.conversion.fluxes import fluxes_of
from onesun.conversion.output import Converted, read_output
from onesun.conversion.source import Source, of_file
from onesun.conversion.view import View, ViewMapping, read_by_network
from onesun.errors import DamagedProductError, UntrustedFrameError
from onesun.geometry.psf import FWHM_PER_SIGMA, blur
from onesun.reading.pixel_noise import pixel_noise
from onesun.reading.robust import robust_sigma
from onesun.training import model
from onesun.training.model import Model, WeightsError

_SLOPE_WITHIN = 0.9  # limb radii
_WEAK = 30.0  # gauss of the output; there the residual is mostly the input's noise
_NEAR = 0.01  # output pixels
_PATTERN = 0.01  # gauss; a tenth of the step in which a field is kept
# Periods over which small scales are compared, in the input's own shortest.
_BAND = (1.25, 2.0)


@dataclass(frozen=True)
class Compared:
    """An output and its input on the same footing.

    Attributes
    ----------
    output : as read.
    source : the input.
    given : (h, w) the calibrated input on the grid that the network read, gauss; NaN without value.
    matched : (h, w) the output blurred and sampled as the input; NaN where ``given`` is.
    view : of both.
    gain : of the input against the target.
    """

    output: Converted
    source: Source
    given: np.ndarray
    matched: np.ndarray
    view: View
    gain: float

    @property
    def factor(self) -> int:
        return self.output.view.shape[0] // self.view.shape[0]


@dataclass(frozen=True)
class Row:
    """One figure of the table.

    Parameters
    ----------
    name, unit : what it is.
    value : the figure; None where there is none, and ``unit`` then says why.
    expected : what it should be, in words; empty where that depends on the Sun.
    good : whether it is; None without an expectation.
    """

    name: str
    value: float | None
    unit: str = ""
    expected: str = ""
    good: bool | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def compare(output: Path, source: Path, weights: str | Path | None = None) -> Compared:
    """Read an output and the input it was made from.

    Parameters
    ----------
    weights : those that it was made with, where they are not the package's own.

    Raises UntrustedFrameError when ``source`` is not what ``output`` was made from, WeightsError
    when the weights are not those it was made with, DamagedProductError when the output is not as
    it was made.
    """
    converted, taken = read_output(output), of_file(source, force=True)
    header = converted.header
    if header["INSHA256"] != taken.digest:
        raise UntrustedFrameError(
            f"{source}: not the file that {output} was made from, expected {header['INFILE']} with "
            f"the SHA-256 {header['INSHA256'][:12]}…"
        )
    frame = taken.frame
    network = _network(output, header, weights)
    calibration = network.card["calibration"]
    view = read_by_network(frame.pointing, frame.field.shape, header["GEOMETRY"], network.grid)
    _check_view(output, converted.view, view.finer(network.factor))
    given = resample(frame.field, frame.pointing, ViewMapping(view, frame.pointing))
    given = (given - np.float32(calibration["a"])) / np.float32(calibration["b"])
    matched = _as_input(converted, view, taken)
    matched[np.isnan(given)] = np.nan
    return Compared(converted, taken, given, matched, view, float(calibration["b"]))


def _network(output: Path, header: Mapping[str, Any], weights: str | Path | None) -> Model:
    """The network that an output was made with."""
    made_with = (
        f"{output}: made with the weights {header['WEIGHTS']}, {header.get('METHOD', 'onesun')}, "
        f"of SHA-256 {header['WTSHA256'][:12]}…"
    )
    if weights is None and header["WEIGHTS"] not in model.names():
        raise WeightsError(f"{made_with}, which do not come with OneSun, expected --weights")
    network = model.load(weights or header["WEIGHTS"])
    if network.digest != header["WTSHA256"]:
        raise WeightsError(f"{made_with}, expected these by --weights, not {network.digest[:12]}…")
    return network


def _check_view(path: Path, found: View, expected: View) -> None:
    """Raise DamagedProductError for an output that was cut, turned or resampled since."""
    here, there = found.pointing, expected.pointing
    near = (
        abs(here.x0 - there.x0) < _NEAR
        and abs(here.y0 - there.y0) < _NEAR
        and abs(here.scale / there.scale - 1) < _NEAR / found.shape[0]
        and abs((here.roll - there.roll + 180) % 360 - 180) < np.degrees(_NEAR / found.shape[0])
    )
    if found.shape != expected.shape or not near:
        raise DamagedProductError(
            f"{path}: cut, turned or resampled since it was made, or its header changed: "
            f"{_in_words(found)} found, expected {_in_words(expected)}"
        )


def _in_words(view: View) -> str:
    pointing = view.pointing
    return (
        f"{view.shape[1]} x {view.shape[0]} pixels of {pointing.scale:.4f} arcsec, disk centre "
        f"({pointing.x0 + 1:.2f}, {pointing.y0 + 1:.2f}), rolled by {pointing.roll:.2f} deg"
    )


def _as_input(output: Converted, view: View, source: Source) -> np.ndarray:
    scale = output.view.pointing.scale
    factor = output.view.shape[0] // view.shape[0]
    half = (factor - 1) / 2
    first = int(np.floor(half))
    optics = instruments.load(source.frame.instrument).optics
    smooth = blur(
        np.nan_to_num(output.field),
        optics.fwhm / scale,
        source.frame.pointing.scale / scale,
        (half - first, half - first),
    )
    return smooth[first::factor, first::factor].copy()


def table(compared: Compared) -> list[Row]:
    """The figures of ``onesun check``."""
    return [*_consistency(compared), *_spectra(compared), *_fluxes(compared), *_errors(compared)]


def _consistency(compared: Compared) -> list[Row]:
    inside = (compared.view.radius() < _SLOPE_WITHIN) & np.isfinite(compared.given)
    x = compared.matched[inside].astype(np.float64)
    y = compared.given[inside].astype(np.float64)
    # The input's noise is in y alone, so that it does not flatten the line.
    slope, offset = np.polyfit(x, y, 1)
    rest = (y - slope * x - offset)[np.abs(x) < _WEAK]
    noise = pixel_noise(compared.source.frame) / compared.gain
    return [
        Row("slope, input on output", float(slope), "", "0.9 to 1.1", bool(0.9 < slope < 1.1)),
        Row("offset", float(offset), "G", "-1 to 1", bool(abs(offset) < 1)),
        Row("correlation with the input", float(np.corrcoef(x, y)[0, 1])),
        *_residual(rest, noise),
    ]


def _residual(rest: np.ndarray, noise: float) -> list[Row]:
    """What is left of weak pixels, against the input's noise; a bad network may leave none weak."""
    names = "residual of weak pixels", "input's noise, calibrated", "residual over noise"
    if rest.size == 0:
        residual, ratio, good = None, None, False
    else:
        residual = robust_sigma(rest)
        ratio = residual / noise
        good = bool(0.5 < ratio < 2)
    return [
        Row(names[0], residual, "G" if rest.size else f"none, as none is below {_WEAK:.0f} G"),
        Row(names[1], noise, "G"),
        Row(names[2], ratio, "", "0.5 to 2", good),
    ]


def _spectra(compared: Compared) -> list[Row]:
    """Small scales: more than the input has left of them, less than would undo all of its blur."""
    frame = compared.source.frame
    pixel = frame.pointing.scale
    band = (2 * pixel * _BAND[0], 2 * pixel * _BAND[1])
    scales = compared.view.pointing.scale, compared.output.view.pointing.scale
    noise = (pixel_noise(frame) / compared.gain * pixel) ** 2
    given = spectrum.in_band(
        spectrum.central_square(compared.given, compared.view), scales[0], band
    )
    made = spectrum.in_band(
        spectrum.central_square(compared.output.field, compared.output.view), scales[1], band
    )
    seen = max(given - noise, 0.0)
    undone = seen / _transfer(compared, band)
    pattern = spectrum.grid_pattern(compared.output.field, compared.output.view, compared.factor)
    of = f"power at periods of {band[0]:.1f} to {band[1]:.1f} arcsec"
    between = bool(seen <= made <= undone)
    return [
        Row(f"{of}: input less its noise", seen, "G² arcsec²"),
        Row("... output", made, "G² arcsec²", "between the other two", between),
        Row("... as HMI should have it", undone, "G² arcsec²"),
        Row("pattern of input pixels", pattern, "G", "below 0.01", bool(pattern < _PATTERN)),
    ]


def _transfer(compared: Compared, band: tuple[float, float]) -> float:
    """Share of the power in the band that the input's optics and pixels leave."""
    frame = compared.source.frame
    frequency = np.linspace(1 / band[1], 1 / band[0], 50)
    sigma = instruments.load(frame.instrument).optics.fwhm / FWHM_PER_SIGMA
    kept = np.exp(-2 * (np.pi * sigma * frequency) ** 2) * np.sinc(frame.pointing.scale * frequency)
    # A ring of the plane holds the more frequencies the larger it is.
    return float(np.average(kept**2, weights=frequency))


def _fluxes(compared: Compared) -> list[Row]:
    fields = {
        "input": fluxes_of(compared.given, compared.view),
        "output, blurred": fluxes_of(compared.matched, compared.view),
        "output": fluxes_of(compared.output.field, compared.output.view),
    }
    figures = [
        row
        for name, fluxes in fields.items()
        for row in (
            (f"unsigned flux, {name}", fluxes.unsigned),
            (f"net flux, {name}", fluxes.net),
        )
    ]
    noisy = fields["output"].unsigned_with_noise
    figures.insert(5, ("... with HMI's noise, as HMI has it", noisy))
    return [Row(name, flux / 1e22, "10²² Mx") for name, flux in figures]


def _errors(compared: Compared) -> list[Row]:
    deviation, mask = compared.output.deviation, compared.output.mask
    name = "median standard deviation of the output"
    if deviation is None:
        median = Row(name, None, "none, as the network states no error")
    else:
        median = Row(name, float(np.median(deviation[np.isfinite(deviation)])), "G")
    disk = (mask & Flag.OFF_DISK) == 0
    return [
        median,
        Row("share of the disk that is flagged", float(np.mean(mask[disk] != 0))),
    ]


def as_text(rows: list[Row]) -> str:
    """The table for people."""
    width = max(len(row.name) for row in rows)
    lines = []
    for row in rows:
        verdict = "" if row.good is None else (", good" if row.good else ", LOOK")
        expected = f"   expected {row.expected}{verdict}" if row.expected else ""
        value = " " * 10 if row.value is None else f"{row.value:>10.4g}"
        lines.append(f"{row.name:{width}}  {value} {row.unit:<11}{expected}".rstrip())
    return "\n".join(lines)
