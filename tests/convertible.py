"""Small things for the tests of converting: frames of MDI and GONG, weights, and a coarse grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from astropy.io import fits
from astropy.time import Time
from onesun.networks.uncertain import build_uncertain
from safetensors.torch import save_file

from onesun.convert import release
from onesun.files import sha256, write_json
from onesun.geometry.grid import Grid
from onesun.geometry.pointing import Pointing
from onesun.networks import Calibration
from onesun.sample import headers, headers_gong, observers, write
from suns import spots

MDI_TIME = Time("2010-10-15T00:03:30", scale="tai", precision=3)
MDI_SLOT = Time("2010-10-15T00:00:00", scale="tai", precision=3)
GONG_TIME = Time("2011-02-03T20:04:35", scale="tai", precision=3)
# The disk of the common grid in eight times fewer pixels along each axis.
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


def write_weights(folder: Path, pair: str = "mdi-hmi", spread: float = 0.05) -> Path:
    """Weights of a tiny network with random layers, and their card."""
    torch.manual_seed(1)
    instrument = pair.split("-")[0]
    settings = {"channels": 4, "blocks": 1, "kernel": 3, "dropout": 0.0}
    gain = {"mdi": 1.4, "gong": 0.83}[instrument]
    network = build_uncertain(settings, 4, Calibration(0.0, gain, 100.0))
    with torch.no_grad():
        network.tail.weight.normal_(0, spread)
    path = folder / f"{pair}{release.WEIGHTS_SUFFIX}"
    save_file(network.state_dict(), path)
    write_json(
        folder / f"{pair}{release.CARD_SUFFIX}",
        {
            "product": release.PRODUCT, "pair": pair, "input": instrument, "target": "hmi",
            "factor": 4, "field_scale": 100.0, "halo": network.halo, "network": settings,
            "calibration": {"a": 0.0, "b": gain}, "trained": False,
            "error_scale": {
                "field_knots": [0.0], "field_factors": [1.0],
                "radius_knots": [0.0], "radius_factors": [1.0],
                "wide_factors": [1.96], "target_noise": 5.0,
            },
            "ranges": {
                "field": 3500.0, "noise": [0.5, 30.0], "radius": [0.0, 1.0],
                "interval": [30, 300, 600],
            },
            "weights": {"file": path.name, "sha256": sha256(path)},
        },
    )  # fmt: skip
    return path
