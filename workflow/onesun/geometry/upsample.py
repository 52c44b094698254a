"""From the input grid to the target grid, without learning anything."""

from __future__ import annotations

import cv2
import numpy as np

from onesun.errors import UntrustedFrameError

REACH = 2  # input pixels on either side that matter to a pixel of `bicubic`


def fill_nearest(field: np.ndarray) -> np.ndarray:
    """Give every NaN the value of the nearest pixel that has one; (ny, nx), gauss.

    An interpolation across the limb or a gap then continues the disk: with zeros instead, the
    outermost pixels of the disk would be pulled towards zero.

    Raises UntrustedFrameError when no pixel has a value.
    """
    missing = np.isnan(field)
    if missing.all():
        raise UntrustedFrameError("field: no pixel has a value, expected values on the disk")
    if not missing.any():
        return field
    from scipy import ndimage  # a quarter of a second, which a training does not need

    nearest = ndimage.distance_transform_edt(missing, return_distances=False, return_indices=True)
    filled: np.ndarray = field[tuple(nearest)]
    return filled


def bicubic(field: np.ndarray, factor: int) -> np.ndarray:
    """Upsample by cubic convolution (Keys 1981, a = -3/4).

    Input pixel i covers output pixels factor * i to factor * i + factor - 1, as in torch's
    ``interpolate(mode="bicubic", align_corners=False)``, which gives the same values.

    Parameters
    ----------
    field : (ny, nx) gauss, finite everywhere.
    factor : output pixels per input pixel along one axis.

    Returns (ny * factor, nx * factor) float32.
    """
    size = (field.shape[1] * factor, field.shape[0] * factor)
    return cv2.resize(np.asarray(field, dtype=np.float32), size, interpolation=cv2.INTER_CUBIC)


def repeat(field: np.ndarray, factor: int) -> np.ndarray:
    """Repeat each pixel ``factor`` times along both axes."""
    return np.repeat(np.repeat(field, factor, axis=0), factor, axis=1)
