"""The one reader."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from onesun import instruments
from onesun.errors import UntrustedFrameError
from onesun.geometry.grid import RSUN_AT_1AU
from onesun.geometry.pointing import Pointing
from onesun.instruments import Instrument
from onesun.reading import fits, product
from onesun.reading.conventions import CONVENTIONS
from onesun.reading.keywords import optional_number
from onesun.reading.magnetogram import Magnetogram
from onesun.reading.plain import plain_header
from onesun.reading.quality import read_quality
from onesun.reading.values import understand_values

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
    data : (ny, nx) float32, scaled as BSCALE and BZERO say; becomes the field, and is changed.
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

    values = understand_values(data, header, pointing, record, path)
    product.check_signs(values.field, path)
    return Magnetogram(
        field=values.field,
        pointing=pointing,
        time=understood.time,
        instrument=record.name,
        quality=read_quality(header, record.quality, path),
        observer_velocity=optional_number(header, "OBS_VR"),
        interval=_interval(header),
        simulated=bool(header.get("SIMULATD", False)),
        source=path.name,
        header={key: header[key] for key in record.header.keep if key in header},
        unit=str(values.unit),
        doubts=values.doubts,
    )


def _check_product(header: Mapping[str, Any], record: Instrument, path: Path) -> None:
    product.check_product(header, record, path)


def _check_disk(shape: tuple[int, ...], pointing: Pointing, record: Instrument, path: Path) -> None:
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


def _interval(header: Mapping[str, Any]) -> float:
    """Integration time in seconds: MDI's INTERVAL, HMI's CADENCE, GONG's averaged minutes.

    NaN where it is absent or no possible value.
    """
    for keyword, unit in (("INTERVAL", 1.0), ("N_USED", 60.0), ("CADENCE", 1.0)):
        seconds = optional_number(header, keyword) * unit
        if np.isfinite(seconds):
            return seconds if 0 < seconds <= _LONGEST else float("nan")
    return float("nan")
