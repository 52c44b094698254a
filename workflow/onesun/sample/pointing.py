"""How a detector was truly pointed, and what its header says instead."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from onesun.geometry.pointing import Pointing
from onesun.instruments import Instrument
from onesun.sample.carry import Observer

_CENTRE_SPREAD = 1e-3  # of the detector's width: a pixel, as in the real frames
# In spring 2011 SoHO kept to the ecliptic's north: real headers of then have CROTA2 of about 3.
_ECLIPTIC_ROLL = (3.0, 0.2)  # degrees; mean and spread


@dataclass(frozen=True)
class Plate:
    """What stays the same over a month.

    Parameters
    ----------
    header_roll : what the header says, degrees.
    roll_error : true roll less the header's, degrees.
    scale_error : the header's scale over the true one, less 1.
    stretch : radial stretch of the plate; no header tells it.
    """

    header_roll: float
    roll_error: float
    scale_error: float
    stretch: float


def plate(
    record: Instrument, *, header_errors: bool, rolled: bool, rng: np.random.Generator
) -> Plate:
    """Draw a month's plate.

    Parameters
    ----------
    header_errors : False makes every header true and the plate flat.
    rolled : True for a month in which the spacecraft did not keep to solar north.
    """
    errors = record.pointing_errors
    roll, scale, lean = rng.standard_normal(3)
    return Plate(
        header_roll=round(_ECLIPTIC_ROLL[0] + _ECLIPTIC_ROLL[1] * lean, 4) if rolled else 0.0,
        roll_error=errors.roll * roll * header_errors,
        scale_error=errors.scale * scale * header_errors,
        stretch=errors.radial_stretch * header_errors,
    )


def aim(
    plate: Plate,
    record: Instrument,
    observer: Observer,
    *,
    header_errors: bool,
    rng: np.random.Generator,
) -> tuple[Pointing, Pointing]:
    """Draw one frame's pointing; returns the true one and the header's."""
    detector = record.detector
    centre = rng.standard_normal(2) * _CENTRE_SPREAD * detector.width
    error = rng.standard_normal(2) * record.pointing_errors.centre * header_errors
    true = Pointing(
        x0=(detector.width - 1) / 2 + float(centre[0]),
        y0=(detector.height - 1) / 2 + float(centre[1]),
        scale=detector.plate_scale,
        roll=plate.header_roll + plate.roll_error,
        rsun=float(np.rad2deg(observer.rsun)) * 3600,
        dsun=observer.dsun,
        b0=observer.b0,
        l0=observer.l0,
    )
    header = replace(
        true,
        x0=true.x0 + float(error[0]),
        y0=true.y0 + float(error[1]),
        scale=true.scale * (1 + plate.scale_error),
        roll=plate.header_roll,
    )
    return true, header
