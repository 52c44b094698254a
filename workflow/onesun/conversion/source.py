"""What is to be converted: a file, or a map of a notebook, and whether it is to be trusted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onesun.conversion.trust import Evidence, doubts
from onesun.errors import UntrustedFrameError
from onesun.reading import fits
from onesun.reading.magnetogram import Magnetogram
from onesun.reading.plain import plain_header
from onesun.reading.read import understand
from onesun.reading.sky import recorded_pixels
from onesun.reading.world import upright

MADE_BY = "ONESUN"  # keyword that every output has


@dataclass(frozen=True)
class Source:
    """A frame that may be converted.

    Attributes
    ----------
    name : what sentences name as the file.
    frame : as the reader understood it.
    digest : SHA-256 of the file, or of a map's data and header.
    doubts : what speaks against it, all of which was waived; usually empty.
    """

    name: str
    frame: Magnetogram
    digest: str
    doubts: tuple[str, ...]


def of_file(path: Path, *, force: bool = False) -> Source:
    """Read a FITS file.

    Parameters
    ----------
    force : take it in spite of what :func:`onesun.conversion.trust.doubts` says.

    Raises UntrustedFrameError in one sentence for what cannot be read, is no full-disk magnetogram
    of an instrument that can be converted, or, unless forced, cannot be trusted.
    """
    path = Path(path)
    data, header = fits.load(path)
    return _trusted(data, header, path, hashlib.sha256(path.read_bytes()).hexdigest(), force)


def of_array(
    data: np.ndarray, header: Mapping[str, Any], path: Path, *, force: bool = False
) -> Source:
    """Take an image and its header as they were read from a file.

    Parameters
    ----------
    data : (ny, nx) float32, NaN where there is no value.
    header : its keywords, in capitals.
    path : what sentences name as the file.

    Otherwise as :func:`of_file`.
    """
    if data.ndim != 2:
        raise UntrustedFrameError(f"{path}: an image of {data.ndim} axes found, expected 2")
    text = repr(sorted((key, repr(value)) for key, value in header.items()))
    digest = hashlib.sha256(data.tobytes() + text.encode()).hexdigest()
    data, header = upright(data, plain_header(header, path))
    return _trusted(data, header, path, digest, force)


def _trusted(
    data: np.ndarray, header: Mapping[str, Any], path: Path, digest: str, force: bool
) -> Source:
    if MADE_BY in header:
        raise UntrustedFrameError(
            f"{path}: already converted by OneSun {header[MADE_BY]}, expected a frame as MDI or "
            "GONG recorded it"
        )
    recorded = recorded_pixels(data)
    frame = understand(data, header, path)
    said = doubts(Evidence(frame, header, recorded))
    if said and not force:
        raise UntrustedFrameError(f"{path}: {said[0]}")
    return Source(str(path), frame, digest, tuple(said))
