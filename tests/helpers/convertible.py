"""Small things for the tests of converting: frames of MDI and GONG, weights, and a coarse grid."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.time import Time

from helpers.cards import ERROR_SCALE, save_model
from helpers.suns import spots
from onesun.geometry.grid import Grid
from onesun.geometry.pointing import Pointing
from onesun.networks import Calibration
from onesun.sample import headers, headers_gong, observers, write
from onesun.training.model import WEIGHTS_SUFFIX

MDI_TIME = Time("2010-10-15T00:03:30", scale="tai", precision=3)
MDI_SLOT = Time("2010-10-15T00:00:00", scale="tai", precision=3)
GONG_TIME = Time("2011-02-03T20:04:35", scale="tai", precision=3)
# The disk of the common grid in eight times fewer pixels along each axis.
STANDARD = Grid()
COARSE = Grid(target_size=512, target_scale=8 * 0.504273)
NOISE = 10.0  # gauss


def where_mdi(roll: float = 3.0) -> Pointing:
    """Off the middle, and rolled as it happened in spring 2011."""
    detector = Pointing(515.3, 508.9, 1.986, roll, 960.0, 1.48e11, 0.0, 0.0)
    return observers.pointed(detector, observers.soho(MDI_TIME).observer)


def mdi(where: Pointing | None = None) -> tuple[np.ndarray, fits.Header]:
    """A frame of MDI: (1024, 1024) gauss, NaN off the disk, and its header."""
    where = where or where_mdi()
    noise = NOISE * np.random.default_rng(3).standard_normal((1024, 1024))
    field = write.crop_to_limb((1.4 * spots(where, 1024) + noise).astype(np.float32), where)
    header = headers.mdi_header(
        field, where, observers.soho(MDI_TIME), t_rec=MDI_SLOT, t_obs=MDI_TIME, interval=300,
        real_t_rec=MDI_SLOT,
    )  # fmt: skip
    return field, header


def write_mdi(path: Path, where: Pointing | None = None) -> Path:
    write.write_jsoc(path, *mdi(where), write.MDI_STEP)
    return path


def mdi_again(where: Pointing) -> tuple[np.ndarray, fits.Header]:
    """What :func:`mdi` makes, made once for all calls, and a header that may be changed."""
    data, header = _mdi_once(where)
    return data, header.copy()


_mdi_once = cache(mdi)


def gong() -> tuple[np.ndarray, fits.Header]:
    """A frame of GONG: (860, 860) gauss, a constant off the disk, and its header."""
    detector = Pointing(427.2, 425.8, 2.55, 0.0, 960.0, 1.48e11, 0.0, 0.0)
    where = observers.pointed(detector, observers.earth(GONG_TIME))
    rng = np.random.default_rng(4)
    field = 0.83 * spots(where, 860) + rng.standard_normal((860, 860))
    header = headers_gong.gong_header(
        where, time=GONG_TIME, velocity=100.0, offset=0.0, real_t_rec=GONG_TIME
    )
    return write.fill_off_disk(field.astype(np.float32), where, -703.2, rng), header


def write_gong(path: Path) -> Path:
    write.write_gong(path, *gong())
    return path


def write_weights(
    folder: Path,
    pair: str = "mdi-hmi",
    spread: float = 0.05,
    kind: str = "onesun",
    name: str | None = None,
    *,
    grid: Grid = STANDARD,
    calibrated: bool = True,
    **more: Any,
) -> Path:
    """Weights of a tiny network with random layers, and their card.

    Parameters
    ----------
    kind : of the network: ``onesun``, with an error, or ``highresnet``, without one.
    name : of the file; by the pair if None.
    grid : on which it would have been trained.
    calibrated : whether the card holds what calibrates the error.
    more : further entries of the card.
    """
    network = {"kind": kind, "channels": 4, "blocks": 1, "kernel": 3, "error": kind == "onesun"}
    gain = {"mdi": 1.4, "gong": 0.83}[pair.split("-")[0]]
    if kind == "onesun" and calibrated:
        more = {"error_scale": ERROR_SCALE} | more
    random = {"tail": spread} if kind == "onesun" else {"spread": spread}
    name = name or f"{pair}{WEIGHTS_SUFFIX}"
    calibration = Calibration(0.0, gain, 100.0)
    return save_model(
        folder, network, calibration, name=name, pair=pair, grid=asdict(grid), **random, **more
    )
