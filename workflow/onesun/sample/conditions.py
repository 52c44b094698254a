"""The conditions under which a frame is taken: the record's own, or drawn at random.

An instrument's record says what it is usually like. A network that has only seen that would rest
on it, so that conditions may be drawn for each frame: wider than the instruments are known to be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

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


def draw(
    settings: Mapping[str, Any],
    record: Instrument,
    observer: Observer,
    rng: np.random.Generator,
    *,
    tells_roll: bool,
) -> Conditions:
    """Draw the conditions of one frame.

    Parameters
    ----------
    settings : the section ``sample.conditions``. A range [low, high] is log-uniform (uniform for
        ``limb_growth``), a spread the standard deviation of a normal distribution.
    record : of the instrument.
    observer : where it is; its distance is drawn.
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
        fwhm=_between(own["fwhm"], rng),
        gain=record.response.gain * float(np.exp(own["gain_spread"] * rng.standard_normal())),
        noise=_between(own["noise"], rng),
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
    seen = replace(observer, dsun=AU_METRES * _between(settings["distance"], rng))
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


def _between(bounds: Sequence[float], rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(*np.log(bounds))))
