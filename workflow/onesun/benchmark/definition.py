"""What a benchmark is: a file of ``resources/benchmarks/``, frozen once it is released."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from onesun.errors import ConfigError, DamagedProductError
from onesun.geometry.grid import Grid, Which
from onesun.geometry.settings import Grid as GridSection
from onesun.io import locations
from onesun.io.files import write_text
from onesun.metrics.settings import Measure
from onesun.products.aligned import AlignedFrame, AlignedMonth
from onesun.products.steps import to_steps
from onesun.settings import Month
from onesun.tables.settings import Bootstrap, Row

_STAMP = r"^[0-9]{8}_[0-9]{6}_TAI$"
_CLOSE = 1e-3  # of a mean unsigned field, between machines that round differently


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Fingerprint(_Part):
    """By what a field is known again.

    Parameters
    ----------
    sha256 : of its values in steps of 0.1 G, int32, rows from the first.
    pixels : how many have a value.
    unsigned : mean of their abs(B), gauss.
    """

    sha256: str
    pixels: int
    unsigned: float

    @classmethod
    def of(cls, field: np.ndarray) -> Fingerprint:
        """Of a field in gauss, NaN where there is no value."""
        known = np.isfinite(field)
        mean = float(np.abs(field[known], dtype=np.float64).mean()) if known.any() else 0.0
        digest = hashlib.sha256(to_steps(field).astype("<i4").tobytes()).hexdigest()
        return cls(sha256=digest, pixels=int(known.sum()), unsigned=round(mean, 6))

    def is_close(self, other: Fingerprint) -> bool:
        """Whether both are of one field, computed on machines that round differently."""
        far = abs(self.unsigned - other.unsigned) > _CLOSE * max(self.unsigned, other.unsigned)
        return not far and abs(self.pixels - other.pixels) <= _CLOSE * self.pixels


class Frame(_Part):
    """A frame of a test month: its stamp, and what its input and target are."""

    stamp: Annotated[str, Field(pattern=_STAMP)]
    input: Fingerprint
    target: Fingerprint


class Line(_Part):
    """input = a + b * target, where both are equally sharp; a in gauss."""

    a: float
    b: Annotated[float, Field(gt=0)]


class Gates(_Part):
    """What a submission has to pass.

    Parameters
    ----------
    slope : between which bounds the regression of the prediction on the target lies over
        abs(B) >= ``strong`` gauss: a field in another unit lies far beyond.
    limb : limb radii, from which on a pixel without a value is given that of the nearest one:
        the pointing decides there on what is disk.
    """

    slope: tuple[float, float] = (0.2, 5.0)
    strong: float = 50.0
    limb: float = 0.99


class Quantities(_Part):
    """How active regions are found on the target, and what is measured in them.

    Parameters
    ----------
    smooth : standard deviation of the Gaussian by which abs(B) is smoothed, target pixels.
    threshold : gauss of the smoothed field, above which an active region is.
    fewest : target pixels of an active region.
    line : gauss, the least field on both sides of a polarity inversion line.
    areas : gauss, above which areas are counted.
    cap : degrees of latitude, from which on a polar cap is.
    cap_radius : limb radii, beyond which it is not looked at.
    """

    smooth: float = 8.0
    threshold: float = 60.0
    fewest: int = 1024
    line: float = 150.0
    areas: tuple[float, float] = (50.0, 500.0)
    cap: float = 60.0
    cap_radius: float = 0.98


class Definition(_Part):
    """A benchmark.

    Parameters
    ----------
    name, version : a released benchmark does not change; a change is a new version.
    released : whether it is; of one that is not, frames have no fingerprints yet.
    simulated : True where inputs are simulated.
    pair, input, target : instruments, by the names of their records.
    months, training_months : tested; and those that a method may be trained on.
    grid : the common grid.
    line : the calibration by which inputs are held against predictions; None before the release.
    noise : standard deviation of a raw pixel of the input at the disk's centre, gauss, as in the
        training months; None where it is not known.
    measure : as the configuration's section; also the mask, ``within_radius``.
    rows : of Table 1.
    bootstrap : by which intervals are drawn.
    window : side of the windows of power spectra, target pixels.
    added : gauss; from which on detail that is added, or lacking, is judged.
    blocks : sides of the blocks whose means are held against their errors, target pixels.
    """

    name: str
    version: Annotated[int, Field(ge=1)]
    released: bool
    simulated: bool
    about: str
    pair: str
    input: str
    target: str
    months: Annotated[list[Month], Field(min_length=1)]
    training_months: Annotated[list[Month], Field(min_length=1)]
    grid: GridSection = GridSection()
    line: Line | None = None
    noise: float | None = None
    measure: Measure = Measure()
    rows: Annotated[list[Row], Field(min_length=1)]
    bootstrap: Bootstrap = Bootstrap()
    window: int = 128
    added: float = 20.0
    blocks: list[int] = [1, 8, 16, 32, 64, 128]
    quantities: Quantities = Quantities()
    gates: Gates = Gates()
    frames: list[Frame] = []

    @property
    def title(self) -> str:
        return f"{self.name} {self.version}"

    def on_grid(self) -> Grid:
        return Grid.from_settings(self.grid.model_dump())

    def calibrated(self) -> Line:
        """The line. Raises ConfigError where the benchmark is not released."""
        if self.line is None or not self.frames:
            raise ConfigError(
                f"benchmark {self.name}: not released, found no fingerprint of a frame, expected "
                "those that `onesun benchmark seal` takes of its aligned frames"
            )
        return self.line


def names() -> list[str]:
    """The benchmarks that come with the package."""
    return sorted(path.stem for path in locations.resource("benchmarks").glob("*.yaml"))


def load(given: str | Path) -> Definition:
    """A benchmark by its name, or of a file of one's own.

    Raises ConfigError when there is none of this name, or the file is none.
    """
    path = Path(given)
    if path.suffix not in (".yaml", ".yml"):
        path = locations.resource("benchmarks") / f"{given}.yaml"
        if not path.is_file():
            raise ConfigError(f"benchmark {given}: unknown, expected one of {', '.join(names())}")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: missing, expected a benchmark (YAML)") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise ConfigError(f"{path}: not readable as YAML, expected a benchmark") from None
    try:
        return Definition.model_validate(content)
    except ValidationError as error:
        raise ConfigError(f"{path}: {first_problem(error)}") from None


def first_problem(error: ValidationError) -> str:
    """The first of what pydantic found, as one sentence."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "content"
    found = "" if first["type"] == "missing" else f", found {str(first['input'])[:60]!r}"
    return f"{place}: {first['msg'].lower()}{found}"


def write(path: Path, definition: Definition) -> None:
    """Write a benchmark as YAML, whole or not at all."""
    content = definition.model_dump(mode="json")
    text = yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=100)
    write_text(path, text)


Frames = list[tuple[AlignedMonth, AlignedFrame, Frame]]


def frames_of(
    definition: Definition, months: Sequence[AlignedMonth], *which: Which
) -> tuple[Frames, list[str]]:
    """The benchmark's frames in aligned months, in the order of their stamps.

    Parameters
    ----------
    months : of its pair, each of its test months once.
    which : fields whose fingerprints are taken; of none, no field is read.

    Returns them and, in sentences, what another machine rounded differently. Raises
    ConfigError for another pair, DamagedProductError when a frame is missing or another one.
    """
    definition.calibrated()
    found: dict[str, tuple[AlignedMonth, AlignedFrame]] = {}
    for month in months:
        if month.pair != definition.pair:
            raise ConfigError(
                f"{month.folder}: frames of pair {month.pair}, expected {definition.pair}, that of "
                f"the benchmark {definition.name}"
            )
        found |= {frame.stamp: (month, frame) for frame in month.frames}
    rows, remarks = [], []
    for entry in sorted(definition.frames, key=lambda each: each.stamp):
        if entry.stamp not in found:
            raise DamagedProductError(
                f"frame {entry.stamp}: not among the aligned frames, expected every frame of the "
                f"benchmark {definition.title}"
            )
        month, frame = found[entry.stamp]
        for each in which:
            remarks += _checked(definition, month, frame, each, getattr(entry, each))
        rows.append((month, frame, entry))
    return rows, remarks


def _checked(
    definition: Definition, month: AlignedMonth, frame: AlignedFrame, which: Which, kept: Any
) -> list[str]:
    path = month.folder / frame.file(which)
    made = Fingerprint.of(month.field(frame, which))
    if made.sha256 == kept.sha256:
        return []
    if kept.is_close(made):
        return [f"{path.name}: made on a machine that rounds differently from the release's"]
    raise DamagedProductError(
        f"{path}: not the frame of the benchmark {definition.title} (mean |B| {made.unsigned:.2f} "
        f"G in {made.pixels} pixels, expected {kept.unsigned:.2f} G in {kept.pixels})"
    )
