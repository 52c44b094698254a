"""The conditions under which a frame is taken: the record's own, or drawn at random.

An instrument's record says what it is usually like. A network that has only seen that would rest
on it, so that conditions may be drawn for each frame: wider than the instruments are known to be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import ndtri

from onesun.geometry.grid import ARCSEC_PER_RADIAN, AU_METRES
from onesun.geometry.pointing import Pointing
from onesun.instruments import Instrument, Noise, Optics
from onesun.sample.carry import Observer


@dataclass(frozen=True)
class Conditions:
    """Under which a frame is taken, drawn by :func:`draw`.

    Parameters
    ----------
    fwhm : of the point spread function, arcsec.
    gain : the input's field over the target's.
    noise : at the disk's centre, gauss; it grows to the limb by ``limb_growth``.
    zero_point : spread of the offset, gauss.
    true, header : pointing of the detector, and what the header says of it.
    stretch : radial stretch of the plate.
    """

    fwhm: float
    gain: float
    noise: float
    limb_growth: float
    zero_point: float
    true: Pointing
    header: Pointing
    stretch: float

    def record(self, record: Instrument, interval: int) -> Instrument:
        """The instrument's record as it is under these conditions; the saturation stays.

        Parameters
        ----------
        interval : integration time of the frame, s; the only one that the result knows.
        """
        noise = Noise(by_interval={interval: self.noise}, limb_growth=self.limb_growth)
        response = record.response.model_copy(
            update={"gain": self.gain, "zero_point": self.zero_point, "noise": noise}
        )
        return record.model_copy(update={"response": response, "optics": Optics(fwhm=self.fwhm)})


def shares(frames: int, rng: np.random.Generator) -> np.ndarray:
    """Where in their ranges a month's frames lie, spread over them; (frames, 3) from 0 to 1.

    Of the optics' width, the noise and the gain each frame has another of as many equal parts, in
    an order of chance (a Latin hypercube): how a network does rests on the width of the optics, and
    eight draws alone may all be of wide ones.
    """
    parts = rng.permuted(np.tile(np.arange(frames), (3, 1)), axis=1).T
    return (parts + rng.random((frames, 3))) / frames


def draw(
    settings: Mapping[str, Any],
    record: Instrument,
    observer: Observer,
    rng: np.random.Generator,
    *,
    place: np.ndarray,
    tells_roll: bool,
) -> Conditions:
    """Draw the conditions of one frame.

    Parameters
    ----------
    settings : the section ``sample.conditions``. A range [low, high] is log-uniform (uniform for
        ``limb_growth``), a spread the standard deviation of a normal distribution.
    record : of the instrument.
    observer : where it is; its distance is drawn.
    place : of the frame among those of its month, a row of :func:`shares`.
    tells_roll : False for files that have no place for a roll: the detector is then turned only
        by the header's error.
    """
    own, errors = settings[record.name], settings["pointing_errors"]
    true = _pointing(settings["pointing"], record, observer, rng)
    if not tells_roll:
        true = replace(true, roll=0.0)
    header = replace(
        true,
        x0=true.x0 + errors["centre"] * rng.standard_normal(),
        y0=true.y0 + errors["centre"] * rng.standard_normal(),
        roll=true.roll + errors["roll"] * rng.standard_normal(),
        scale=true.scale * (1 + errors["scale"] * rng.standard_normal()),
    )
    if not tells_roll:
        true, header = replace(true, roll=true.roll - header.roll), replace(header, roll=0.0)
    return Conditions(
        fwhm=_between(own["fwhm"], place[0]),
        gain=record.response.gain * float(np.exp(own["gain_spread"] * ndtri(place[2]))),
        noise=_between(own["noise"], place[1]),
        limb_growth=float(rng.uniform(*own["limb_growth"])),
        zero_point=own["zero_point"],
        true=true,
        header=header,
        stretch=errors["radial_stretch"] * float(rng.standard_normal()),
    )


def _pointing(
    settings: Mapping[str, Any],
    record: Instrument,
    observer: Observer,
    rng: np.random.Generator,
) -> Pointing:
    detector, spread = record.detector, settings["centre_spread"]
    seen = replace(observer, dsun=AU_METRES * _between(settings["distance"], rng.random()))
    return Pointing(
        x0=(detector.width - 1) / 2 + spread * float(rng.standard_normal()),
        y0=(detector.height - 1) / 2 + spread * float(rng.standard_normal()),
        scale=detector.plate_scale * (1 + settings["scale_spread"] * float(rng.standard_normal())),
        roll=settings["roll"] * float(rng.standard_normal()),
        rsun=ARCSEC_PER_RADIAN * seen.rsun,
        dsun=seen.dsun,
        b0=seen.b0,
        l0=seen.l0,
    )


def _between(bounds: Sequence[float], share: float) -> float:
    """At a share of the way from the lower bound to the upper one, in the logarithm."""
    low, high = np.log(bounds)
    return float(np.exp(low + share * (high - low)))
