"""Aligned frames: pairs of input and target on the common grid, a month of them a product."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from onesun.errors import DamagedProductError
from onesun.geometry.grid import Which
from onesun.io.files import open_product, read_unchanged, write_bytes
from onesun.products import steps

# Stages that read patches, or only the lists of frames, need no FITS, whose import takes 0.3 s.
if TYPE_CHECKING:
    from astropy.io import fits

PRODUCT = "aligned frames"
# Where and when a field is: cards that whatever is made of it takes over.
_PLACE_CARDS = (
    *("T_REC", "T_OBS", "DATE-OBS", "WCSNAME", "CTYPE1", "CTYPE2", "CUNIT1", "CUNIT2"),
    *("CRPIX1", "CRPIX2", "CRVAL1", "CRVAL2", "CDELT1", "CDELT2", "CROTA2", "RSUN_REF"),
    *("RSUN_OBS", "DSUN_OBS", "HGLN_OBS", "HGLT_OBS", "CRLN_OBS", "CRLT_OBS", "SIMULATD"),
)


@dataclass(frozen=True)
class AlignedFrame:
    """One pair of aligned frames.

    Parameters
    ----------
    stamp : the target's T_REC as YYYYMMDD_HHMMSS_TAI; names the frame in every product.
    time : the target's time of observation, ISO in TAI.
    input_time : the input's, likewise.
    interval : integration time of the input, s; None where it is not recorded.
    input_file, target_file : names in the month's folder.
    b0, l0 : Carrington latitude and longitude of the target's observer, degrees.
    dsun : distance of the target's observer, m.
    input_dsun : distance of the input's observer, m.
    observer_velocity : the target's OBS_VR, m/s; None where it is not recorded.
    simulated : True where either frame is simulated.
    input_noise : noise of a raw pixel of the input at the disk centre, gauss
        (:func:`onesun.reading.pixel_noise.pixel_noise`); None where it is not recorded.
    """

    stamp: str
    time: str
    input_time: str
    interval: float | None
    input_file: str
    target_file: str
    b0: float
    l0: float
    dsun: float
    input_dsun: float
    observer_velocity: float | None
    simulated: bool
    input_noise: float | None = None

    def file(self, which: Which) -> str:
        return self.input_file if which == "input" else self.target_file

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class AlignedMonth:
    """A month of aligned frames of one pair, opened by :func:`read_month`.

    ``files`` are the folder's, as the manifest lists them; ``input_instrument`` and
    ``target_instrument`` name records.
    """

    pair: str
    month: str
    folder: Path
    frames: tuple[AlignedFrame, ...]
    files: Mapping[str, Any]
    input_instrument: str
    target_instrument: str

    @property
    def simulated(self) -> bool:
        return any(frame.simulated for frame in self.frames)

    def field(self, frame: AlignedFrame, which: Which) -> np.ndarray:
        """The input or the target on its grid; float32, gauss, NaN off the disk.

        Raises DamagedProductError when the file is not as it was written.
        """
        name = frame.file(which)
        return read_field(self.folder / name, self.files[name])

    def input(self, frame: AlignedFrame) -> np.ndarray:
        """The input on the input grid; (n, n) float32, gauss, NaN off the disk."""
        return self.field(frame, "input")

    def target(self, frame: AlignedFrame) -> np.ndarray:
        """The target on the target grid; (N, N) float32, gauss, NaN off the disk."""
        return self.field(frame, "target")


def read_month(manifest: Path, product: str = PRODUCT) -> AlignedMonth:
    """Open a month by its manifest.

    Parameters
    ----------
    manifest : of aligned frames, or of what is kept in the same way, whose name is ``product``.

    Raises DamagedProductError when the manifest is damaged, or a file it lists is missing or has
    another size than listed.
    """
    folder, content = open_product(manifest, product)
    known = {field.name for field in fields(AlignedFrame)}
    try:
        frames = tuple(
            AlignedFrame(**{key: value for key, value in frame.items() if key in known})
            for frame in content["frames"]
        )
        names = [name for frame in frames for name in (frame.input_file, frame.target_file)]
        return AlignedMonth(
            pair=content["pair"],
            month=content["month"],
            folder=folder,
            frames=frames,
            files={name: content["files"][name] for name in names},
            input_instrument=content["input_instrument"],
            target_instrument=content["target_instrument"],
        )
    except (KeyError, TypeError) as error:
        raise DamagedProductError(f"{manifest}: no manifest of {product} ({error})") from None


def write_field(path: Path, field: np.ndarray, cards: Mapping[str, Any]) -> None:
    """Write a field as JSOC does: int32 Rice with BSCALE 0.1, NaN as BLANK; whole or absent.

    Parameters
    ----------
    path : ``.fits`` file to write.
    field : (N, N) gauss, NaN where there is no value.
    cards : header cards; a value may be a (value, comment) pair.
    """
    from astropy.io import fits

    # Built as plain integers: astropy would apply BSCALE to floats a second time.
    hdu = fits.CompImageHDU(steps.to_steps(field), compression_type="RICE_1")
    for keyword, value in cards.items():
        hdu.header[keyword] = value
    steps.describe_steps(hdu.header)
    content = io.BytesIO()
    # No CHECKSUM card: its comment holds the time of writing, and the same field shall give
    # the same bytes; the manifest holds a SHA-256.
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(content)
    write_bytes(path, content.getvalue())


def read_field(path: Path, listed: Mapping[str, Any] | None = None) -> np.ndarray:
    """Read what :func:`write_field` wrote; float32, gauss, NaN where there is no value.

    Raises DamagedProductError when it cannot be read, or is not what a manifest ``listed``.
    """
    from astropy.io import fits

    try:
        content = path.read_bytes() if listed is None else read_unchanged(path, listed)
        with fits.open(io.BytesIO(content), do_not_scale_image_data=True) as hdus:
            return steps.in_gauss(hdus[1].data)
    except (OSError, IndexError, TypeError, ValueError) as error:
        raise DamagedProductError(f"{path}: not readable as an aligned field ({error})") from None


def read_header(path: Path) -> fits.Header:
    """The header of a field that :func:`write_field` wrote."""
    from astropy.io import fits

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fits.getheader(path, 1)


def place_cards(path: Path) -> dict[str, tuple[Any, str]]:
    """Cards of a field that say where and when it is, with their comments."""
    header = read_header(path)
    return {key: (header[key], header.comments[key]) for key in _PLACE_CARDS if key in header}
