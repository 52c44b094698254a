"""Small suns whose field is known, and an HMI file of one, for the tests of the sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml
from astropy.io import fits

from onesun import instruments
from onesun.geometry.pointing import Pointing
from onesun.io import locations
from onesun.io.files import folder_listing, write_json
from onesun.sample import fetch

SIZE = 256  # pixels of the small HMI; 16 times fewer than the real one
DSUN = 147246356998.57712
RSUN = 974.970458984375
L0, B0 = 312.091705, -1.14499807


def pointing(size: int = SIZE, *, roll: float = 180.013458, shift: float = 0.4) -> Pointing:
    scale = 0.504270971 * 4096 / size
    centre = (size - 1) / 2
    return Pointing(centre + shift, centre - shift, scale, roll, RSUN, DSUN, B0, L0)


def spots(where: Pointing, size: int = SIZE, *, fwhm: float = 0.05) -> np.ndarray:
    """A bipole north-east, a spot south-west and a weak one near the limb; gauss, finite."""
    x, y = where.to_disk(np.arange(size)[None, :], np.arange(size)[:, None])
    sigma = fwhm / 2.355
    field = np.zeros((size, size))
    for strength, east, north in (
        (900, -0.35, 0.4),
        (-800, -0.2, 0.35),
        (600, 0.3, -0.3),
        (150, 0.7, 0.2),
    ):
        field += strength * np.exp(-((x - east) ** 2 + (y - north) ** 2) / (2 * sigma**2))
    return field.astype(np.float32)


def sample_of(folder: Path, frames: dict[str, str], **more: str) -> Path:
    """A manifest of real frames in ``{folder}/sample``, as ``onesun sample fetch`` writes it.

    Parameters
    ----------
    frames : names of the files by month.
    """
    manifest = folder / "sample.json"
    content = {
        "product": fetch.PRODUCT,
        "folder": "sample",
        "files": folder_listing(folder / "sample"),
        "months": frames,
    }
    write_json(manifest, content | more)
    return manifest


def write_hmi(path: Path, *, size: int = SIZE, noise: float = 4.0) -> Path:
    """An HMI frame of 2011-12-17 with noise beyond the limb and nothing far beyond."""
    where = pointing(size)
    radius = where.radius((size, size))
    rng = np.random.default_rng(5)
    field = spots(where, size) + noise * rng.standard_normal((size, size))
    field = np.where(radius < 1, field, 300 * rng.standard_normal((size, size)))
    steps = np.rint(field * 10).astype(np.int32)
    steps[radius > 1.04] = -(2**31)
    hdu = fits.CompImageHDU(steps, compression_type="RICE_1")
    hdu.header.update(
        {
            "TELESCOP": "SDO/HMI",
            "INSTRUME": "HMI_SIDE1",
            "CONTENT": "MAGNETOGRAM",
            "BUNIT": "Gauss",
            "QUALITY": 0,
            "CADENCE": 720.0,
            "DATE-OBS": "2011-12-17T05:58:10.700",
            "T_OBS": "2011.12.17_05:59:52.156_TAI",
            "T_REC": "2011.12.17_06:00:00.000_TAI",
            "CRPIX1": where.x0 + 1,
            "CRPIX2": where.y0 + 1,
            "CRVAL1": 0.0,
            "CRVAL2": 0.0,
            "CDELT1": where.scale,
            "CDELT2": where.scale,
            "CUNIT1": "arcsec",
            "CUNIT2": "arcsec",
            "CTYPE1": "HPLN-TAN",
            "CTYPE2": "HPLT-TAN",
            "CROTA2": where.roll,
            "DSUN_OBS": where.dsun,
            "RSUN_OBS": where.rsun,
            "CRLN_OBS": where.l0,
            "CRLT_OBS": where.b0,
            "OBS_VR": 171.88725,
            "DATAMIN": 0.0,
            "RECNUM": 203047,
        }
    )
    hdu.header["BSCALE"], hdu.header["BLANK"] = 0.1, -(2**31)
    path.parent.mkdir(parents=True, exist_ok=True)
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path)
    return path


def small_records(folder: Path, monkeypatch, shrink: int = 4096 // SIZE) -> None:
    """Instrument records whose detectors have ``shrink`` times fewer pixels on a side.

    Blur grows with the pixels, so that everything looks alike. ``load`` caches by name: tests
    that use this must not mix with the full-size records, hence the cache is cleared both ways.
    """
    for source in sorted(locations.instrument_records().glob("*.yaml")):
        record = yaml.safe_load(source.read_text("utf-8"))
        detector = record["detector"]
        detector["width"] //= shrink
        detector["height"] = detector["width"]
        detector["limb_margin"] /= shrink
        if record["series"] == "zqa":
            detector["plate_scale"] *= 860 / detector["width"]
            record["optics"]["fwhm"] *= 860 / detector["width"]
        else:
            detector["plate_scale"] *= shrink
            record["optics"]["fwhm"] *= shrink
        folder.mkdir(parents=True, exist_ok=True)
        (folder / source.name).write_text(yaml.safe_dump(record), encoding="utf-8")
    monkeypatch.setattr(locations, "instrument_records", lambda: folder)
    instruments.load.cache_clear()
