"""What an instrument would have recorded of a known Sun, under conditions drawn at random."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np

from onesun.alignment.mapping import HeaderMapping
from onesun.alignment.resample import resample
from onesun.geometry.grid import ARCSEC_PER_RADIAN, AU_METRES, SOLAR_RADIUS_METRES, Grid
from onesun.geometry.pointing import Pointing
from onesun.instruments import Instrument, Noise, Optics
from onesun.release.recipe import Inputs, PairInputs, Range
from onesun.sample import forward
from onesun.sample.carry import Observer

_INTERVAL = 1  # s; the one that the drawn noise belongs to


@dataclass(frozen=True)
class Conditions:
    """Under which a frame is taken.

    Parameters
    ----------
    fwhm : of the point spread function, arcsec.
    gain : the input's field over the target's.
    noise : at the disk's centre, gauss; it grows to the limb by ``limb_growth``.
    true, header : pointing of the detector, and what the header says of it.
    stretch : radial stretch of the plate.
    """

    fwhm: float
    gain: float
    noise: float
    limb_growth: float
    true: Pointing
    header: Pointing
    stretch: float

    def listed(self) -> dict[str, float]:
        """For the manifest."""
        return {key: value for key, value in asdict(self).items() if isinstance(value, float)}


def draw(
    settings: PairInputs, common: Inputs, record: Instrument, rng: np.random.Generator
) -> Conditions:
    """Draw the conditions of one frame."""
    errors = common.pointing_errors
    true = _pointing(common, record, rng)
    header = replace(
        true,
        x0=true.x0 + errors.centre * rng.standard_normal(),
        y0=true.y0 + errors.centre * rng.standard_normal(),
        roll=true.roll + errors.roll * rng.standard_normal(),
        scale=true.scale * (1 + errors.scale * rng.standard_normal()),
    )
    return Conditions(
        fwhm=_between(settings.fwhm, rng),
        gain=record.response.gain * float(np.exp(settings.gain_spread * rng.standard_normal())),
        noise=_between(settings.noise, rng),
        limb_growth=float(rng.uniform(*settings.limb_growth)),
        true=true,
        header=header,
        stretch=errors.radial_stretch * float(rng.standard_normal()),
    )


def _pointing(common: Inputs, record: Instrument, rng: np.random.Generator) -> Pointing:
    detector, pointing = record.detector, common.pointing
    distance = AU_METRES * _between(pointing.distance, rng)
    return Pointing(
        x0=(detector.width - 1) / 2 + pointing.centre_spread * float(rng.standard_normal()),
        y0=(detector.height - 1) / 2 + pointing.centre_spread * float(rng.standard_normal()),
        scale=detector.plate_scale * (1 + pointing.scale_spread * float(rng.standard_normal())),
        roll=pointing.roll * float(rng.standard_normal()),
        rsun=ARCSEC_PER_RADIAN * float(np.arcsin(SOLAR_RADIUS_METRES / distance)),
        dsun=distance,
        b0=0.0,
        l0=0.0,
    )


def _between(bounds: Range, rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(*np.log(bounds))))


def record_input(
    target: np.ndarray,
    conditions: Conditions,
    settings: PairInputs,
    record: Instrument,
    grid: Grid,
    rng: np.random.Generator,
) -> np.ndarray:
    """A frame of the Sun ``target`` on the input grid, resampled once as a user's frame is.

    Parameters
    ----------
    target : (N, N) on the target grid, gauss, NaN where nothing is known.
    record : of the instrument; its response keeps only the saturation.

    Returns (n, n) float32, gauss, NaN off the disk.
    """
    pointing = conditions.true
    sky = forward.Sky(
        np.nan_to_num(target), grid.limb_radius("target"), Observer(0.0, 0.0, pointing.dsun)
    )
    image, _ = forward.record_exposure(
        sky,
        _as_drawn(record, conditions, settings),
        pointing,
        stretch=conditions.stretch,
        interval=_INTERVAL,
        rng=rng,
    )
    header = conditions.header
    inside = 1 - record.detector.limb_margin / header.limb_radius
    image[header.radius(image.shape) >= inside] = np.nan
    return resample(image, header, HeaderMapping.on_grid(grid, "input", header))


def _as_drawn(record: Instrument, conditions: Conditions, settings: PairInputs) -> Instrument:
    noise = Noise(by_interval={_INTERVAL: conditions.noise}, limb_growth=conditions.limb_growth)
    response = record.response.model_copy(
        update={"gain": conditions.gain, "zero_point": settings.zero_point, "noise": noise}
    )
    optics = Optics(fwhm=conditions.fwhm)
    return record.model_copy(update={"response": response, "optics": optics})
