"""Write fields as each archive does: integers, their scale, and what lies off the disk."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import numpy as np
from astropy.io import fits

from onesun.geometry.pointing import Pointing
from onesun.io.files import write_bytes
from onesun.products.steps import BLANK, to_steps
from onesun.sample.headers_gong import MINUTES

HMI_STEP = 0.1  # gauss; BSCALE of the real frames
MDI_STEP = 0.01
GONG_STEP = 0.09504
_LIMB_SCATTER = 0.15  # pixels; of the limb from minute to minute, from the real frame's limb


def write_jsoc(path: Path, field: np.ndarray, header: fits.Header, step: float) -> None:
    """Write as JSOC does: nothing in the primary HDU, int32 Rice by rows in the next.

    Parameters
    ----------
    field : (ny, nx) gauss; NaN becomes BLANK.
    step : BSCALE, gauss.
    """
    steps = to_steps(field, step)
    hdu = fits.CompImageHDU(
        steps, header, compression_type="RICE_1", tile_shape=(1, steps.shape[1])
    )
    # After the data, or astropy would take the integers for scaled ones.
    hdu.header["BLANK"] = int(BLANK)
    hdu.header["BZERO"] = 0.0
    hdu.header["BSCALE"] = step
    content = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(content)
    write_bytes(path, content.getvalue())


def crop_to_limb(field: np.ndarray, pointing: Pointing) -> np.ndarray:
    """NaN from the header's limb outwards, as MDI's files hold it."""
    return np.where(pointing.radius(field.shape) < 1, field, np.float32(np.nan))


def fill_off_disk(
    field: np.ndarray, pointing: Pointing, fill: float, rng: np.random.Generator
) -> np.ndarray:
    """A constant off the disk, as in GONG's averages.

    Each of the averaged minutes was cut at its own limb, so pixels on the limb hold the field in
    some of the minutes and the fill in the others.

    Parameters
    ----------
    pointing : the header's, the limb's mean over the minutes.
    fill : gauss.
    """
    rows, columns = np.arange(field.shape[0]), np.arange(field.shape[1])
    scatter = rng.standard_normal((MINUTES, 2)) * _LIMB_SCATTER
    scatter -= scatter.mean(axis=0)
    inside = np.zeros(field.shape, dtype=np.float32)
    for dx, dy in scatter:
        away2 = (columns[None, :] - pointing.x0 - dx) ** 2
        away2 = away2 + (rows[:, None] - pointing.y0 - dy) ** 2
        inside += away2 < pointing.limb_radius**2
    inside /= MINUTES
    return field * inside + np.float32(fill) * (1 - inside)


def write_gong(path: Path, field: np.ndarray, header: fits.Header) -> None:
    """Write as GONG does: int16 in the primary HDU, gzipped (without time or name)."""
    limits = np.iinfo(np.int16)
    steps = np.clip(np.rint(field / GONG_STEP), limits.min, limits.max).astype(np.int16)
    hdu = fits.PrimaryHDU(steps, header)
    hdu.header["BSCALE"] = (GONG_STEP, "gauss = stored * BSCALE + BZERO")
    hdu.header["BZERO"] = 0.0
    pixels = steps.astype(">i2").tobytes()
    content = hdu.header.tostring().encode("ascii") + pixels + bytes(-len(pixels) % 2880)
    write_bytes(path, gzip.compress(content, mtime=0))
