"""Which raw frames of a month can be used, and why the others cannot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from onesun import instruments
from onesun.errors import UntrustedFrameError
from onesun.io.progress import track
from onesun.reading import read
from onesun.reading.keywords import jsoc_time
from onesun.reading.magnetogram import Magnetogram
from onesun.reading.slots import nearest_slot, stamp
from onesun.reading.times import tai_seconds


@dataclass(frozen=True)
class Observation:
    """A usable frame: its file, and when it was taken.

    Parameters
    ----------
    seconds : time of observation, TAI seconds since 1970.
    time : the same, ISO in TAI.
    stamp : its T_REC as YYYYMMDD_HHMMSS_TAI.
    """

    path: Path
    instrument: str
    seconds: float
    time: str
    stamp: str


@dataclass(frozen=True)
class Refusal:
    """A frame that is left out, and the reason."""

    file: str
    instrument: str
    time_tai: str
    reason: str


def refuse(observation: Observation, reason: str) -> Refusal:
    """Leave out a frame that had looked usable."""
    path = observation.path
    return Refusal(path.name, observation.instrument, observation.time, _without(path, reason))


def screen(
    files: Iterable[Path], instrument: str, max_missing: float
) -> tuple[list[Observation], list[Refusal]]:
    """Read every file once and keep those that can be trusted.

    Parameters
    ----------
    files : raw frames of one instrument.
    instrument : name of its record.
    max_missing : share of the disk that may be missing.

    Returns the usable frames by time and the refusals in the order of ``files``.
    """
    usable: list[Observation] = []
    refused: list[Refusal] = []
    files = list(files)
    for path in track(files, f"reading {instrument}", total=len(files)):
        try:
            frame = read(path, instrument)
            observation = observe(path, frame)
        except UntrustedFrameError as error:
            refused.append(Refusal(path.name, instrument, "", _without(path, str(error))))
            continue
        reason = _unusable(frame, max_missing)
        if reason:
            refused.append(refuse(observation, reason))
        else:
            usable.append(observation)
    return sorted(usable, key=lambda one: (one.seconds, one.path.name)), refused


def observe(path: Path, frame: Magnetogram) -> Observation:
    """The file and times of a frame that was read from ``path``."""
    return Observation(
        path=path,
        instrument=frame.instrument,
        seconds=tai_seconds(frame.time),
        time=frame.time.isot,
        stamp=_stamp(path, frame),
    )


def _without(path: Path, reason: str) -> str:
    """A reason less the file that it names first: another column does, and without its folder."""
    return reason.removeprefix(f"{path}: ")


def _unusable(frame: Magnetogram, max_missing: float) -> str | None:
    if not frame.quality.usable:
        return frame.quality.objection
    if frame.doubts:
        return frame.doubts[0]
    missing = frame.missing_share()
    if missing > max_missing:
        return f"{missing:.2%} of the disk is missing, expected at most {max_missing:.2%}"
    return None


def _stamp(path: Path, frame: Magnetogram) -> str:
    """T_REC of the header or, where there is none, the nearest slot of the instrument's cadence."""
    if frame.header.get("T_REC"):
        return stamp(jsoc_time(frame.header, "T_REC", path))
    return stamp(nearest_slot(frame.time, instruments.load(frame.instrument)))
