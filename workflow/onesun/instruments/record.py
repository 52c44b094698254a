"""An instrument is data: everything particular about one stands in its YAML record."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from onesun.errors import ConfigError
from onesun.io import locations, yaml_files

if TYPE_CHECKING:
    import numpy as np

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Detector(_Record):
    """Pixels along each axis and the plate scale in arcsec per pixel."""

    width: int
    height: int
    plate_scale: Positive
    limb_margin: NotNegative  # pixels inside the limb that mix with what lies outside


class Header(_Record):
    """How its headers are read."""

    convention: Literal["wcs", "mdi", "gong"]  # readers in onesun.reading
    identify: dict[str, tuple[str, ...]]  # keyword: the beginnings of values that it may have
    identify_also: tuple[dict[str, tuple[str, ...]], ...] = ()  # the same, in older headers
    refuse: dict[str, tuple[str, ...]]  # keyword: beginnings of values of other products
    only: dict[str, tuple[str, ...]] = {}  # keyword: words of which its value has one, if any
    time_keyword: str  # middle of the integration
    time_scale: Literal["tai", "gps"]
    keep: tuple[str, ...]  # identifying keywords carried along


class SkyFill(_Record):
    """A fill off the disk that proves the unit, since it is scaled as the field is."""

    keyword: str  # of the fill
    unit: str  # of the fill, one of those with a factor
    zero_point: str  # keyword of what was taken off the field, and off the fill; gauss


class Units(_Record):
    """Units of its files besides those of a magnetic field, and what proves them without BUNIT."""

    factors: dict[str, Positive] = {}  # gauss per unit, by what BUNIT may say
    sky: SkyFill | None = None


class Statistics(_Record):
    """Keywords of the statistics of its values that its headers keep."""

    minimum: str
    maximum: str
    mean: str
    rms: str  # about the mean
    within: Positive | None = None  # limb radii; None: of the whole image
    in_gauss: bool = False  # in every file, so that agreement with the data proves their unit

    @property
    def with_sky(self) -> bool:
        return self.within is None

    @property
    def keywords(self) -> tuple[str, ...]:
        return self.minimum, self.maximum, self.mean, self.rms


class Values(_Record):
    """How its values are read."""

    strongest: Positive  # gauss; what is recorded beyond it is no field
    units: Units = Units()
    statistics: Statistics | None = None


class QualityBit(_Record):
    """What one bit of a quality word, or several, mean, and what follows from it.

    ``use`` is ``refuse`` (the frame is left out), ``stratum`` (it is used, and its tables name the
    bit, so that results can be split by it) or ``ignore`` (set in ordinary frames).
    """

    mask: Annotated[int, Field(gt=0, lt=2**32)]  # as the archive's documents write it
    name: str
    use: Literal["refuse", "stratum", "ignore"]
    writer: str | None = None  # who means this by it; None: all writers
    data: bool | None = None  # only in words of records with (true) or without (false) data


class QualityWord(_Record):
    """How its quality word is read."""

    keyword: str | None
    flag: str | None = None  # keyword whose presence alone marks a bad frame
    # Who wrote a word, by keyword and the beginnings of its values; the same bit can mean two
    # things to two of them.
    writers: dict[str, dict[str, tuple[str, ...]]] = {}
    no_data: Annotated[int, Field(gt=0, lt=2**32)] | None = None  # set where there are no data
    bits: tuple[QualityBit, ...] = ()

    @model_validator(mode="after")
    def _each_bit_means_one_thing(self) -> QualityWord:
        for number, one in enumerate(self.bits):
            if one.writer is not None and one.writer not in self.writers:
                known = ", ".join(self.writers) or "none"
                raise ValueError(f"bit {one.mask:#x} is of {one.writer!r}, expected of: {known}")
            for other in self.bits[:number]:
                both = one.mask & other.mask
                if both and _overlap(one.writer, other.writer) and _overlap(one.data, other.data):
                    raise ValueError(f"bit {both:#x} is {other.name!r} and {one.name!r}")
        return self


def _overlap(first: Any, second: Any) -> bool:
    return first is None or second is None or first == second


class Optics(_Record):
    """Point spread function: a Gaussian of this full width at half maximum, in arcsec."""

    fwhm: Positive


class Saturation(_Record):
    """Above ``onset`` gauss (on its own scale) the signal falls by ``fall`` per gauss."""

    onset: Positive
    fall: NotNegative


class Noise(_Record):
    """Noise at disk centre in gauss, by integration time in seconds; it grows to the limb."""

    by_interval: dict[int, Positive]
    limb_growth: NotNegative

    def sigma(self, mu: np.ndarray, interval: int) -> np.ndarray:
        """Standard deviation, gauss, in the shape of ``mu``.

        Parameters
        ----------
        mu : cosine of the angle between line of sight and vertical.
        interval : integration time, s; a key of ``by_interval``.
        """
        return self.by_interval[interval] * (1 + self.limb_growth * (1 - mu))


class Response(_Record):
    """What it makes of the field, for the forward model."""

    gain: Positive  # its field over HMI's at matched resolution
    saturation: Saturation | None
    zero_point: NotNegative  # spread of the per-frame offset, gauss
    noise: Noise


class PointingErrors(_Record):
    """By how much its headers err, for the forward model: standard deviations and the stretch."""

    roll: NotNegative  # degrees
    centre: NotNegative  # pixels
    scale: NotNegative  # fraction
    radial_stretch: float  # r -> r (1 + stretch (r^2 - 1)), r in limb radii


class OffDisk(_Record):
    """What its files hold off the disk: missing values, a constant in gauss, or noise."""

    kind: Literal["missing", "constant", "noise"]
    value: float | None = None  # gauss, for a constant
    beyond_limb: NotNegative = 0.0  # pixels past the limb that hold finite noise


class Instrument(_Record):
    """One instrument's record, from ``resources/instruments/{name}.yaml``."""

    name: str
    title: str
    series: str
    segment: str | None
    file_pattern: str
    cadence: Positive  # seconds
    epoch: str  # time of one slot, on the scale of its headers
    detector: Detector
    header: Header
    values: Values
    quality: QualityWord
    off_disk: OffDisk
    optics: Optics
    response: Response
    pointing_errors: PointingErrors
    archive: Literal["jsoc", "nso"] | None = None  # who keeps its files; None: only your own
    file_size: Positive | None = None  # MB of a file as archived, for plans
    sources: dict[str, str]  # where each number comes from


@cache
def load(name: str, folder: Path | None = None) -> Instrument:
    """Load the record of instrument ``name`` (lower case).

    Raises ConfigError when there is no such record or when it is not valid.
    """
    folder = folder or locations.instrument_records()
    path = folder / f"{name}.yaml"
    if not path.is_file():
        raise ConfigError(
            f"instrument {name!r}: no record, expected one of {', '.join(names(folder))}"
        )
    try:
        return Instrument.model_validate({"name": name, **yaml_files.read(path)})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"{path.name}: {where}: {first['msg']} (found {first['input']!r})"
        ) from None


def names(folder: Path | None = None) -> list[str]:
    """Names of the instruments that have a record."""
    return sorted(path.stem for path in (folder or locations.instrument_records()).glob("*.yaml"))
