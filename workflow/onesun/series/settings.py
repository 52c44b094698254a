"""The sections ``noise``, ``series`` and ``variability``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from onesun.settings import FramesPerMonth, Radius, Section, key


class Noise(Section):
    """The target's noise, as the width of its weak fields in the training frames (Figure 6);
    it is added to predictions, which have none, where unsigned fields are added up.
    """

    READ_BY = ("onesun noise",)

    limit: float = key(10, unit="G", gt=0)
    """Only weaker fields are fitted."""
    within_radius: Radius = key(0.5, unit="solar radii")
    """Pixels beyond this distance from the disk's centre are left out; HMI's noise grows towards
    the limb.
    """
    frames_per_month: FramesPerMonth = key(4)


class Region(Section):
    """A rectangle on the common grid, rounded to whole input pixels; it has to lie on the
    disk.
    """

    centre: list[float] = key(
        [-100, 350], unit="arcsec", title="a list of two numbers", min_length=2, max_length=2
    )
    """Its middle, solar west and north of the disk's centre."""
    size: list[Annotated[float, Field(gt=0)]] = key(
        [900, 300], unit="arcsec", title="a list of two numbers above 0", min_length=2, max_length=2
    )
    """Its width and height."""


class HmiModulation(Section):
    """HMI's error that follows the observer's radial velocity, put in to be found; noise has
    none.
    """

    amplitude_24h: float = key(0.02, unit="fraction", ge=0, le=1)
    """Fractional change of the signal, largest once in 24 h."""
    amplitude_12h: float = key(0.0, unit="fraction", ge=0, le=1)
    """The same, with a period of 12 h."""


class Sample(Section):
    """The embedded sample's frames of that month are made again for it, with these in place of
    `sample`'s own; other sources' frames are taken as they are.
    """

    frames: int = key(31, ge=1, le=240)
    """Frames, half of them before the real one; 31 are two days."""
    cadence: float = key(96, unit="min", gt=0)
    """Time between two frames."""
    hmi_modulation: HmiModulation = HmiModulation()


class Series(Section):
    """One region through time (Figures 6 and 8), in one test month."""

    READ_BY = ("the rules", "onesun crop", "onesun sample series")

    month: str | None = key(
        None, title='a month as "YYYY-MM", or null', pattern="^[0-9]{4}-(0[1-9]|1[0-2])$"
    )
    """The test month that is followed; null is the last one that all pairs share."""
    method: str | None = key(None, title="a name under methods, or null")
    """Whose predictions are followed; null is that of the last column of `table1`."""
    region: Region = Region()
    margin: int = key(24, unit="input pixels", ge=0)
    """What methods see of the input around it, at least as far as they look."""
    sample: Sample = Sample()


class Variability(Section):
    """HMI's daily variability (section 6.4): sinusoids in the ratio of its unsigned field to
    the prediction's.
    """

    READ_BY = ("onesun variability",)

    degree: int = key(1, ge=1, le=9)
    """Degree of the polynomial in time that takes up what changes over the series."""
    zero_point: bool = key(True)
    """Whether to fit how the ratio follows the signed field that HMI is compared with, which
    changes with the input's zero point.
    """
    half_day: bool = key(True)
    """Whether a period of 12 h is fitted beside that of 24 h."""
