"""Read an output again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits

from onesun.conversion.stored import UNCERTAINTY, extensions, load
from onesun.conversion.view import View
from onesun.errors import DamagedProductError

# Keywords beside those of the pointing without which an output cannot be distinguished from others.
_NEEDED = ("INFILE", "INSHA256", "GEOMETRY", "WEIGHTS", "WTSHA256")


@dataclass(frozen=True)
class Converted:
    """A conversion as it was written.

    Attributes
    ----------
    field : (H, W) float32, gauss, NaN where there is no value.
    deviation : the same of the standard deviation of HMI's readings around the field (``ERROR``).
    half_68, half_95 : the same of the half-widths of the intervals that hold 68.27 % and 95 % of
        them (``HALF68``, ``HALF95``). All three are None where the network states no error.
    mask : (H, W) uint8, bits of :class:`onesun.conversion.flags.Flag`.
    view : where the pixels lie.
    header : of the field.
    """

    field: np.ndarray
    deviation: np.ndarray | None
    half_68: np.ndarray | None
    half_95: np.ndarray | None
    mask: np.ndarray
    view: View
    header: fits.Header


def read_output(path: Path) -> Converted:
    """Read what ``onesun convert`` wrote, also where another program has saved all of it again.

    Raises DamagedProductError when it is missing, damaged, incomplete or something else.
    """
    stored = load(path)
    names = extensions(stored.header)
    missing = [name for name in names if name not in stored.images]
    if missing:
        raise DamagedProductError(
            f"{path}: {', '.join(stored.images)} alone of an output of onesun convert, saved "
            f"again by another program, expected the file that onesun convert wrote, with "
            f"{', '.join(missing)} too"
        )
    lost = [key for key in _NEEDED if key not in stored.header]
    if lost:
        raise DamagedProductError(
            f"{path}: not readable as an output of onesun convert (its header has no {lost[0]})"
        )
    images = {name: stored.images[name] for name in names}
    if len({image.shape for image in images.values()}) > 1:
        raise DamagedProductError(f"{path}: its images differ in size, expected images of one size")
    view = View(stored.shape, stored.pointing)
    deviation, half_68, half_95 = (images.get(name) for name in UNCERTAINTY)
    field, mask = images["FIELD"], images["MASK"]
    return Converted(field, deviation, half_68, half_95, mask, view, stored.header)
