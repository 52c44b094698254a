"""Fields in whole steps, as FITS files and the report hold them: int32, BSCALE, BLANK."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from astropy.io import fits

QUANTUM = 0.1  # gauss; BSCALE of JSOC's magnetograms
BLANK = np.int32(-(2**31))  # a pixel without a value


def to_steps(field: np.ndarray, quantum: float = QUANTUM) -> np.ndarray:
    """A field in gauss as int32 steps of ``quantum``, BLANK where it is NaN."""
    scaled = np.nan_to_num(field) * np.float32(1 / quantum)
    steps: np.ndarray = np.rint(scaled, out=scaled).astype(np.int32)
    steps[np.isnan(field)] = BLANK
    return steps


def in_gauss(steps: np.ndarray, quantum: float = QUANTUM) -> np.ndarray:
    """Steps as float32 gauss, NaN where there is no value."""
    field: np.ndarray = steps.astype(np.float32)
    field *= np.float32(quantum)
    field[steps == BLANK] = np.nan
    return field


def describe_steps(header: fits.Header, quantum: float = QUANTUM) -> None:
    """Set the cards by which readers turn steps into gauss.

    Only after an image has its integers: astropy would take them for scaled ones.
    """
    header["BUNIT"] = ("Gauss", "line-of-sight magnetic field")
    header["BSCALE"] = (quantum, "[Gauss] step")
    header["BZERO"] = 0.0
    header["BLANK"] = (int(BLANK), "no value")
