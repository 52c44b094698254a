"""The header of an output: where and when it is, what it was, and how it was made.

The observer stays the frame's own: positions on the sky are those of the input. In the standard
geometry the disk has as many pixels as HMI's from 1 AU, and CDELT is what that makes of it from
where the observer was.
"""

from __future__ import annotations

from typing import Any

import astropy
import numpy as np
import sunpy
import torch
from astropy.io import fits
from astropy.time import TimeDelta
from sunpy.coordinates import sun

from onesun import instruments
from onesun.conversion import weights
from onesun.conversion.fluxes import WITHIN, Fluxes, target_noise_at_centre
from onesun.conversion.source import MADE_BY, Source
from onesun.conversion.view import Geometry, View
from onesun.geometry.grid import SOLAR_RADIUS_METRES
from onesun.reading.conventions import JSOC_LONGITUDE
from onesun.reading.slots import jsoc_text
from onesun.training.model import Model
from onesun.version import __version__

# Of the input's keywords, those that say something else of the output, or that would make sunpy
# read it by the rules for the input's own files.
_REPLACED = {"DATE-OBS", "TIME-OBS", "T_OBS", "BUNIT", "CONTENT", "DTYPE", "IMTYPE", "MISSVALS"}


def header_of(
    source: Source,
    view: View,
    geometry: Geometry,
    network: Model,
) -> fits.Header:
    """The cards that all images of an output share.

    Parameters
    ----------
    source : what was converted.
    view : of the output.
    network : that converted it.
    """
    header = fits.Header()
    header["CONTENT"] = ("HMI-like line-of-sight magnetogram", "product")
    header["ESTIMATE"] = ("expectation", "the mean of what HMI may have seen")
    for keyword, value, comment in (
        *_place(view),
        *_time(source),
        *_identity(source),
        *_making(source, geometry, network),
    ):
        header.append((keyword, _storable(value), comment))
    for number, doubt in enumerate(source.doubts, start=1):
        header[f"DOUBT{number}"] = (_storable(doubt), "waived by --force")
    return header


def flux_cards(fluxes: Fluxes) -> list[tuple[str, Any, str]]:
    """The cards of an output's unsigned flux, as delivered and with HMI's noise."""
    where = f"r < {WITHIN:g}"
    return [
        ("USFLUX", _rounded(fluxes.unsigned), f"[Mx] unsigned flux of FIELD, {where}"),
        ("USFLUXN", _rounded(fluxes.unsigned_with_noise), "[Mx] ... expected with HMI's noise"),
        ("HMISIGMA", target_noise_at_centre(), "[G] that noise at the disk centre"),
    ]


def _rounded(flux: float) -> float:
    return float(f"{flux:.5g}")


def _storable(value: Any) -> Any:
    """What a card can hold of a value: FITS has printable ASCII and finite numbers.

    Of names of files and keywords of an input, some have more.
    """
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    if isinstance(value, str):
        return "".join(char if " " <= char <= "~" else "?" for char in value)
    return value


def _place(view: View) -> list[tuple[str, Any, str]]:
    pointing = view.pointing
    return [
        ("WCSAXES", 2, "number of axes"),
        ("WCSNAME", "Helioprojective-cartesian", "coordinate system"),
        ("CTYPE1", "HPLN-TAN", "towards solar west"),
        ("CTYPE2", "HPLT-TAN", "towards solar north"),
        ("CUNIT1", "arcsec", "unit of CRVAL1 and CDELT1"),
        ("CUNIT2", "arcsec", "unit of CRVAL2 and CDELT2"),
        ("CRPIX1", pointing.x0 + 1, "[pix] disk centre, counted from 1"),
        ("CRPIX2", pointing.y0 + 1, "[pix] disk centre, counted from 1"),
        ("CRVAL1", 0.0, "[arcsec] x at CRPIX1"),
        ("CRVAL2", 0.0, "[arcsec] y at CRPIX2"),
        ("CDELT1", pointing.scale, "[arcsec/pix] as the observer saw it"),
        ("CDELT2", pointing.scale, "[arcsec/pix] as the observer saw it"),
        ("CROTA2", pointing.roll, "[deg] the image is turned back by it"),
        ("RSUN_OBS", pointing.rsun, "[arcsec] angular radius of the Sun"),
        ("RSUN_REF", SOLAR_RADIUS_METRES, "[m] radius of the Sun"),
        ("R_SUN", pointing.limb_radius, "[pix] radius of the limb"),
        ("DSUN_OBS", pointing.dsun, "[m] observer from the Sun's centre"),
        ("CRLN_OBS", pointing.l0, "[deg] Carrington longitude of the observer"),
        ("CRLT_OBS", pointing.b0, "[deg] Carrington latitude of the observer"),
    ]


def _time(source: Source) -> list[tuple[str, Any, str]]:
    frame = source.frame
    middle = frame.time
    cards = [
        ("T_OBS", jsoc_text(middle), "[TAI] middle of the integration"),
        ("TIMESYS", "UTC", "time system of DATE-OBS and DATE-AVG"),
        ("DATE-AVG", middle.utc.isot, "[UTC] middle of the integration"),
        ("CAR_ROT", int(sun.carrington_rotation_number(middle)), "Carrington rotation"),
    ]
    begin = middle
    if np.isfinite(frame.interval):
        begin = middle - TimeDelta(frame.interval / 2, format="sec")
        cards.append(("INTERVAL", frame.interval, "[s] integration time"))
    begin.precision = 3
    return [*cards, ("DATE-OBS", begin.utc.isot, "[UTC] start of the integration")]


def _identity(source: Source) -> list[tuple[str, Any, str]]:
    """The input's identifying keywords."""
    frame = source.frame
    title = instruments.load(frame.instrument).title
    kept = [
        (key, value, f"of the {title} frame")
        for key, value in frame.header.items()
        if key not in _REPLACED and key not in ("INTERVAL", "CAR_ROT")
    ]
    if frame.simulated:
        kept.append(("SIMULATD", True, "the input was simulated, not observed"))
    return [("INSTRUME", frame.instrument.upper(), "instrument that saw it"), *kept]


def _making(source: Source, geometry: Geometry, network: Model) -> list[tuple[str, Any, str]]:
    return [
        (MADE_BY, __version__, "version of OneSun that made it"),
        ("INFILE", source.frame.source, "the input"),
        ("INSHA256", source.digest, ""),
        *_network(network),
        ("GEOMETRY", geometry, "standard, or that of the input"),
        ("TORCHVER", torch.__version__, "version of torch"),
        ("NUMPYVER", np.__version__, "version of numpy"),
        ("ASTROVER", astropy.__version__, "version of astropy"),
        ("SUNPYVER", sunpy.__version__, "version of sunpy"),
        ("JSOCLON", JSOC_LONGITUDE, "[deg] CRLN_OBS here less that of sunpy"),
    ]


def _network(network: Model) -> list[tuple[str, Any, str]]:
    comments = {
        "WEIGHTS": "pair that the network was trained for",
        "METHOD": "name of the network",
        "ERRORS": "in ERROR, HALF68 and HALF95",
    }
    if network.errors is None:
        comments["ERRORS"] = "the network states no error"
    signature = weights.signature(network)
    cards: list[tuple[str, Any, str]] = [
        (keyword, value, comments.get(keyword, "")) for keyword, value in signature.items()
    ]
    if network.errors is None:
        return cards
    noise = round(network.errors.target_noise, 2)
    cards.append(("HMINOISE", noise, "[G] noise of HMI that ERROR includes"))
    # The error of a block's mean is so many times what independent errors of its pixels would make.
    for size, ratio in zip(network.errors.block_sizes, network.errors.block_inflation, strict=True):
        cards.append(
            (f"INFL{size}", round(ratio, 2), f"of the error of means of {size} x {size} pixels")
        )
    return cards
