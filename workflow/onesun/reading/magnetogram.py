"""A line-of-sight magnetogram that can be trusted, whichever instrument took it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from astropy.time import Time

from onesun.geometry.pointing import Pointing
from onesun.reading.robust import robust_sigma

CORE_RADIUS = 0.3  # limb radii; the part of the disk whose weak pixels give the noise


@dataclass(frozen=True)
class Quality:
    """A quality word, read bit by bit.

    Parameters
    ----------
    word : the unsigned 32-bit word, or None where the instrument writes none.
    set_bits : name of each set bit, by bit number.
    refused : names of the set bits for which the instrument record refuses a frame.
    flagged : what a keyword that only bad frames have says; empty where there is none.
    strata : masks and names of the set bits by which usable frames can be grouped.
    """

    word: int | None
    set_bits: dict[int, str]
    refused: tuple[str, ...]
    flagged: str = ""
    strata: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        return not (self.refused or self.flagged)

    @property
    def objection(self) -> str:
        """Why the frame is not usable; empty if it is."""
        if self.usable:
            return ""
        return self.flagged or f"quality word {self}"

    def __str__(self) -> str:
        if self.word is None:
            return f"refused: {self.flagged}" if self.flagged else "no quality word"
        bits = (
            ", ".join(f"{1 << bit:#x} {name}" for bit, name in self.set_bits.items())
            or "no bit set"
        )
        verdict = "usable" if self.usable else f"refused: {', '.join(self.refused)}"
        return f"0x{self.word:08X} ({bits}): {verdict}"


@dataclass(frozen=True)
class Magnetogram:
    """One frame as the reader understood it.

    Parameters
    ----------
    field : (ny, nx) float32, line-of-sight field in gauss, positive towards the observer; NaN off
        the disk by limb geometry and where the instrument recorded nothing.
    pointing : pixel of the disk centre, plate scale, roll, radius, observer.
    time : time of observation (middle of the integration), TAI scale.
    instrument : name of the instrument record that read it.
    quality : its quality word.
    observer_velocity : radial velocity of the observer, m/s, positive away from the Sun
        (``OBS_VR``); NaN where it is not recorded.
    interval : integration time, s; NaN where it is not recorded.
    simulated : True where the header says that the frame was simulated.
    source : file name.
    header : the identifying keywords, as found.
    unit : what the file's values are in, and how that is known.
    doubts : sentences about what in the file contradicts its values; empty for a good frame.
    """

    field: np.ndarray
    pointing: Pointing
    time: Time
    instrument: str
    quality: Quality
    observer_velocity: float
    interval: float
    simulated: bool
    source: str
    header: dict[str, Any] = dataclasses.field(default_factory=dict)
    unit: str = "gauss"
    doubts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.field.ndim != 2 or self.field.dtype != np.float32:
            raise ValueError("field must be a two-dimensional float32 array")
        if self.time.scale != "tai":
            raise ValueError("time must be on the TAI scale")

    def missing_share(self) -> float:
        """Share of the disk (r < 0.98) without a value."""
        disk = self.pointing.radius(self.field.shape) < 0.98
        missing = np.count_nonzero(np.isnan(self.field[disk]))
        return float(missing / max(int(np.count_nonzero(disk)), 1))

    def core_noise(self) -> float:
        """Noise of weak pixels near the disk centre, gauss.

        Robust sigma (1.4826 x median absolute deviation) within 0.3 limb radii; quiet-Sun field
        adds to it, so it is an upper bound.
        """
        core = self.field[self.pointing.radius(self.field.shape) < CORE_RADIUS]
        return robust_sigma(core[np.isfinite(core)])
