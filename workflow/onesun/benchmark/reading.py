"""The fields of a submission: a folder of FITS files, or a Zarr store."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
import xarray as xr
from astropy.io import fits

from onesun.errors import DamagedProductError
from onesun.products.aligned import AlignedFrame
from onesun.products.raw import FITS_NAME

_SLACK = 720.0  # seconds between a header's time and the frame's, HMI's cadence
_STAMP = re.compile(r"(\d{8}_\d{6}_TAI)")


@dataclass(frozen=True)
class Answer:
    """What a submission says of a frame; gauss, NaN where there is no value.

    Parameters
    ----------
    field : (N, N) float32.
    error : (N, N) float32, a standard error for each pixel; None where none is given.
    draws : (D, N, N) float32, possible fields; None where none are given.
    """

    field: np.ndarray
    error: np.ndarray | None = None
    draws: np.ndarray | None = None

    @property
    def deviation(self) -> np.ndarray | None:
        """The standard error, or else the standard deviation of the possible fields."""
        if self.error is not None or self.draws is None:
            return self.error
        spread: np.ndarray = self.draws.std(axis=0, ddof=1)
        return spread


class Answers(Protocol):
    """What gives the answer to a frame; raises DamagedProductError where it cannot."""

    def answer(self, frame: AlignedFrame) -> Answer | None:
        """The answer, None where there is none."""


def open_answers(path: Path) -> Answers:
    """Open a submission.

    Raises DamagedProductError when it is no folder, and when a folder has no FITS file.
    """
    path = Path(path)
    if not path.is_dir():
        raise DamagedProductError(f"{path}: no folder, expected one of FITS files or a Zarr store")
    if (path / "zarr.json").is_file() or (path / ".zgroup").is_file():
        return Store(path)
    return Folder(path)


class Folder:
    """FITS files, matched by the stamp in their name, else by T_REC, else by time.

    The images are called FIELD, ERROR and DRAWS; a first image without a name is the field.
    """

    def __init__(self, path: Path) -> None:
        self._files: dict[str, Path] = {}
        self._times: list[tuple[datetime, Path]] = []
        files = sorted(each for each in path.iterdir() if FITS_NAME.fullmatch(each.name))
        if not files:
            raise DamagedProductError(f"{path}: no FITS file found, expected one for each frame")
        for file in files:
            self._note(file)

    def _note(self, file: Path) -> None:
        named = _STAMP.search(file.name)
        if named:
            self._files.setdefault(named[1], file)
            return
        header = _header(file)
        recorded = re.sub(r"[^0-9_TAI]", "", str(header.get("T_REC", "")))
        if _STAMP.fullmatch(recorded):
            self._files.setdefault(recorded, file)
        time = _time(str(header.get("T_OBS", header.get("DATE-OBS", ""))))
        if time is not None:
            self._times.append((time, file))

    def answer(self, frame: AlignedFrame) -> Answer | None:
        """See :class:`Answers`."""
        file = self._files.get(frame.stamp) or self._nearest(frame)
        return None if file is None else _read(file)

    def _nearest(self, frame: AlignedFrame) -> Path | None:
        wanted = [time for time in map(_time, (frame.input_time, frame.time)) if time is not None]
        away = [
            (min(abs((time - each).total_seconds()) for each in wanted), file)
            for time, file in self._times
        ]
        apart, file = min(away, default=(np.inf, None))
        return file if apart <= _SLACK else None


def _header(file: Path) -> fits.Header:
    try:
        with warnings.catch_warnings(action="ignore"), fits.open(file) as hdus:
            return next((hdu.header for hdu in hdus if hdu.header.get("NAXIS")), hdus[0].header)
    except (OSError, ValueError, TypeError) as error:
        raise DamagedProductError(f"{file}: not readable as FITS ({_short(error)})") from None


def _read(file: Path) -> Answer:
    try:
        with warnings.catch_warnings(action="ignore"), fits.open(file) as hdus:
            images = {
                str(hdu.header.get("EXTNAME", "")).strip().upper(): np.asarray(hdu.data, np.float32)
                for hdu in hdus
                if hdu.is_image and hdu.data is not None and hdu.data.ndim >= 2
            }
    except (OSError, ValueError, TypeError, IndexError) as error:
        raise DamagedProductError(f"{file}: not readable as FITS ({_short(error)})") from None
    field = images.get("FIELD", next(iter(images.values()), None))
    if field is None:
        raise DamagedProductError(f"{file}: no image found, expected one of the field in gauss")
    return Answer(field, images.get("ERROR"), images.get("DRAWS"))


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else "damaged"


def _time(text: str) -> datetime | None:
    digits = re.findall(r"\d+", text)
    if len(digits) < 5:
        return None
    year, month, day, hour, minute, *rest = (int(part) for part in digits[:6])
    try:
        return datetime(year, month, day, hour, minute, rest[0] if rest and rest[0] < 60 else 0)
    except ValueError:
        return None


class Store:
    """A Zarr store: ``field`` (time, y, x), and perhaps ``error`` and ``draws`` (time, draw, y, x).

    ``stamp`` (time) names the frames.
    """

    def __init__(self, path: Path) -> None:
        try:
            with warnings.catch_warnings(action="ignore"):
                self._data = xr.open_zarr(path, chunks=None)
            stamps = [str(stamp) for stamp in self._data["stamp"].values]
            self._data["field"]
        except (KeyError, ValueError, OSError, TypeError) as error:
            raise DamagedProductError(
                f"{path}: not readable as a submission ({_short(error)}), expected a Zarr store "
                "with field (time, y, x) and stamp (time)"
            ) from None
        self._place = {stamp: index for index, stamp in enumerate(stamps)}

    def answer(self, frame: AlignedFrame) -> Answer | None:
        """See :class:`Answers`."""
        index = self._place.get(frame.stamp)
        if index is None:
            return None
        given = {
            name: np.asarray(self._data[name][index].values, np.float32)
            for name in ("field", "error", "draws")
            if name in self._data
        }
        return Answer(**given)
