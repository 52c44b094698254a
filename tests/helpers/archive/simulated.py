"""Months for the stand-in to hold: what MDI, GONG and HMI would have recorded of the sample's Suns.

No real frame of the sample is from the time in which all three instruments observed. So the frames
are dated 2010, at the same day of the year and time of day, where the Sun's tilt and distance are
the same; only the longitude at disk centre is another.
"""

from __future__ import annotations

from multiprocessing import get_context
from pathlib import Path
from typing import Any

from astropy.io import fits
from astropy.time import Time

from helpers.archive.fitsfiles import rewritten
from onesun.io.files import folder_listing, open_product, write_bytes, write_json
from onesun.reading.keywords import jsoc_time
from onesun.reading.slots import jsoc_text, month_of, stamp
from onesun.reading.times import seconds_between, shifted
from onesun.sample import fetch
from onesun.sample.observers import earth
from onesun.sample.simulate import simulate

YEAR = 2010
INSTRUMENTS = ("hmi", "mdi", "gong")


def make(sample: Path, settings: dict[str, Any], folder: Path) -> list[str]:
    """Write ``{folder}/{instrument}/{YYYY-MM}/`` for each real frame; returns the months, sorted.

    Parameters
    ----------
    sample : manifest of the real frames.
    settings : the configuration's section ``sample``.
    """
    frames = dated(sample, folder / "sample")
    months = sorted(open_product(frames, fetch.PRODUCT, contents=True)[1]["months"])
    made = [
        (name, month, frames, settings, folder / name / month)
        for name in INSTRUMENTS
        for month in months
    ]
    # Whatever ends this ends the processes, too.
    with get_context("spawn").Pool(2) as pool:
        pool.starmap(simulate, made, chunksize=1)
    return months


def dated(sample: Path, folder: Path) -> Path:
    """Write the real frames of a manifest once more, dated YEAR; returns their manifest."""
    place, content = open_product(sample, fetch.PRODUCT, contents=True)
    months = {}
    for name in content["months"].values():
        changed, t_rec = _dated((place / name).read_bytes(), place / name)
        name = f"hmi.M_720s.{stamp(t_rec)}.magnetogram.fits"
        write_bytes(folder / name, changed)
        months[month_of(t_rec)] = name
    listed = {"folder": folder.name, "files": folder_listing(folder), "months": months}
    manifest = folder.with_name(f"{folder.name}.json")
    write_json(manifest, {"product": fetch.PRODUCT, "source": content["source"], **listed})
    return manifest


def _dated(content: bytes, path: Path) -> tuple[bytes, Time]:
    times: list[Time] = []

    def change(header: fits.Header) -> None:
        real = jsoc_time(header, "T_REC", path)
        then = Time(real.isot.replace(real.isot[:4], str(YEAR), 1), format="isot", scale="tai")
        later = seconds_between(real, then)
        turned = earth(then).l0 - earth(real).l0
        header["CRLN_OBS"] = (header["CRLN_OBS"] + turned) % 360
        header["T_OBS"] = jsoc_text(shifted(jsoc_time(header, "T_OBS", path), later))
        header["T_REC"] = jsoc_text(then)
        started = Time(header["DATE-OBS"], format="isot", scale="utc")
        header["DATE-OBS"] = shifted(started, later).utc.isot
        header["HISTORY"] = f"Dated {YEAR} for tests of downloads; observed {real.isot[:16]} TAI"
        times.append(then)

    return rewritten(content, change), times[0]
