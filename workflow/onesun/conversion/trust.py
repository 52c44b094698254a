"""What speaks against a frame although it can be read: its quality, its gaps, its own header.

Each doubt is one sentence. ``--force`` converts in spite of doubts and writes them into the output;
what cannot be read at all (another instrument, no disk, damaged bytes) has no such way. What the
reader itself doubts, a contradiction between header and values, comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sunpy.coordinates import sun

from onesun import instruments
from onesun.errors import UntrustedFrameError
from onesun.geometry.grid import ARCSEC_PER_RADIAN, AU_METRES, SOLAR_RADIUS_METRES
from onesun.instruments import Instrument
from onesun.reading.keywords import jsoc_time
from onesun.reading.magnetogram import Magnetogram
from onesun.reading.times import seconds_between

MAX_MISSING = 0.01  # share of the disk
_LIMB_TOLERANCE = 3.0  # pixels between the limb that the header gives and that of the data
_CHORD = 5  # pixels with a value that make a row or column part of the disk
_RADIUS_TOLERANCE = 0.005  # between the angular radius and that of the distance, fraction
_DISTANCE_TOLERANCE = 0.02  # between the observer's distance and the Earth's; SoHO is 1 % closer
_LATITUDE_TOLERANCE = 1.0  # degrees, between the observer and the Earth
_LONGITUDE_TOLERANCE = 2.0


@dataclass(frozen=True)
class Evidence:
    """A frame, and what of its file speaks for or against it.

    Parameters
    ----------
    frame : as read.
    header : of the file.
    recorded : (ny, nx) bool, which pixels the file holds a measurement in, see
        :func:`onesun.reading.sky.recorded_pixels`.
    """

    frame: Magnetogram
    header: Mapping[str, Any]
    recorded: np.ndarray

    @property
    def record(self) -> Instrument:
        return instruments.load(self.frame.instrument)


def doubts(evidence: Evidence) -> list[str]:
    """Sentences about what cannot be trusted, the gravest first; empty for a good frame."""
    found = [said for each in _CHECKS if (said := each(evidence)) is not None]
    return [*evidence.frame.doubts, *found]


def _quality(evidence: Evidence) -> str | None:
    quality = evidence.frame.quality
    if not quality.refused:
        return quality.objection or None
    return f"{quality.objection}, expected none of these bits"


def _limb(evidence: Evidence) -> str | None:
    if evidence.record.off_disk.kind == "noise":
        return None
    pointing = evidence.frame.pointing
    edges = []
    for axis in (0, 1):
        along = np.flatnonzero(evidence.recorded.sum(axis=axis) >= _CHORD)
        if along.size == 0:
            return "no disk found in its data, expected one"
        edges += [along[0] - 0.5, along[-1] + 0.5]
    left, right, bottom, top = edges
    found_x, found_y = (left + right) / 2, (bottom + top) / 2
    radius = (right - left + top - bottom) / 4
    away = max(
        abs(found_x - pointing.x0), abs(found_y - pointing.y0), abs(radius - pointing.limb_radius)
    )
    if away <= _LIMB_TOLERANCE:
        return None
    return (
        f"disk around ({found_x:.1f}, {found_y:.1f}) with a radius of {radius:.1f} pixels found in "
        f"its data, expected it around ({pointing.x0:.1f}, {pointing.y0:.1f}) with "
        f"{pointing.limb_radius:.1f} as its header says"
    )


def _missing(evidence: Evidence) -> str | None:
    share = evidence.frame.missing_share()
    if share <= MAX_MISSING:
        return None
    return f"interrupted: {share:.1%} of the disk is missing, expected at most {MAX_MISSING:.0%}"


def _constant(evidence: Evidence) -> str | None:
    """A shutter that stayed closed, or a file of zeros, has a disk without any noise."""
    if evidence.frame.core_noise() > 0:
        return None
    return "no noise found at the disk centre, expected some in a measurement"


def _radius(evidence: Evidence) -> str | None:
    pointing = evidence.frame.pointing
    if pointing.dsun <= SOLAR_RADIUS_METRES:
        return f"observer {pointing.dsun:.3g} m from the Sun's centre found, expected about 1 AU"
    by_distance = float(np.arcsin(SOLAR_RADIUS_METRES / pointing.dsun)) * ARCSEC_PER_RADIAN
    if abs(pointing.rsun / by_distance - 1) <= _RADIUS_TOLERANCE:
        return None
    return (
        f"angular radius {pointing.rsun:.2f} arcsec contradicts the distance of "
        f"{pointing.dsun / AU_METRES:.6g} AU, expected {by_distance:.2f} arcsec from there"
    )


def _observer(evidence: Evidence) -> str | None:
    """Both instruments look from near the Earth, so that the time determines where they are."""
    frame = evidence.frame
    pointing = frame.pointing
    b0, l0 = float(sun.B0(frame.time).deg), float(sun.L0(frame.time).deg)
    distance = float(sun.earth_distance(frame.time).to_value("AU"))
    found = pointing.dsun / AU_METRES
    turned = abs((pointing.l0 - l0 + 180) % 360 - 180)
    if (
        abs(found / distance - 1) <= _DISTANCE_TOLERANCE
        and abs(pointing.b0 - b0) <= _LATITUDE_TOLERANCE
        and turned <= _LONGITUDE_TOLERANCE
    ):
        return None
    return (
        f"observer at latitude {pointing.b0:.6g}, Carrington longitude {pointing.l0:.6g} degrees "
        f"and {found:.6g} AU found, expected about {b0:.2f}, {l0:.2f} and {distance:.4f} at "
        f"{frame.time.utc.isot[:19]} UTC"
    )


def _slot(evidence: Evidence) -> str | None:
    """T_OBS lies in the slot that T_REC names."""
    if not evidence.header.get("T_REC"):
        return None
    try:
        slot = jsoc_time(evidence.header, "T_REC", Path(evidence.frame.source))
    except UntrustedFrameError as error:
        return str(error).removeprefix(f"{evidence.frame.source}: ")
    apart = abs(seconds_between(slot, evidence.frame.time))
    cadence = evidence.record.cadence
    if apart <= cadence:
        return None
    return (
        f"time of observation {evidence.frame.time.isot} lies {apart:.0f} s from T_REC "
        f"{slot.isot}, expected at most {cadence:.0f} s"
    )


_CHECKS: tuple[Callable[[Evidence], str | None], ...] = (
    _quality,
    _missing,
    _limb,
    _constant,
    _radius,
    _slot,
    _observer,
)
