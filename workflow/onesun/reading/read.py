"""The one reader."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from onesun import instruments
from onesun.errors import UntrustedFrameError
from onesun.geometry.grid import RSUN_AT_1AU
from onesun.instruments import Instrument
from onesun.magnetogram import Magnetogram
from onesun.reading import fits, product
from onesun.reading.conventions import CONVENTIONS
from onesun.reading.keywords import optional_number
from onesun.reading.plain import plain_header
from onesun.reading.quality import read_quality

_UNITS = ("gauss", "g", "mx/cm^2")
_STRONGEST = 1e4  # gauss; nothing on the Sun that these instruments see is stronger
# Share of the disk; the steps in which fields are stored make 0.03 of real frames repeat, what was
# not recorded but filled in repeats everywhere.
_REPEATED = 0.1
# Angular radius of the Sun against that from 1 AU; from the Earth's orbit it varies by 2 %.
_SMALLEST, _LARGEST = 0.9, 1.1
_LONGEST = 86400.0  # seconds of integration


def read(path: Path | str, instrument: str | None = None) -> Magnetogram:
    """Read a magnetogram.

    Parameters
    ----------
    path : a FITS file (plain, ``.gz``, or Rice-compressed in an extension).
    instrument : name of the instrument record; found from the header when None.

    Returns a Magnetogram in gauss, NaN off the disk by limb geometry.

    Raises UntrustedFrameError with one sentence that names the file, what was found and what was
    expected: a damaged file, another instrument or product, a missing keyword (its subclass
    MissingKeywordError), a disk that does not lie on the detector, a frame without values.
    """
    path = Path(path)
    return understand(*fits.load(path), path, instrument)


def understand(
    data: np.ndarray, header: Mapping[str, Any], path: Path, instrument: str | None = None
) -> Magnetogram:
    """Make a Magnetogram of an image and its header, wherever they come from.

    Parameters
    ----------
    data : (ny, nx) float32 in gauss; becomes the field, and is changed.
    header : its keywords, in capitals.
    path : what sentences name as the file.
    instrument : as for :func:`read`.

    Raises UntrustedFrameError as :func:`read` does.
    """
    header = plain_header(header, path)
    named = instrument is not None
    record = instruments.load(instrument) if named else product.identify(header, path)
    _check_product(header, record, path)
    understood = CONVENTIONS[record.header.convention](header, record, path)
    pointing = understood.pointing
    _check_disk(data.shape, pointing, record, path)

    # Isfinite is no disk mask: HMI holds finite noise well past the limb.
    inside = 1 - record.detector.limb_margin / pointing.limb_radius
    data[pointing.radius(data.shape) >= inside] = np.nan
    data[~np.isfinite(data)] = np.nan
    _check_values(data, path)
    product.check_signs(data, path)
    return Magnetogram(
        field=data,
        pointing=pointing,
        time=understood.time,
        instrument=record.name,
        quality=read_quality(header, record.quality, path),
        observer_velocity=optional_number(header, "OBS_VR"),
        interval=_interval(header),
        simulated=bool(header.get("SIMULATD", False)),
        source=path.name,
        header={key: header[key] for key in record.header.keep if key in header},
    )


def _check_product(header: Mapping[str, Any], record: Instrument, path: Path) -> None:
    product.check_product(header, record, path)
    unit = str(header.get("BUNIT", "gauss")).strip()
    if unit.lower() not in _UNITS:
        raise UntrustedFrameError(f"{path}: BUNIT is {unit!r}, expected gauss")


def _check_disk(shape: tuple[int, ...], pointing, record: Instrument, path: Path) -> None:
    expected = (record.detector.height, record.detector.width)
    if tuple(shape) != expected:
        raise UntrustedFrameError(
            f"{path}: {shape[1]} x {shape[0]} pixels found, expected {expected[1]} x {expected[0]}"
        )
    deviation = pointing.scale / record.detector.plate_scale
    if not 0.95 < deviation < 1.05:
        raise UntrustedFrameError(
            f"{path}: plate scale {pointing.scale:.6g} arcsec per pixel found, "
            f"expected about {record.detector.plate_scale}"
        )
    # The size of what is computed follows from it, so that it cannot be waived as a doubt may.
    if not _SMALLEST < pointing.rsun / RSUN_AT_1AU < _LARGEST:
        raise UntrustedFrameError(
            f"{path}: angular radius of the Sun {pointing.rsun:.6g} arcsec found, expected about "
            f"{RSUN_AT_1AU:.0f}"
        )
    for centre, size in ((pointing.x0, shape[1]), (pointing.y0, shape[0])):
        if not pointing.limb_radius * 0.9 < centre < size - pointing.limb_radius * 0.9:
            raise UntrustedFrameError(
                f"{path}: disk centre ({pointing.x0:.6g}, {pointing.y0:.6g}) and radius "
                f"{pointing.limb_radius:.6g} pixels found, expected a full disk on the detector"
            )


def _check_values(data: np.ndarray, path: Path) -> None:
    if not np.isfinite(data).any():
        raise UntrustedFrameError(f"{path}: no pixel of the disk holds a value")
    strongest = float(np.nanmax(np.abs(data)))
    if strongest > _STRONGEST:
        raise UntrustedFrameError(
            f"{path}: {strongest:.6g} G found on the disk, expected at most {_STRONGEST:.0f} G"
        )
    repeated = np.count_nonzero(data[:, 1:] == data[:, :-1]) / np.count_nonzero(data == data)
    if repeated > _REPEATED:
        raise UntrustedFrameError(
            f"{path}: {repeated:.0%} of the disk repeats the pixel beside it, expected at most "
            f"{_REPEATED:.0%} in a field with noise"
        )


def _interval(header: Mapping[str, Any]) -> float:
    """Integration time in seconds: MDI's INTERVAL, HMI's CADENCE, GONG's averaged minutes.

    NaN where it is not told, or told as what none can be.
    """
    for keyword, unit in (("INTERVAL", 1.0), ("N_USED", 60.0), ("CADENCE", 1.0)):
        seconds = optional_number(header, keyword) * unit
        if np.isfinite(seconds):
            return seconds if 0 < seconds <= _LONGEST else float("nan")
    return float("nan")
