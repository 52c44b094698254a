"""What is written of an aligned pair: FITS cards, the row of the table, the manifest's entry."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from onesun import instruments
from onesun.alignment.registration import Registration
from onesun.geometry.grid import AU_METRES, RSUN_AT_1AU, SOLAR_RADIUS_METRES, Grid, Which
from onesun.products.aligned import AlignedFrame
from onesun.reading.magnetogram import Magnetogram
from onesun.reading.pixel_noise import pixel_noise
from onesun.reading.slots import jsoc_text
from onesun.reading.times import seconds_between
from onesun.version import __version__


@dataclass(frozen=True)
class PairRecord:
    """Everything to tell of one aligned pair.

    Parameters
    ----------
    stamp : the target's T_REC as YYYYMMDD_HHMMSS_TAI.
    grid : the common grid.
    source, target : the raw frames.
    registration : what was found between them.
    """

    stamp: str
    grid: Grid
    source: Magnetogram
    target: Magnetogram
    registration: Registration

    @property
    def time_difference(self) -> float:
        """Time of the input less that of the target, s."""
        return seconds_between(self.target.time, self.source.time)

    def file(self, which: Which) -> str:
        """Name of the aligned file."""
        return f"{self.stamp}.{which}.fits"

    def entry(self) -> AlignedFrame:
        """The manifest's entry."""
        return AlignedFrame(
            stamp=self.stamp,
            time=self.target.time.isot,
            input_time=self.source.time.isot,
            interval=_known(self.source.interval),
            input_file=self.file("input"),
            target_file=self.file("target"),
            b0=self.target.pointing.b0,
            l0=self.target.pointing.l0,
            dsun=self.target.pointing.dsun,
            input_dsun=self.source.pointing.dsun,
            observer_velocity=_known(self.target.observer_velocity),
            simulated=self.source.simulated or self.target.simulated,
            input_noise=_known(round(pixel_noise(self.source), 4)),
        )

    def row(self) -> dict[str, Any]:
        """One row of the table of frames; each number's unit stands in its column's name."""
        found, correction = self.registration, self.registration.correction
        unit = self.grid.limb_radius("input")
        return {
            "stamp": self.stamp,
            "input_source": self.source.source,
            "target_source": self.target.source,
            "input_time_tai": self.source.time.isot,
            "target_time_tai": self.target.time.isot,
            "time_difference_s": f"{self.time_difference:.3f}",
            "interval_s": _digits(self.source.interval, 1),
            "b0_deg": f"{self.target.pointing.b0:.5f}",
            "l0_deg": f"{self.target.pointing.l0:.5f}",
            "target_dsun_m": f"{self.target.pointing.dsun:.0f}",
            "input_dsun_m": f"{self.source.pointing.dsun:.0f}",
            "observer_velocity_m_per_s": _digits(self.target.observer_velocity, 1),
            "input_core_noise_gauss": _digits(self.source.core_noise(), 2),
            "target_core_noise_gauss": _digits(self.target.core_noise(), 2),
            "registration": found.model,
            "shift_west_input_px": f"{correction.shift_x * unit:.4f}",
            "shift_north_input_px": f"{correction.shift_y * unit:.4f}",
            "roll_deg": f"{correction.roll:.5f}",
            "scale_fraction": f"{correction.scale:.8f}",
            "stretch_fraction": f"{correction.stretch:.8f}",
            "residual_west_input_px": _digits(found.residual_x, 4),
            "residual_north_input_px": _digits(found.residual_y, 4),
            "tile_scatter_input_px": _digits(found.tile_scatter, 4),
            "tiles_count": found.tiles,
            "correlation_before_fraction": f"{found.correlation_before:.5f}",
            "correlation_after_fraction": f"{found.correlation_after:.5f}",
            "input_quality": _word(self.source),
            "target_quality": _word(self.target),
            "input_strata": "; ".join(self.source.quality.strata),
            "target_strata": "; ".join(self.target.quality.strata),
            "simulated": str(self.source.simulated or self.target.simulated).lower(),
        }

    def cards(self, which: Which) -> dict[str, Any]:
        """FITS cards of the aligned input or target: geometry, time, provenance, registration."""
        frame = self.source if which == "input" else self.target
        return {
            **self._geometry(which),
            "DATE-OBS": (self.target.time.utc.isot, "UTC, time that is shown"),
            "T_OBS": (jsoc_text(self.target.time), "time that is shown"),
            "T_REC": (_jsoc_stamp(self.stamp), "slot of the target"),
            "T_SOURCE": (jsoc_text(frame.time), "time of observation of the source"),
            "ORIGIN": (f"OneSun {__version__}", "aligned"),
            "TELESCOP": (instruments.load(frame.instrument).title, "of the source"),
            "CONTENT": ("ALIGNED MAGNETOGRAM", "line of sight"),
            "SOURCE": (frame.source, "raw file"),
            "SRCDSUN": (frame.pointing.dsun, "[m] distance of its observer"),
            "SIMULATD": (frame.simulated, "the source is simulated"),
            **(self._registration() if which == "input" else {}),
        }

    def _geometry(self, which: Which) -> dict[str, Any]:
        size, scale = self.grid.size(which), self.grid.scale(which)
        centre = (size + 1) / 2
        observer = self.target.pointing
        return {
            "WCSAXES": 2,
            "CTYPE1": ("HPLN-TAN", "solar west"),
            "CTYPE2": ("HPLT-TAN", "solar north"),
            "CUNIT1": "arcsec",
            "CUNIT2": "arcsec",
            "CRPIX1": (centre, "disk centre, counted from 1"),
            "CRPIX2": (centre, "disk centre, counted from 1"),
            "CRVAL1": 0.0,
            "CRVAL2": 0.0,
            "CDELT1": (scale, "[arcsec] seen from 1 AU"),
            "CDELT2": (scale, "[arcsec] seen from 1 AU"),
            "CROTA2": (0.0, "[deg] solar north is up"),
            "DSUN_OBS": (AU_METRES, "[m] the Sun is as large as from 1 AU"),
            "RSUN_OBS": (RSUN_AT_1AU, "[arcsec]"),
            "RSUN_REF": (SOLAR_RADIUS_METRES, "[m]"),
            "CRLN_OBS": (observer.l0, "[deg] of the target's observer"),
            "CRLT_OBS": (observer.b0, "[deg] of the target's observer"),
        }

    def _registration(self) -> dict[str, Any]:
        found, correction = self.registration, self.registration.correction
        unit = self.grid.limb_radius("input")
        return {
            "REGMODEL": (found.model, "registration on the target"),
            "REGWEST": (round(correction.shift_x * unit, 4), "[pixel] disk centre, to the west"),
            "REGNORTH": (round(correction.shift_y * unit, 4), "[pixel] disk centre, to the north"),
            "REGROLL": (correction.roll, "[deg] added to CROTA2"),
            "REGSCALE": (correction.scale, "fraction added to the limb radius"),
            "REGSTRCH": (correction.stretch, "radial stretch k in 1 + k (r^2 - 1)"),
            "REGCORR0": (round(found.correlation_before, 5), "correlation before registration"),
            "REGCORR1": (round(found.correlation_after, 5), "correlation after registration"),
        }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _digits(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if math.isfinite(value) else ""


def _word(frame: Magnetogram) -> str:
    """The quality word as JSOC writes it; empty where there is none."""
    return "" if frame.quality.word is None else f"0x{frame.quality.word:08X}"


def _jsoc_stamp(stamp: str) -> str:
    """``20160707_010000_TAI`` as ``2016.07.07_01:00:00_TAI``."""
    day, clock, zone = stamp.split("_")
    return f"{day[:4]}.{day[4:6]}.{day[6:]}_{clock[:2]}:{clock[2:4]}:{clock[4:]}_{zone}"
