"""How fields lie in the store: whole steps of a quantum, packed by codecs any Zarr reader has.

A field is kept as ``step = round(field / quantum) + offset`` in int32, where a CF-aware reader
(xarray, netCDF, GDAL) undoes it by ``scale_factor`` and ``add_offset``. Blosc shuffles the bits of
neighbouring steps into planes and Zstandard packs those. Only codecs of the Zarr core
specification are used, so that nobody needs a plug-in to read a store.

Measured on a real pair of frames (HMI 2011-12-17, MDI 2010-10-15) at 0.1 G, one patch at a time,
one core of a 2-core machine, against the same pair as int32 Rice FITS; `benchmarks/store.py`
measures what was chosen again:

================================================  =========  ==============
steps and codec                                   size/Rice  encode, decode
================================================  =========  ==============
int32, Blosc Zstandard 3, bits shuffled           1.12       0.16 s, 0.10 s
the same of ``step + offset`` (chosen)            1.02       0.13 s, 0.06 s
int16, Blosc Zstandard 5, bits shuffled           1.12       0.13 s, 0.07 s
int32, Blosc Zstandard 5, bytes shuffled          1.32       1.42 s, 0.10 s
int32, pcodec level 8                             0.92       0.72 s, 0.06 s
================================================  =========  ==============

The offset makes the difference. Noise around zero flips the sign, and with it every upper bit of a
two's complement number, one plane after another. Counted from a power of two of about 2.5 times
HMI's noise, nearly all pixels of the quiet Sun leave the upper planes empty. int16 gains nothing
and cannot hold more than 3276 G. pcodec is 10 % smaller, but it is no codec of the specification,
and plain Zarr installations cannot read it.

A frame is one chunk, because that is what training reads; it shuffles the patches of several frames
in memory. Zarr's own reader then takes 0.09 s of one core for a target frame, 10,900 patches a
second, and 13.28 MB. Shards of one patch a chunk (what this store was before) take Zarr 0.28 s, a
reader of our own 0.06 s, and 13.33 MB. Only single patches at random were faster: 0.1 ms by that
reader, 1.4 ms by Zarr, 77 ms now. Nothing in training reads them. Every chunk ends in a CRC-32C, so
that damage is found when it is read.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from onesun.errors import ConfigError, DamagedProductError
from onesun.products.steps import BLANK

FILL = BLANK  # step of a pixel without a value
_OFFSET_GAUSS = 12.8
_LARGEST_STEP = 2.0**30


def offset(quantum: float) -> int:
    """Steps added to a field before it is packed: the power of two nearest to 12.8 G.

    Raises ConfigError when ``quantum`` (gauss) is not a positive number.
    """
    if not (math.isfinite(quantum) and quantum > 0):
        raise ConfigError(f"store.quantum: found {quantum}, expected a positive number of gauss")
    return int(2 ** max(0, round(math.log2(_OFFSET_GAUSS / quantum))))


def to_steps(field: np.ndarray, quantum: float, name: str) -> np.ndarray:
    """Quantise a field.

    Parameters
    ----------
    field : any shape, gauss, NaN where there is no value.
    quantum : gauss of one step; the error is at most half of it.
    name : what to call the field in an error.

    Returns int32 in the shape of ``field``, ``FILL`` where it is NaN. Raises DamagedProductError
    where a value is infinite or beyond 32 bits, or no value is finite.
    """
    missing = np.isnan(field)
    if missing.all():
        raise DamagedProductError(f"{name}: no pixel has a value, expected a field on the disk")
    scaled = np.rint(np.where(missing, 0, field) * (1 / quantum))
    if not np.abs(scaled).max() < _LARGEST_STEP:
        worst = np.abs(field[~missing]).max()
        raise DamagedProductError(f"{name}: holds {worst:g} G, beyond 32 bits of {quantum} G")
    steps = scaled.astype(np.int32)
    steps += np.int32(offset(quantum))
    steps[missing] = FILL
    return steps


def to_gauss(steps: np.ndarray, quantum: float) -> np.ndarray:
    """The field of :func:`to_steps`: float32, gauss, NaN where there is no value."""
    field = (steps - np.int32(offset(quantum))).astype(np.float32)
    field *= np.float32(quantum)
    field[steps == FILL] = np.nan
    return field


def field_attributes(quantum: float, long_name: str) -> dict[str, Any]:
    """CF attributes by which xarray turns steps into gauss."""
    return {
        "long_name": long_name,
        "units": "G",
        "scale_factor": quantum,
        "add_offset": -offset(quantum) * quantum,
        "_FillValue": int(FILL),
    }
