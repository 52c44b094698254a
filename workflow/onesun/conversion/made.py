"""Outputs of OneSun, described and drawn as frames of the instruments are."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.time import Time

from onesun.conversion.flags import MEANINGS, WHOLE_FRAME, Flag
from onesun.conversion.show import write_png
from onesun.conversion.source import MADE_BY
from onesun.conversion.stored import UNCERTAINTY, Stored, extensions, load, pointing_of
from onesun.errors import DamagedProductError, UntrustedFrameError
from onesun.products.aligned import read_field
from onesun.reading.describe import as_text, field_in_words, where
from onesun.reading.magnetogram import Magnetogram, Quality

_TIME = re.compile(r"(\d{4})\.(\d\d)\.(\d\d)_(\d\d:\d\d:\d\d(?:\.\d+)?)_TAI")
_PREDICTION = ("PAIR", "METHOD", "READS")


@dataclass(frozen=True)
class Made:
    """An output.

    Attributes
    ----------
    path : of the file.
    what : in words, what it is.
    stored : its images and header.
    time : of observation, TAI scale.
    """

    path: Path
    what: str
    stored: Stored
    time: Time


def find(path: Path) -> Made | None:
    """The output of OneSun that a file holds; None if it holds something else, or nothing.

    Raises UntrustedFrameError for an output that cannot be read.
    """
    header = _made_header(path)
    if header is None:
        return None
    try:
        if MADE_BY in header:
            found = load(path)
        else:
            found = Stored({"FIELD": read_field(path)}, header, pointing_of(header))
        time = _TIME.fullmatch(str(found.header["T_OBS"]))
        if time is None:
            raise ValueError(f"a time in TAI (T_OBS is {found.header['T_OBS']!r})")
        taken = Time("{}-{}-{}T{}".format(*time.groups()), format="isot", scale="tai", precision=3)
        return Made(path, _what(header), found, taken)
    except DamagedProductError as error:
        raise UntrustedFrameError(str(error)) from None
    except (KeyError, ValueError) as error:
        lacks = str(error.args[0] if error.args else error)
        raise UntrustedFrameError(f"{path}: {_what(header)}, without {lacks.strip()}") from None


def _made_header(path: Path) -> fits.Header | None:
    """The header that tells of an output; None where there is none."""
    try:
        with warnings.catch_warnings(action="ignore"), fits.open(path) as hdus:
            for hdu in hdus:
                header = hdu.header
                if MADE_BY in header or _is_product(header):
                    return header.copy()
    # Whatever damaged bytes make astropy raise: the reader of frames says what is wrong.
    except Exception:
        return None
    return None


def _is_product(header: fits.Header) -> bool:
    """Whether a header is that of an aligned frame or a prediction."""
    aligned = str(header.get("ORIGIN", "")).startswith("OneSun")
    return aligned or all(key in header for key in _PREDICTION)


def _what(header: fits.Header) -> str:
    if MADE_BY in header:
        return f"HMI-like magnetogram, made by OneSun {header[MADE_BY]} of {_seen_by(header)}"
    if "METHOD" in header:
        return f"prediction of {header.get('PAIR')} by OneSun's method {header['METHOD']}"
    return f"magnetogram of {header.get('TELESCOP')}, aligned by {header.get('ORIGIN')}"


def _seen_by(header: fits.Header) -> str:
    simulated = ", simulated" if header.get("SIMULATD") else ""
    return f"a frame of {header.get('INSTRUME', 'an unknown instrument')}{simulated}"


def describe(made: Made) -> str:
    """What is known of an output: its file's name, then a line for each."""
    header, images = made.stored.header, made.stored.images
    rows = {"output": made.what}
    if MADE_BY in header:
        rows |= _making(header, images)
    rows |= {
        "time (TAI)": made.time.isot,
        "time (UTC)": made.time.utc.isot,
        "size": f"{made.stored.shape[1]} x {made.stored.shape[0]} px",
        **where(made.stored.pointing),
    }
    if "FIELD" in images:
        rows["field"] = field_in_words(images["FIELD"])
    if "ERROR" in images and np.isfinite(images["ERROR"]).any():
        rows["error"] = f"median standard deviation {np.nanmedian(images['ERROR']):.2f} G"
    elif "ERROR" not in extensions(header):
        rows["error"] = "none, the network states no error"
    if "MASK" in images:
        rows["mask"] = _mask(images["MASK"])
    doubts = (str(header[key]) for key in header if re.fullmatch(r"DOUBT\d+", key))
    for number, doubt in enumerate(doubts, start=1):
        rows[f"doubt {number}"] = f"{doubt} (waived by --force)"
    return as_text(made.path.name, rows)


def _making(header: fits.Header, images: dict[str, np.ndarray]) -> dict[str, str]:
    whole = all(name in images for name in extensions(header))
    alone = "" if whole else "; the others were lost when another program saved it"
    return {
        "input": f"{header.get('INFILE')}, SHA-256 {str(header.get('INSHA256'))[:12]}…",
        "weights": f"{header.get('WEIGHTS')} {header.get('METHOD', '')}".strip()
        + f", SHA-256 {str(header.get('WTSHA256'))[:12]}…",
        "geometry": str(header.get("GEOMETRY")),
        "images": ", ".join(images) + alone,
    }


def _mask(mask: np.ndarray) -> str:
    """Shares of the disk by flag, and what holds for the whole frame."""
    disk = mask[(mask & np.uint8(Flag.OFF_DISK)) == 0]
    phrases = []
    for flag, meaning in MEANINGS.items():
        share = float(np.mean((disk & np.uint8(flag)) != 0)) if disk.size else 0.0
        if share > 0:
            phrases.append(meaning if flag & WHOLE_FRAME else f"{100 * share:.2f} % {meaning}")
    return "; ".join(phrases) if phrases else "nothing flagged on the disk"


def show(made: Made, path: Path, *, limit: float, aligned: bool) -> None:
    """Write the field of an output as a PNG, or its error if that is all there is of it.

    Parameters
    ----------
    limit, aligned : as for :func:`onesun.conversion.show.write_png`.

    Raises UntrustedFrameError where the file has neither.
    """
    images, header = made.stored.images, made.stored.header
    names = [name for name in ("FIELD", *UNCERTAINTY) if name in images]
    if not names:
        raise UntrustedFrameError(f"{made.path}: holds a mask alone, expected a field to show")
    frame = Magnetogram(
        field=images[names[0]],
        pointing=made.stored.pointing,
        time=made.time,
        instrument=str(header.get("INSTRUME", "")).lower(),
        quality=Quality(word=None, set_bits={}, refused=()),
        observer_velocity=float("nan"),
        interval=float("nan"),
        simulated=bool(header.get("SIMULATD", False)),
        source=made.path.name,
    )
    title = _title(header) + ("" if names[0] == "FIELD" else f", {names[0]}")
    write_png(frame, path, limit=limit, aligned=aligned, title=title, axes_of="image")


def _title(header: fits.Header) -> str:
    simulated = " (simulated)" if header.get("SIMULATD") else ""
    if MADE_BY in header:
        return f"HMI-like, of {header.get('INSTRUME')}{simulated}"
    if "METHOD" in header:
        return f"{header.get('PAIR')} by {header['METHOD']}{simulated}"
    return f"{header.get('TELESCOP')}, aligned{simulated}"
