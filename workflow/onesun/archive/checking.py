"""Whether a file that arrived is whole and usable: nothing counts before it was opened once."""

from __future__ import annotations

import io
import os
import warnings
from datetime import datetime
from pathlib import Path

from astropy.io import fits
from astropy.time import Time

from onesun.archive.journal import Kept
from onesun.archive.keywords import write_keywords
from onesun.archive.nso.quality import refusal
from onesun.archive.remote import RemoteFile
from onesun.errors import DamagedFrameError, UntrustedFrameError
from onesun.instruments import Instrument
from onesun.io.files import sha256
from onesun.reading import read
from onesun.reading.magnetogram import Magnetogram
from onesun.reading.times import seconds_between

COMPLETED = ".with-keywords-"  # begins the names of files that are not checked yet
_GZIP = b"\x1f\x8b"


def accept(
    part: Path, place: Path, file: RemoteFile, record: Instrument, length: int | None = None
) -> Kept:
    """Check the file ``part`` as it arrived, complete its header, and move it to ``place``.

    Parameters
    ----------
    length : bytes, as the server announced them.

    Raises DamagedFrameError when the file is not what the archive holds, UntrustedFrameError when
    it is, but not a frame that can be used; their messages do not name the file, which stays.
    """
    whole = part
    try:
        _check_size(part, length, "the server announced")
        _check_size(part, file.size, "the archive lists")
        _check_sums(part)
        if file.keywords is not None:
            whole = part.with_name(f"{COMPLETED}{part.name}")
            write_keywords(part, file.keywords, whole)
        kept = check(whole, file.slot, record)
    except UntrustedFrameError as error:
        raise type(error)(_without(str(error), whole, part)) from None
    with open(whole, "rb") as handle:
        os.fsync(handle.fileno())
    whole.rename(place)
    part.unlink(missing_ok=True)
    return kept


def check(path: Path, slot: str, record: Instrument) -> Kept:
    """Read a file as the alignment will, and refuse what it would refuse, or another slot's.

    Raises as :func:`accept` does; the message begins with the path.
    """
    reason = _unusable(read(path, record.name), slot, record)
    if reason:
        raise UntrustedFrameError(f"{path}: {reason}")
    return Kept(path.stat().st_size, sha256(path))


def _unusable(frame: Magnetogram, slot: str, record: Instrument) -> str | None:
    if not frame.quality.usable:
        return frame.quality.objection
    if frame.doubts:
        return frame.doubts[0]
    wanted = Time(datetime.strptime(slot, "%Y%m%d_%H%M%S_TAI"), scale="tai")
    if abs(seconds_between(wanted, frame.time)) > record.cadence / 2:
        return f"taken at {frame.time.isot} TAI, expected within {record.cadence / 2:g} s of {slot}"
    return refusal(frame.header) if record.archive == "nso" else None


def _check_size(path: Path, expected: int | None, who: str) -> None:
    found = path.stat().st_size
    if expected is not None and found != expected:
        raise DamagedFrameError(f"{path}: {found} bytes arrived, {who} {expected}")


def _check_sums(path: Path) -> None:
    """Compare CHECKSUM and DATASUM, where a file of JSOC has them, with its bytes.

    GONG's files lie in gzip, which has a sum of its own, and their headers carry wrong ones.
    """
    content = path.read_bytes()
    if content.startswith(_GZIP):
        return
    try:
        with (
            warnings.catch_warnings(),
            fits.open(io.BytesIO(content), disable_image_compression=True) as hdus,
        ):
            warnings.simplefilter("ignore")
            for hdu in hdus:
                for keyword, verify in (
                    ("DATASUM", hdu.verify_datasum),
                    ("CHECKSUM", hdu.verify_checksum),
                ):
                    if verify() == 0:
                        raise DamagedFrameError(
                            f"{path}: damaged (its bytes do not add up to {keyword} "
                            f"{hdu.header[keyword]})"
                        )
    except DamagedFrameError:
        raise
    # Damaged bytes make astropy raise errors of any class.
    except Exception as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise DamagedFrameError(f"{path}: damaged or not FITS ({first})") from None


def _without(message: str, *paths: Path) -> str:
    for path in paths:
        message = message.removeprefix(f"{path}: ")
    return message
