"""Open any of the FITS flavours the archives serve: plain, .gz, and Rice in an extension."""

from __future__ import annotations

import gzip
import io
import re
import warnings
import zlib
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.utils.exceptions import AstropyUserWarning

from onesun.errors import DamagedFrameError, UntrustedFrameError
from onesun.reading.hdu import choose
from onesun.reading.world import upright

_CARD = 80  # bytes
_COUNT = re.compile(rb"(NAXIS   |ZNAXIS  |TFIELDS )= *\+?(\d{4,60})", re.IGNORECASE)
_INITIALS = np.frombuffer(b"NnZzTt", np.uint8)
_MOST = 999  # by the FITS standard, of each
_GZIP = b"\x1f\x8b"


def load(path: Path) -> tuple[np.ndarray, fits.Header]:
    """Read the image of a FITS file that is meant, see :func:`onesun.reading.hdu.choose`.

    Returns the field as float32 (ny, nx), BSCALE applied, BLANK as NaN and a mirror image turned
    over, and its header.
    Raises UntrustedFrameError, naming the file, when it is missing or holds no two-dimensional
    image, its subclass DamagedFrameError when it is truncated or damaged.
    """
    path = Path(path)
    if not path.is_file():
        found = "a folder found, expected a FITS file" if path.is_dir() else "no such file"
        raise UntrustedFrameError(f"{path}: {found}")
    try:
        with warnings.catch_warnings():
            # A truncated file only warns and then reads as garbage: make it an error.
            warnings.simplefilter("ignore")
            for suspicious in ("File may have been truncated", "Error validating header"):
                warnings.filterwarnings("error", suspicious, AstropyUserWarning)
            content = _content(path)
            _check_counts(path, content)
            _check_sum(path, content)
            with fits.open(io.BytesIO(content), do_not_scale_image_data=True) as hdus:
                hdu, header = choose(path, hdus)
                stored = hdu.data.reshape(hdu.data.shape[-2:])
                return upright(_in_gauss(stored, header), header)
    except UntrustedFrameError:
        raise
    except PermissionError:
        raise UntrustedFrameError(f"{path}: permission denied") from None
    except (OSError, EOFError, zlib.error, AstropyUserWarning) as error:
        raise DamagedFrameError(f"{path}: damaged or not FITS ({_first_sentence(error)})") from None
    # Whatever damaged bytes make the decompressor raise: its class is private.
    except Exception as error:
        raise DamagedFrameError(
            f"{path}: its data do not fit its FITS header ({_first_sentence(error)})"
        ) from None


def _content(path: Path) -> bytes:
    """The bytes of a file; of a gzipped one what it holds, to the end, where its checksum lies."""
    content = path.read_bytes()
    return gzip.decompress(content) if content.startswith(_GZIP) else content


def _check_counts(path: Path, content: bytes) -> None:
    """Astropy asks for as many keywords as a header counts, be it for hours and gigabytes."""
    cards = np.frombuffer(content, np.uint8, len(content) // _CARD * _CARD).reshape(-1, _CARD)
    # First by a letter: looking through all the bytes of a frame takes longer than reading it.
    for card in cards[np.isin(cards[:, 0], _INITIALS)]:
        found = _COUNT.match(card.tobytes())
        if found is None:
            continue
        keyword, number = found[1].decode(), int(found[2])
        if number > _MOST:
            raise DamagedFrameError(
                f"{path}: {keyword.strip()} is {number:.6g}, expected at most {_MOST}"
            )


def _check_sum(path: Path, content: bytes) -> None:
    """Compare the sum over a compressed image, which JSOC's files carry, with its bytes.

    Plain images are left alone: GONG's carry a wrong sum, but lie in gzip, which has its own.
    """
    with fits.open(io.BytesIO(content), disable_image_compression=True) as hdus:
        for hdu in hdus:
            if isinstance(hdu, fits.BinTableHDU) and hdu.verify_datasum() == 0:
                raise DamagedFrameError(
                    f"{path}: damaged (its data do not add up to DATASUM {hdu.header['DATASUM']})"
                )


def _in_gauss(stored: np.ndarray, header: fits.Header) -> np.ndarray:
    # Astropy would scale to float64: twice the memory and the time of a 4096 x 4096 frame.
    field = stored.astype(np.float32)
    scale, zero = float(header.get("BSCALE", 1.0)), float(header.get("BZERO", 0.0))
    if scale != 1.0:
        field *= np.float32(scale)
    if zero != 0.0:
        field += np.float32(zero)
    if stored.dtype.kind in "iu" and "BLANK" in header:
        field[stored == int(header["BLANK"])] = np.nan
    return field


def _first_sentence(error: Exception) -> str:
    lines = (str(error).strip() or type(error).__name__).splitlines()
    # Astropy tells first in which HDU, then what.
    what = lines[1] if lines[0].startswith("Error validating header") else lines[0]
    return what.strip().split(". ")[0].rstrip(".")
